import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import { examine, type Patient } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { type RelayHandle, start } from '../../src/index.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';

const TOKEN = 'local-token-of-the-window';
const STALE = 'local-token-of-before';
const KEY = 'upstream-key-of-the-window';
const CALL = { id: 'call_1', name: 'exec_command', arguments: { cmd: 'echo ok' } };

describe("the doctor's examination, by a host with a relay of its own", () => {
  let home: string;
  let upstream: ScriptedUpstream;
  let relay: RelayHandle;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'codex-home-'));
    await writeFile(join(home, 'codex-relay.models.json'), '{}');
    upstream = await startScriptedUpstream(
      ({ body }) => streamReply(body.tools ? toolCallChunks(CALL) : textChunks('OK')),
      ['acme-large'],
    );
    relay = await start({
      upstream: upstream.url,
      model: 'acme-large',
      port: 0,
      token: TOKEN,
      apiKey: KEY,
    });
  });
  after(async () => {
    await relay.stop();
    await upstream.stop();
    await rm(home, { recursive: true });
  });

  async function told(token: string, port = relay.port): Promise<void> {
    await writeFile(join(home, 'codex-relay.config.toml'), addRelayKeys('', { port, token }));
  }

  async function findings(more: Partial<Patient> = {}): Promise<Finding[]> {
    const found: Finding[] = [];
    const patient = {
      environment: { PATH: '', CODEX_HOME: home },
      port: relay.port,
      otherwise: { port: relay.port, token: TOKEN },
      ownToken: TOKEN,
      ...more,
    };
    for await (const finding of examine(patient)) found.push(finding);
    const text = JSON.stringify(found);
    for (const secret of [TOKEN, STALE, KEY]) assert.ok(!text.includes(secret), 'no secret is shown');
    return found;
  }

  const stateOf = (found: readonly Finding[], check: Finding['check']) => {
    const { state, cure } = found.find((one) => one.check === check) ?? {};
    return [state, cure];
  };

  it('finds nothing wrong on the whole way', async () => {
    await told(TOKEN);
    const found = await findings();
    assert.deepEqual(stateOf(found, 'codex'), ['attention', 'install-codex']);
    for (const check of [
      'config',
      'port',
      'token',
      'upstream',
      'key',
      'model',
      'answer',
      'tool call',
    ] as const)
      assert.deepEqual(stateOf(found, check), ['ok', undefined], check);
  });

  it('skips the token if Codex is told none, and checks the rest', async () => {
    await rm(join(home, 'codex-relay.config.toml'), { force: true });
    const found = await findings();
    assert.deepEqual(stateOf(found, 'config'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'token'), ['skipped', undefined]);
    assert.deepEqual(stateOf(found, 'tool call'), ['ok', undefined]);
  });

  it('checks what is behind its own relay even if Codex has an older token', async () => {
    await told(STALE);
    const found = await findings();
    assert.deepEqual(stateOf(found, 'token'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'tool call'), ['ok', undefined]);
  });

  it('does not send its token to somebody else’s relay', async () => {
    await told(STALE);
    const found = await findings({ ownToken: 'yet-another-token-of-a-window' });
    assert.deepEqual(stateOf(found, 'token'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'answer'), ['skipped', undefined]);
  });

  it('reports that Codex is told another port', async () => {
    await told(TOKEN, relay.port === 4444 ? 4445 : 4444);
    assert.deepEqual(stateOf(await findings(), 'config'), ['problem', 'set-up']);
  });

  it('checks what plain Codex uses, whatever the profile says', async () => {
    const other = relay.port === 4444 ? 4445 : 4444;
    await writeFile(join(home, 'config.toml'), addRelayKeys('', { port: relay.port, token: TOKEN }));
    const profiles = [
      addRelayKeys('', { port: other, token: STALE }),
      // What is left of one that Codex wrote to after the relay is removed from it.
      'model_provider = "codex-relay"\n',
    ];
    try {
      for (const profile of profiles) {
        await writeFile(join(home, 'codex-relay.config.toml'), profile);
        const found = await findings();
        assert.deepEqual(stateOf(found, 'config'), ['ok', undefined]);
        assert.deepEqual(stateOf(found, 'token'), ['ok', undefined]);
      }
      await writeFile(join(home, 'config.toml'), addRelayKeys('', { port: other, token: TOKEN }));
      await told(TOKEN);
      assert.deepEqual(stateOf(await findings(), 'config'), ['problem', 'set-up']);
    } finally {
      await rm(join(home, 'config.toml'));
    }
  });

  const VARIABLES: [name: string, environment: Record<string, string>, file: string, isThere: boolean][] = [
    ['is nowhere', {}, '', false],
    ['is empty', { MY_TOKEN: '' }, '', false],
    ['is in the environment', { MY_TOKEN: TOKEN }, '', true],
    ["is in the file of Codex's folder", {}, `MY_TOKEN='${TOKEN}'\n`, true],
    ['is in both, and the file wins', { MY_TOKEN: STALE }, `export MY_TOKEN=${TOKEN}\n`, true],
    ['is one that Codex takes from no file', {}, `CODEX_TOKEN=${TOKEN}\n`, false],
  ];
  for (const [name, variables, file, isThere] of VARIABLES) {
    it(`sees Codex's token in a variable that ${name}`, async () => {
      const variable = file.startsWith('CODEX_') ? 'CODEX_TOKEN' : 'MY_TOKEN';
      const text = `${addRelayKeys('', { port: relay.port })}env_key = "${variable}"\n`;
      await writeFile(join(home, 'codex-relay.config.toml'), text);
      await writeFile(join(home, '.env'), file);
      const found = await findings({ environment: { PATH: '', CODEX_HOME: home, ...variables } });
      await rm(join(home, '.env'));
      assert.deepEqual(stateOf(found, 'token'), isThere ? ['ok', undefined] : ['problem', 'set-up']);
      const { found: words } = found.find(({ check }) => check === 'token') ?? {};
      assert.equal(/`env_key`, which is not set/.test(words ?? ''), !isThere);
    });
  }

  it('reports an unset token variable even if the relay asks for no token', async () => {
    const open = await start({ upstream: upstream.url, model: 'acme-large', port: 0 });
    const text = `${addRelayKeys('', { port: open.port })}env_key = "MY_TOKEN"\n`;
    await writeFile(join(home, 'codex-relay.config.toml'), text);
    const found = await findings({ port: open.port });
    await open.stop();
    assert.deepEqual(stateOf(found, 'token'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'answer'), ['ok', undefined], 'the rest is examined all the same');
  });

  const CATALOGS: [name: string, catalog: string | undefined, isHome: boolean, state: Finding['state']][] = [
    ['next to the configuration', 'codex-relay.models.json', true, 'ok'],
    ['that is missing', 'codex-relay.models.json', false, 'problem'],
    ['in a folder of the user', '/somewhere/codex-relay.models.json', false, 'ok'],
    ['that nothing names, so that Codex warns', undefined, false, 'attention'],
    ['that is there, but that nothing names', undefined, true, 'attention'],
  ];
  for (const [name, catalog, isHome, state] of CATALOGS) {
    it(`finds a configuration with a catalog ${name}: ${state}`, async () => {
      await rm(join(home, 'codex-relay.config.toml'), { force: true });
      const written = { port: relay.port, webSocket: false, catalog, needsToken: false };
      await writeFile(join(home, 'config.toml'), handWrittenConfig(written));
      if (!isHome) await rm(join(home, 'codex-relay.models.json'));
      try {
        assert.equal(stateOf(await findings(), 'config')[0], state);
      } finally {
        await rm(join(home, 'config.toml'));
        await writeFile(join(home, 'codex-relay.models.json'), '{}');
      }
    });
  }

  for (const [name, isTold, state] of [
    ['has a token', true, 'skipped'],
    ['has none', false, 'problem'],
  ] as const) {
    it(`does not take a relay for its users for an open one, where Codex ${name}`, async () => {
      const heard: string[] = [];
      const find = async (sent: string) => {
        heard.push(sent);
        return undefined;
      };
      const team = await start({ upstream: upstream.url, model: 'acme-large', port: 0, users: { find } });
      const profile = addRelayKeys('', { port: team.port, ...(isTold && { token: TOKEN }) });
      await writeFile(join(home, 'codex-relay.config.toml'), profile);
      const found = await findings({ port: team.port });
      await team.stop();
      assert.deepEqual(stateOf(found, 'token'), [state, isTold ? undefined : 'set-up']);
      for (const check of ['upstream', 'answer', 'tool call'] as const)
        assert.deepEqual(stateOf(found, check), ['skipped', undefined]);
      assert.ok(!found.some(({ check }) => check === 'key'), 'no key is to blame');
      assert.deepEqual(heard, [], 'no token was sent');
    });
  }

  it('finds a file of Codex that cannot be read, and looks at the rest', async () => {
    await mkdir(join(home, 'config.toml'));
    const found = await findings();
    await rm(join(home, 'config.toml'), { recursive: true });
    assert.deepEqual(stateOf(found, 'config'), ['problem', 'correct-file']);
    assert.match(found.find(({ check }) => check === 'config')?.found ?? '', /EISDIR/);
    assert.deepEqual(stateOf(found, 'tool call'), ['ok', undefined]);
  });

  it('says that no relay runs, and asks nobody', async () => {
    const { port } = await start({ upstream: upstream.url, port: 0 }).then(async (other) => {
      await other.stop();
      return other;
    });
    await told(TOKEN, port);
    const asked = upstream.chats.length;
    const found = await findings({ port });
    assert.deepEqual(stateOf(found, 'port'), ['problem', 'start']);
    assert.deepEqual(stateOf(found, 'answer'), ['skipped', undefined]);
    assert.equal(upstream.chats.length, asked);
  });

  it('asks nothing more once it is cancelled', async () => {
    await told(TOKEN);
    const abort = new AbortController();
    abort.abort();
    const asked = upstream.chats.length;
    await findings({ signal: abort.signal });
    assert.equal(upstream.chats.length, asked);
  });
});
