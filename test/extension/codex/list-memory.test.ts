import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMemory } from '../../../src/extension/codex/list-memory.ts';
import { openaiCompatible } from '../../../src/providers/presets/openai-compatible.ts';
import type { ServedUpstream } from '../../../src/relay/options.ts';

const served = (id: string, listed?: readonly string[]): ServedUpstream => ({
  id,
  name: id,
  isActive: false,
  preset: openaiCompatible,
  model: undefined,
  modelMap: {},
  wires: { isOwn: false, wires: {}, profiles: {} },
  listed: listed?.map((model) => ({ id: model })),
});
const at = (id: string, upstream = `https://${id}.example/v1`) => ({ id, upstream });
const names = (all: readonly ServedUpstream[]) => all.map(({ listed }) => listed?.map(({ id }) => id));

describe('the memory of lists', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-lists-'));
  after(() => rmSync(folder, { recursive: true }));

  it('stands in for a provider that does not answer, also after a restart', async () => {
    const file = join(folder, 'lists.json');
    await new ListMemory(file).complete([served('a', ['one']), served('b', ['two'])], [at('a'), at('b')]);
    const later = new ListMemory(file);
    assert.deepEqual(names(await later.complete([served('a'), served('b', [])], [at('a'), at('b')])), [
      ['one'],
      [],
    ]);
    assert.deepEqual(names(await later.complete([served('a')], [at('a', 'https://moved.example/v1')])), [
      undefined,
    ]);
    assert.deepEqual(names(await later.complete([served('c')], [at('c')])), [undefined]);
  });

  for (const text of [
    '',
    'x',
    '[]',
    '{"a":7}',
    '{"a":{"upstream":"https://a.example/v1","listed":[7,{}]}}',
  ]) {
    it(`ignores a file with the text ${text}`, async () => {
      const file = join(folder, 'broken.json');
      writeFileSync(file, text);
      const [listed] = names(await new ListMemory(file).complete([served('a')], [at('a')]));
      assert.deepEqual(listed ?? [], []);
    });
  }
});
