/** Real processes in one folder, killed at random moments. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readAll, temporaryFolder } from './support.ts';

const KILLS = 40;
const AT_ONCE = 2;

/** @returns how many records it said were on disk, under its own name */
async function writeAndDie(
  program: string,
  folder: string,
): Promise<[upstream: string, acknowledged: number]> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  let acknowledged = 0;
  let said = 0;
  const enough = 1 + Math.floor(Math.random() * 30);
  lines.on('line', (line) => {
    acknowledged = Number(line);
    said += 1;
    if (said === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 3);
  });
  await Promise.all([once(lines, 'close'), once(child, 'exit')]);
  return [`p${child.pid}`, acknowledged];
}

describe('processes in a ledger folder', () => {
  it(`lose nothing that was acknowledged, killed at ${KILLS} random moments`, async () => {
    await using place = await temporaryFolder();
    const program = join(place.path, 'writer.mjs');
    await build({
      entryPoints: [fileURLToPath(import.meta.resolve('./writer-process.ts'))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const folder = join(place.path, 'usage');
    const acknowledged = new Map<string, number>();
    for (let kills = 0; kills < KILLS; kills += AT_ONCE) {
      const runs = Array.from({ length: AT_ONCE }, () => writeAndDie(program, folder));
      for (const [upstream, count] of await Promise.all(runs)) {
        acknowledged.set(upstream, Math.max(count, acknowledged.get(upstream) ?? 0));
      }
    }
    const found = Map.groupBy(await readAll(folder), ({ upstream }) => upstream);
    assert.deepEqual([...found.keys()].toSorted(), [...acknowledged.keys()].toSorted());
    for (const [upstream, count] of acknowledged) {
      const times = (found.get(upstream) ?? []).map(({ time }) => time);
      // In order, each once, and at least what it said; the last batch may have come through unsaid.
      assert.deepEqual(
        times,
        Array.from({ length: times.length }, (_, at) => at),
      );
      assert.ok(times.length >= count, `${upstream}: ${times.length} of ${count}`);
    }
    assert.ok([...acknowledged.values()].reduce((sum, count) => sum + count) > KILLS);
  }).timeout(120_000);
});
