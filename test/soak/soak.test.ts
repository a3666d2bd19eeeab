import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOAK = fileURLToPath(new URL('soak.ts', import.meta.url));

describe('the soak', () => {
  it('loses nothing in a run that is too short to show growth', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      SOAK,
      '--minutes',
      '0.04',
      '--streams',
      '40',
    ]);
    assert.match(stdout, /\d+ whole, /);
    assert.match(stdout, /Flat, and nothing lost\.\n$/);
    assert.doesNotMatch(stdout, /NaN|undefined/);
  }).timeout(60_000);
});
