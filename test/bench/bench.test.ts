import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));

describe('the bench', () => {
  it('measures everything it promises (its numbers are no test)', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, '--quick']);
    for (const measure of [
      /first token, 40 KB request .* ms/,
      /first token, 1 MB, 400 items .* ms/,
      /one stream, a write per chunk .*\/s/,
      /50 streams, a write per chunk .*\/s/,
      /CPU of the relay per 1,000 chunks .* s/,
      /start-up to first answer .* ms/,
      /live heap over 100 requests .* MiB/,
      /peak resident, whole bench .* MiB/,
      /usage: summing 1,000 records .* ms/,
    ]) {
      assert.match(stdout, measure);
    }
    assert.doesNotMatch(stdout, /NaN|undefined|Infinity/);
  }).timeout(60_000);
});
