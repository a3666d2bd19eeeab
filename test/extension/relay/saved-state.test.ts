/** What the serving window leaves behind: for itself after a restart, and for the other windows. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LateSave } from '../../../src/extension/relay/late-save.ts';
import { type BoardEntry, TargetBoard } from '../../../src/extension/relay/target-board.ts';
import { BindingsFile } from '../../../src/extension/thread/bindings-file.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'codex-relay-saved-'));
after(() => rmSync(folder, { recursive: true }));

function warnings() {
  const lines: string[] = [];
  return { lines, logger: { ...SILENT_LOGGER, warn: (line: string) => void lines.push(line) } };
}

describe('a late save', () => {
  it('happens once for many changes, and none overtakes another', async () => {
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const saves = [first.promise, Promise.resolve()];
    const late = new LateSave(
      'It',
      async () => {
        const at = order.push('begin');
        await saves[at === 1 ? 0 : 1];
        order.push('end');
      },
      SILENT_LOGGER,
    );
    late.ask();
    late.ask();
    void late.flush();
    late.ask();
    const second = late.flush();
    await new Promise(setImmediate);
    assert.deepEqual(order, ['begin']);
    first.resolve();
    await second;
    assert.deepEqual(order, ['begin', 'end', 'begin', 'end']);
    await late.flush();
    assert.equal(order.length, 4, 'nothing was waiting');
  });
});

describe('the file of bindings', () => {
  it('returns after a restart what was put last', async () => {
    const path = join(folder, 'bindings.json');
    const file = new BindingsFile(path, SILENT_LOGGER);
    assert.equal(await file.read(), '');
    file.put('{"a":1}');
    file.put('{"a":2}');
    await file.flush();
    assert.equal(await new BindingsFile(path, SILENT_LOGGER).read(), '{"a":2}');
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('only logs that it cannot be read or written', async () => {
    const path = join(folder, 'a-folder');
    mkdirSync(path);
    const { lines, logger } = warnings();
    const file = new BindingsFile(path, logger);
    assert.equal(await file.read(), '');
    file.put('{}');
    await file.flush();
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /targets/);
  });
});

describe('the board of targets', () => {
  const ENTRY: BoardEntry = {
    id: 'acme',
    name: 'Acme',
    isActive: true,
    keys: 2,
    troubles: [
      { upstream: 'acme', model: 'm', key: 1, code: 'rate_limit_exceeded', message: 'Slow down', until: 5 },
      { upstream: 'acme', model: undefined, key: 0, code: 'insufficient_quota', message: 'No', until: 6 },
    ],
  };

  function board(name: string) {
    const sent: string[] = [];
    const made = new TargetBoard(
      join(folder, name),
      { send: async (signal) => void sent.push(signal) },
      SILENT_LOGGER,
    );
    let changes = 0;
    made.on('change', () => {
      changes += 1;
    });
    return { made, sent, changes: () => changes };
  }

  it('shows in other windows what the serving one shows, and emits only changes', async () => {
    const owner = board('targets.json');
    owner.made.put([ENTRY]);
    owner.made.put([{ ...ENTRY }]);
    await owner.made.flush();
    assert.deepEqual(owner.sent, ['targets']);
    assert.equal(owner.changes(), 1);
    const attached = board('targets.json');
    await attached.made.reload();
    assert.deepEqual(JSON.parse(JSON.stringify(attached.made.entries)), JSON.parse(JSON.stringify([ENTRY])));
    attached.made.clear();
    assert.deepEqual(attached.made.entries, []);
    assert.deepEqual(attached.sent, [], 'who attaches writes nothing');
    assert.match(readFileSync(join(folder, 'targets.json'), 'utf8'), /Acme/);
  });

  for (const text of [
    '',
    'x',
    '{}',
    '[1]',
    '[{"id":"a"}]',
    '[{"id":"a","name":"A","isActive":true,"keys":1,"troubles":[{}]}]',
  ]) {
    it(`ignores a file with the text ${text}`, async () => {
      writeFileSync(join(folder, 'broken.json'), text);
      const { made } = board('broken.json');
      await made.reload();
      assert.deepEqual(made.entries, []);
    });
  }
});
