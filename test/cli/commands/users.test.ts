/** `codex-relay users`, and a relay that lets in whom it names. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killLeftovers, runCli, startRelayCli } from '../../support/cli-process.ts';
import { eventsOf } from '../../support/relay-client.ts';
import {
  startScriptedUpstream,
  streamReply,
  textChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

describe('codex-relay users', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-users-'));
  const file = join(folder, 'team', 'users.json');
  const environment = { HOME: folder, CODEX_RELAY_USERS: file };
  const users = (...words: string[]) => runCli(['users', ...words], { environment });
  after(() => {
    killLeftovers();
    rmSync(folder, { recursive: true });
  });

  it('adds, lists and revokes users, and stores a hash instead of the token', async () => {
    const rights = ['--allow-models', 'kimi/*', '--requests-per-minute', '60', '--user-budget', 'day=5'];
    const added = await users('add', 'anna', ...rights);
    assert.equal(added.code, 0, added.stderr);
    const token = added.stdout.trim();
    assert.match(token, /^crt_[\w-]{43}$/);
    assert.ok(!readFileSync(file, 'utf8').includes(token));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);

    assert.equal((await users('add', 'anna')).code, 1);
    await users('add', 'ben');
    const { stdout } = await users('list');
    assert.match(
      stdout,
      /^anna: models kimi\/\*; 60 requests a minute; budget day=5; since \d{4}-\d\d-\d\d\nben: models \*; since/,
    );
    const json = JSON.parse((await users('list', '--json')).stdout) as Record<string, unknown>[];
    assert.deepEqual(
      json.map(({ id }) => id),
      ['anna', 'ben'],
    );
    assert.ok(json.every((user) => !('token' in user)));

    assert.equal((await users('revoke', 'ben')).code, 0);
    assert.equal((await users('revoke', 'ben')).code, 1);
    assert.doesNotMatch((await users('list')).stdout, /ben/);
  });

  for (const words of [
    [],
    ['add'],
    ['list', 'x'],
    ['revoke'],
    ['add', 'x', 'y'],
    ['drop', 'x'],
    ['constructor'],
  ]) {
    it(`says how it is used: ${words.join(' ')}`, async () => {
      const { code, stderr } = await users(...words);
      assert.equal(code, 2);
      assert.match(stderr, /users is followed by add NAME, list, or revoke NAME/);
    });
  }

  it('refuses names that could be confused', async () => {
    for (const name of ['Anna', '../x', '.x', 'ä', 'a b']) {
      const { code, stderr } = await users('add', name);
      assert.equal(code, 2, name);
      assert.match(stderr, /a user's name has lower-case letters/);
    }
  });

  it('does not touch a file that it cannot read', async () => {
    const other = join(folder, 'package.json');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(other, '{"name":"x"}');
    const { code, stderr } = await users('add', 'x', '--users', other);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /users: .*package\.json cannot be read: users is not as codex-relay users writes it/,
    );
    assert.equal(readFileSync(other, 'utf8'), '{"name":"x"}');
  });

  it('tells usage by user, and lets running answers end before it stops', async () => {
    const hold = Promise.withResolvers<void>();
    const upstream = await startScriptedUpstream(() =>
      streamReply(textChunks('hi'), usageChunk(60, 40), hold.promise),
    );
    const token = (await users('add', 'carla')).stdout.trim();
    const { cli, url } = await startRelayCli(['--upstream', upstream.url], { environment });
    const reply = await fetch(`${url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: 'scripted-model', input: 'x', stream: true }),
    });
    const events = eventsOf(reply);
    await events.next();
    cli.signal('SIGTERM');
    await cli.logged(/Stopping \(SIGTERM\); running answers get 30 seconds to end/);
    await assert.rejects(fetch(`${url}/readyz`));
    hold.resolve();
    const types = (await Array.fromAsync(events)).map(({ type }) => type);
    assert.equal(types.at(-1), 'response.completed');
    assert.equal((await cli.ended).code, 0);
    const { stdout } = await runCli(['usage', '--by', 'user', '--json'], { environment });
    const { rows } = JSON.parse(stdout) as { rows: { key: string; inputTokens: number }[] };
    assert.deepEqual(
      rows.map(({ key, inputTokens }) => [key, inputTokens]),
      [['carla', 60]],
    );
    await upstream.stop();
  });

  const REFUSED: [flags: string[], why: RegExp][] = [
    [['--listen', '0.0.0.0'], /listen: 0\.0\.0\.0 needs publicUrls/],
    [['--history-store', 'redis'], /--history-store redis needs an address: set --history-url/],
    [['--users', 'store'], /--users store needs the address of the store/],
    [['--history-url', 'http://anna:secret@cache'], /the value of --history-url is not accepted/],
    [['--tls-cert', 'cert.pem'], /--tls-cert and --tls-key belong together/],
  ];
  for (const [flags, why] of REFUSED) {
    it(`does not start a relay with ${flags.join(' ')}`, async () => {
      const { code, stderr } = await runCli(['--port', '0', ...flags], { environment });
      assert.equal(code, 2, stderr);
      assert.match(stderr, why);
      assert.doesNotMatch(stderr, /secret/);
    });
  }
});
