/** The built program records what it answers, tells it, and keeps to a budget. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killLeftovers, runCli, startRelayCli } from '../support/cli-process.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../support/scripted-upstream.ts';
import { temporaryFolder } from '../usage/support.ts';

const PROMPT = 'SECRET-PROMPT';
const THREAD = '01999999-aaaa-7bbb-8ccc-dddddddddddd';
const AS_CODEX = { originator: 'codex_exec', 'thread-id': THREAD };

async function ask(url: string): Promise<{ status: number; text: string }> {
  const reply = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...AS_CODEX },
    body: JSON.stringify({ model: 'm', input: PROMPT, stream: true }),
  });
  return { status: reply.status, text: await reply.text() };
}

function answering(cost: number) {
  const usage = { prompt_tokens: 1200, completion_tokens: 30, cost };
  return startScriptedUpstream(() => streamReply(textChunks('a'), { choices: [], usage }));
}

describe('codex-relay usage', () => {
  after(killLeftovers);

  async function place() {
    const folder = await temporaryFolder();
    const environment = {
      HOME: folder.path,
      XDG_STATE_HOME: join(folder.path, 'state'),
      CODEX_HOME: join(folder.path, 'codex'),
    };
    await mkdir(environment.CODEX_HOME);
    return { folder, environment };
  }

  it('adds up two relays and two runs as a table, JSON and CSV, without any content', async () => {
    const { folder, environment } = await place();
    await using _ = folder;
    const upstream = await answering(0.25);
    const empty = await runCli(['usage'], { environment });
    assert.match(empty.stdout, /No requests are recorded/);
    const relays = await Promise.all(
      [1, 2].map(() => startRelayCli(['--upstream', upstream.url], { environment })),
    );
    for (const { cli, url } of relays) {
      assert.equal((await ask(url)).status, 200);
      cli.signal('SIGTERM');
      await cli.ended;
    }
    const again = await startRelayCli(['--upstream', upstream.url], { environment });
    await ask(again.url);
    again.cli.signal('SIGTERM');
    await again.cli.ended;
    const table = await runCli(['usage', '--by', 'model', '--since', '1d'], { environment });
    assert.match(table.stdout, /^openai-compatible\/m +3 .*\$0\.75 {2}█+$/m);
    const json = JSON.parse((await runCli(['usage', '--json', '--by', 'thread'], { environment })).stdout);
    assert.deepEqual([json.total.requests, json.total.inputTokens, json.total.costUsd], [3, 3600, 0.75]);
    assert.equal(json.rows.length, 1);
    const csv = await runCli(['usage', '--csv', '--by', 'provider'], { environment });
    assert.match(csv.stdout, /^provider,.*\nopenai-compatible,[^,]*,3,0,3600,.*,0\.75,true,0,0\n$/);
    for (const { stdout } of [table, csv]) assert.ok(!stdout.includes(PROMPT) && !stdout.includes(THREAD));
    const both = await runCli(['usage', '--csv', '--json'], { environment });
    assert.deepEqual([both.code, both.stderr.split('\n').length], [2, 2]);
    await upstream.stop();
  });

  it('keeps to a budget across a restart, and tells Codex where to raise it', async () => {
    const { folder, environment } = await place();
    await using _ = folder;
    const upstream = await answering(0.9);
    const args = ['--upstream', upstream.url, '--budget', 'day=1'];
    const before = await startRelayCli(args, { environment });
    assert.equal((await ask(before.url)).status, 200);
    await before.cli.logged(/\$0\.90 of the budget of \$1\.00 a day are spent/);
    before.cli.signal('SIGTERM');
    await before.cli.ended;
    const { cli, url } = await startRelayCli(args, { environment });
    assert.equal((await ask(url)).status, 200);
    const refused = await ask(url);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /budget of \$1\.00 a day is used up .* with --budget \(CODEX_RELAY_BUDGET\)/);
    assert.equal(upstream.chats.length, 2);
    cli.signal('SIGTERM');
    await cli.ended;
    await upstream.stop();
  });

  it('refuses budgets that could not be kept, and prices that it cannot read', async () => {
    const { folder, environment } = await place();
    await using _ = folder;
    const failure = async (...args: string[]) => (await runCli(args, { environment })).stderr;
    assert.match(
      await failure('--demo', '--budget', 'day=1', '--usage', 'off'),
      /--budget counts what --usage records/,
    );
    assert.match(
      await failure('--demo', '--budget', 'deepsek.day=1'),
      /names deepsek, which is not served.* demo/,
    );
    await writeFile(join(environment.CODEX_HOME, 'codex-relay.prices.json'), '{"m":{"input":"1"}}');
    assert.match(
      await failure('usage'),
      /codex-relay\.prices\.json: "m" > "input" must be USD per million tokens/,
    );
  });

  it('asks for balances only if that is documented, and otherwise says why not', async () => {
    const { folder, environment } = await place();
    await using _ = folder;
    const upstream = await answering(1);
    const asked = await runCli(
      [
        'usage',
        '--balance',
        '--provider',
        'deepseek',
        '--upstream',
        upstream.url,
        '--api-key',
        'sk-1234567890',
      ],
      { environment },
    );
    assert.equal(asked.code, 1);
    assert.match(asked.stdout, /^DeepSeek {2}DeepSeek has no documented way to ask for a balance\.\n$/);
    const json = await runCli(['usage', '--balance', '--json', '--demo'], { environment });
    assert.equal(JSON.parse(json.stdout).upstreams[0].id, 'demo');
    assert.match((await runCli(['usage', '--balance', '--csv'], { environment })).stderr, /use --json/);
    await upstream.stop();
  });

  it('records nothing with --usage off', async () => {
    const { folder, environment } = await place();
    await using _ = folder;
    const upstream = await answering(1);
    const { cli, url } = await startRelayCli(['--upstream', upstream.url, '--usage', 'off'], { environment });
    await ask(url);
    cli.signal('SIGTERM');
    await cli.ended;
    assert.match((await runCli(['usage'], { environment })).stdout, /No requests are recorded/);
    await upstream.stop();
  });
});
