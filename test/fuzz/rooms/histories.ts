/** A history directory in disorder: it opens, nothing in it is lost, and it goes on. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { openDiskStore } from '../../../src/history/disk-store.ts';
import { itemsOf, reasoningOf, temporaryDirectory, turnOf, wholeTurnOf } from '../../history/support.ts';
import { mutatedText } from '../mutate.ts';
import { assertUnpolluted, type Room } from '../room.ts';

const [A, B] = [turnOf('resp_a', null, 5000), turnOf('resp_b', 'resp_a')];
const TURNS = [A, B, wholeTurnOf('resp_c', itemsOf(A, B)), turnOf('resp_d', 'resp_c')];
const IDS = [...TURNS.map(({ response }) => response.id), 'resp_none', '__proto__', '../resp_a'];
const REASONING = {
  responseId: 'resp_a',
  callIds: ['call_1', 'call_2'],
  fingerprint: 'a'.repeat(64),
  reasoning: reasoningOf('hm'),
};
const TOKENS = [
  '{\n  "record": ',
  '\n}\n',
  '"version": 2',
  '"kind": "reasoning"',
  '"id": "resp_b"',
  'null',
  '"continues": "resp_d"',
  '"items": 99',
];

type Files = ReadonlyMap<string, string>;

export const histories: Room = {
  name: 'histories',
  shortRuns: 25,
  async open() {
    const [good, logger] = [await goodFiles(), { debug() {}, info() {}, warn() {}, error() {} }];
    const names = [...good.keys()];
    const change = fc
      .constantFrom(...names)
      .chain((name) =>
        fc.tuple(
          fc.constantFrom(name, name, `${name}.tmp`, name.replace('.json', 'x.json')),
          mutatedText([good.get(name) ?? ''], TOKENS),
        ),
      );
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      await using place = await temporaryDirectory();
      // Half a character cannot be written.
      const files = new Map([...good, ...changes].map(([name, text]) => [name, text.toWellFormed()]));
      await writeFiles(place.path, files);
      const store = await openDiskStore({ directory: place.path, logger });
      for (const id of IDS) {
        await store.exchange(id);
        await store.conversation(id);
      }
      await store.reasoningByCallId('call_1');
      await store.reasoningByFingerprint(REASONING.fingerprint);
      const fresh = turnOf('resp_new');
      await store.record(fresh);
      await store.close();
      const kept = [...(await readFiles(place.path)).values()];
      for (const [name, text] of files) assert.ok(kept.includes(text), `${name} is kept as it was`);
      const again = await openDiskStore({ directory: place.path, logger });
      assert.deepEqual(await again.exchange('resp_new'), fresh);
      await again.close();
      assertUnpolluted();
    });
    return { property, close: async () => {} };
  },
};

async function goodFiles(): Promise<Files> {
  await using place = await temporaryDirectory();
  const store = await openDiskStore({ directory: place.path });
  for (const turn of TURNS) await store.record(turn);
  await store.retainReasoning(REASONING);
  await store.retainReasoning({ ...REASONING, callIds: [] });
  await store.close();
  const files = await readFiles(place.path);
  return new Map([...files].filter(([name]) => /^(sessions|reasoning|turns)\//.test(name)));
}

async function readFiles(directory: string): Promise<Files> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return new Map(paths.map((path, at) => [path.slice(directory.length + 1), texts[at] ?? '']));
}

async function writeFiles(directory: string, files: Files): Promise<void> {
  for (const [name, text] of files) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
}
