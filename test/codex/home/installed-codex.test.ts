/** Which release of Codex is on the PATH. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codexRelease, runCodex } from '../../../src/codex/home/installed-codex.ts';

const CASES: [says: string, release: { text: string; minor: number } | undefined][] = [
  ['codex-cli 0.171.0', { text: '0.171.0', minor: 171 }],
  ['codex-cli 0.99.0-alpha.3', { text: '0.99.0-alpha.3', minor: 99 }],
  // Whatever comes after 0.x has everything that any 0.x has.
  ['codex-cli 1.4.2', { text: '1.4.2', minor: Number.POSITIVE_INFINITY }],
  ['codex', undefined],
];

describe('the release of Codex on the PATH', () => {
  if (process.platform === 'win32') {
    it('is read (skipped: the stand-in for Codex here is a shell script)');
    return;
  }
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'codex-relay-installed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [says, release] of CASES) {
    it(`is read from "${says}"`, async () => {
      const codex = join(folder, 'codex');
      writeFileSync(codex, `#!/bin/sh\necho '${says}'\n`);
      chmodSync(codex, 0o755);
      assert.deepEqual(await codexRelease({ PATH: `${folder}:/bin:/usr/bin` }), release);
    });
  }

  it('is waited for no longer than it may take, though a script leaves the real one running', async () => {
    const codex = join(folder, 'codex');
    // The loop outlives the script, and ends with the folder.
    writeFileSync(codex, `#!/bin/sh\n(while [ -d '${folder}' ]; do sleep 0.2; done)\n`);
    chmodSync(codex, 0o755);
    const environment = { PATH: `${folder}:/bin:/usr/bin` };
    const output = await runCodex({ args: ['--version'], environment, limitMs: 200 });
    assert.equal(output?.exitCode, null);
  });

  it('is undefined if there is no Codex', async () => {
    assert.equal(await codexRelease({ PATH: folder }), undefined);
  });
});
