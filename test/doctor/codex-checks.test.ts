import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { type CodexTexts, planRemoval } from '../../src/codex/plan.ts';
import { NEWEST_TESTED, OLDEST_TESTED } from '../../src/codex/tested-releases.ts';
import { checkCodex, findConfig } from '../../src/doctor/codex-checks.ts';

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

describe("the doctor's look at the files of Codex", () => {
  const written = addRelayKeys('', { port: 4444, token: 'local-token' });
  const of = (profile: string | undefined, config?: string): CodexTexts => ({
    'codex-relay.models.json': '{}',
    'codex-relay.config.toml': profile,
    'config.toml': config,
  });

  for (const [name, addition] of [
    ['a setting of the user', 'hide_agent_reasoning = true\n'],
    ['a field that the user added to the provider', ''],
  ] as const) {
    it(`finds that nothing names the relay after its removal from a profile with ${name}`, () => {
      const texts = of(`${addition}${written}${addition === '' ? 'request_max_retries = 3\n' : ''}`);
      assert.equal(findConfig(texts, {}).mode, 'profile');
      const [change] = planRemoval(texts).changes.filter(({ file }) => file === 'codex-relay.config.toml');
      assert.match(change?.after ?? '', /^model_provider = "codex-relay"$/m, 'the mark');
      assert.equal(findConfig(of(change?.after), {}).mode, undefined);
    });
  }
});
