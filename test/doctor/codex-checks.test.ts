import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import { type CodexTexts, planRemoval } from '../../src/codex/plan.ts';
import { NEWEST_TESTED, OLDEST_TESTED } from '../../src/codex/tested-releases.ts';
import { checkCodex, findConfig } from '../../src/doctor/codex-checks.ts';
import { CATALOG_FILE } from '../../src/names.ts';

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

  it('tells every trap, and in which of the two files it is', () => {
    const config =
      'profile = "a"\n[model_providers.a]\nwire_api = "chat"\n[model_providers.b]\nwire_api = "chat"\n';
    const where = (texts: CodexTexts) =>
      findConfig(texts, {}).traps.map(({ stops, sentence }) => `${stops} ${sentence.split(':')[0]}`);
    const inConfig = [1, 2, 3, 4, 5].map((line) => `true config.toml, line ${line}`);
    const profile = `model_context_window = 1\nprofile = "a"\n${written}`;
    const inProfile = ['false codex-relay.config.toml, line 1', 'true codex-relay.config.toml, line 2'];
    assert.deepEqual(where(of(profile, config)), [...inConfig, ...inProfile]);
    const asDefault = addRelayKeys(config, { port: 4444, token: 'local-token' });
    assert.equal(where(of(profile, asDefault)).length, 5, 'plain Codex reads no profile');
  });

  it('finds nothing wrong with what --print-config prints, but with a variable that beats a token', () => {
    const printed = handWrittenConfig({ port: 4444, catalog: CATALOG_FILE, needsToken: true });
    const environment = { CODEX_RELAY_TOKEN: 'local-token' };
    assert.deepEqual(findConfig(of(undefined, printed), environment).traps, []);
    assert.deepEqual(findConfig(of(printed), environment).traps, []);
    const both = `${printed}experimental_bearer_token = "x"\n`;
    for (const texts of [of(undefined, both), of(both), of(written, printed.replace(/^model.*$/gm, ''))])
      assert.match(findConfig(texts, environment).traps[0]?.sentence ?? '', /`env_key` .* wins over/);
  });

  it('puts the two files together as codex -p does', () => {
    const table = '[model_providers.codex-relay]\n';
    const config = `model = "mine"\n${table}name = "Codex Relay"\nbase_url = "http://127.0.0.1:4444/v1"\n`;
    const profile = `model_provider = "codex-relay"\n${table}experimental_bearer_token = "local-token"\n`;
    const { mode, port, token, model, traps } = findConfig(of(profile, config), {});
    assert.deepEqual([mode, port, token, model], ['profile', 4444, 'local-token', 'mine']);
    assert.deepEqual(traps, []);
    const variable = findConfig(of(profile, `${config}env_key = "MY_TOKEN"\n`), { MY_TOKEN: 'other' });
    assert.equal(variable.token, 'other', 'wherever it is named, the variable wins');
    const asDefault = findConfig(of(profile, `model_provider = "codex-relay"\n${config}`), {});
    assert.deepEqual([asDefault.mode, asDefault.token], ['default', undefined]);
  });

  for (const [url, port] of [
    ['http://127.0.0.1:4444/v1', 4444],
    ['http://localhost:4444/v1', 4444],
    ['http://localhost.example.com:4444/v1', undefined],
    ['https://localhost:4444/v1', undefined],
    ['http://10.0.0.7:4444/v1', undefined],
  ] as const) {
    it(`takes ${url} for ${port === undefined ? 'no relay of this machine' : 'one of this machine'}`, () => {
      const text = written.replace('http://127.0.0.1:4444/v1', url);
      assert.equal(findConfig(of(text), {}).port, port);
    });
  }
});
