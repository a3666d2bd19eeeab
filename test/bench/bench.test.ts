import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuPerChunk } from './streams.ts';
import { PASS_THROUGH, RELAY, startBench } from './targets.ts';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));
/** Processor time of the relay for a chunk, in that of a pass-through: 1.4 to 1.9 on a busy machine, 2026-11. */
const MOST_OF_PASS_THROUGH = 2.5;

/** The first column of a Markdown table. */
function measures(text: string): string[] {
  return [...text.matchAll(/^\| (.*?) *\|/gm)].map(([, name = '']) => name);
}

describe('the bench', () => {
  it('measures every row of the table for every target', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, '--quick']);
    assert.doesNotMatch(stdout, /NaN|undefined|Infinity/);
    assert.match(stdout, /^\| measure +\| direct +\| pass-through +\| relay +\| aim/);
    const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, table = ''] = /<!-- bench -->\n(.*)<!-- \/bench -->/s.exec(page) ?? [];
    const printed = measures(stdout);
    assert.deepEqual(
      measures(table).filter((measure) => !printed.includes(measure)),
      [],
      'run `npm run bench -- --write`',
    );
  }).timeout(60_000);

  it('shows that a chunk costs no more than a few times what a pass-through takes', async function () {
    // Where the kernel does not count, there is nothing to compare.
    if (process.platform !== 'linux') this.skip();
    const bench = await startBench();
    try {
      const cpu = await cpuPerChunk(bench, 9, 3000);
      const times = (cpu.get(RELAY) ?? 0) / (cpu.get(PASS_THROUGH) ?? 0);
      assert.ok(times < MOST_OF_PASS_THROUGH, `${times.toFixed(1)} times the pass-through`);
      assert.ok(times > 0);
    } finally {
      await bench.stop();
    }
  }).timeout(60_000);
});
