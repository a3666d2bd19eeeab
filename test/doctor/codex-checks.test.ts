import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { NEWEST_TESTED, OLDEST_TESTED } from '../../src/codex/tested-releases.ts';
import { checkCodex } from '../../src/doctor/codex-checks.ts';

describe("the doctor's look at the release of Codex", () => {
  let folder: string;
  before(async function () {
    // A stand-in for Codex is a shell script here.
    if (process.platform === 'win32') this.skip();
    folder = await mkdtemp(join(tmpdir(), 'codex-stand-in-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [release, state, found] of [
    [NEWEST_TESTED, 'ok', /tested with Codex 0\.110\.0 to /],
    [OLDEST_TESTED, 'ok', /tested with/],
    ['0.999.1', 'attention', /^Codex 0\.999\.1; .*tested with.*: it is newer$/],
    ['0.80.0', 'problem', /^Codex 0\.80\.0; .*tested with/],
  ] as const) {
    it(`finds ${release} ${state}`, async () => {
      await writeFile(join(folder, 'codex'), `#!/bin/sh\necho codex-cli ${release}\n`, { mode: 0o755 });
      const { findings } = await checkCodex({ PATH: `${folder}${delimiter}${process.env['PATH']}` });
      assert.deepEqual([findings.length, findings[0]?.state], [1, state]);
      assert.match(findings[0]?.found ?? '', found);
      assert.equal(findings[0]?.todo === undefined, state === 'ok');
    });
  }
});
