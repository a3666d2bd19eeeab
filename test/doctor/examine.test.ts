import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
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

  it('finds the whole way well', async () => {
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

  it('says nothing of the token of a Codex that is told none, and looks at the rest', async () => {
    await rm(join(home, 'codex-relay.config.toml'), { force: true });
    const found = await findings();
    assert.deepEqual(stateOf(found, 'config'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'token'), ['skipped', undefined]);
    assert.deepEqual(stateOf(found, 'tool call'), ['ok', undefined]);
  });

  it('looks behind its own relay where Codex has a token of before', async () => {
    await told(STALE);
    const found = await findings();
    assert.deepEqual(stateOf(found, 'token'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'tool call'), ['ok', undefined]);
  });

  it('does not tell its token to the relay of somebody else', async () => {
    await told(STALE);
    const found = await findings({ ownToken: 'yet-another-token-of-a-window' });
    assert.deepEqual(stateOf(found, 'token'), ['problem', 'set-up']);
    assert.deepEqual(stateOf(found, 'answer'), ['skipped', undefined]);
  });

  it('finds Codex told another port', async () => {
    await told(TOKEN, relay.port === 4444 ? 4445 : 4444);
    assert.deepEqual(stateOf(await findings(), 'config'), ['problem', 'set-up']);
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

  it('asks no more once it is ended', async () => {
    await told(TOKEN);
    const abort = new AbortController();
    abort.abort();
    const asked = upstream.chats.length;
    await findings({ signal: abort.signal });
    assert.equal(upstream.chats.length, asked);
  });
});
