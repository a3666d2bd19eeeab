/** Two caretakers that step in at the same moment, in every order: `one` gets the port, `two` does not. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PortNote } from '../../../src/extension/caretaker/port-note.ts';

const ONE = ['one writes', 'one claims'] as const;
const TWO = ['two writes', 'two removes'] as const;
type Step = (typeof ONE | typeof TWO)[number];

/** Every order that keeps the order of each. */
function merged(left: readonly Step[], right: readonly Step[]): Step[][] {
  const [[first], [other]] = [left, right];
  if (first === undefined || other === undefined) return [[...left, ...right]];
  return [
    ...merged(left.slice(1), right).map((steps) => [first, ...steps]),
    ...merged(left, right.slice(1)).map((steps) => [other, ...steps]),
  ];
}

describe('the note of who holds the port', () => {
  let storage: string;
  beforeEach(() => {
    storage = mkdtempSync(join(tmpdir(), 'codex-relay-note-'));
  });
  afterEach(() => rmSync(storage, { recursive: true }));

  for (const stale of [false, true]) {
    for (const steps of merged(ONE, TWO)) {
      it(`stays while the port is held: ${steps.join(', ')}${stale ? ', after a crash' : ''}`, async () => {
        if (stale) writeFileSync(join(storage, 'caretaker'), 'of one that was killed');
        const [one, two] = [new PortNote(storage), new PortNote(storage)];
        const acts: Record<Step, () => Promise<void>> = {
          'one writes': () => one.write(),
          'one claims': () => one.claim(),
          'two writes': () => two.write(),
          'two removes': () => two.remove(),
        };
        for (const step of steps) await acts[step]();
        assert.equal(one.isThere, true);
        await one.remove();
        assert.equal(one.isThere, false);
        await one.remove();
      });
    }
  }

  it('is removed when a window has the port, whoever left it behind', async () => {
    writeFileSync(join(storage, 'caretaker'), 'of one that was killed');
    const note = new PortNote(storage);
    await note.clear();
    assert.equal(note.isThere, false);
    await note.clear();
  });

  it('is removed if nobody got the port', async () => {
    const note = new PortNote(storage);
    await note.write();
    assert.equal(note.isThere, true);
    await note.remove();
    assert.equal(note.isThere, false);
  });
});
