/** The relay as the extension starts it: many providers, several keys, stand-ins, and threads that stay where they are. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadyPlan, RoutingPlan, ServedRelay } from '../../../src/extension/relay/controller.ts';
import { RelayLauncher } from '../../../src/extension/relay/launcher.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';
import type { RequestReport } from '../../../src/relay/options.ts';
import type { BudgetNotice } from '../../../src/usage/budget.ts';
import { LedgerReader } from '../../../src/usage/ledger-reader.ts';
import {
  errorReply,
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { openSocket } from '../../support/socket-client.ts';
import { launcherParts } from './thread-support.ts';

const OK = streamReply(textChunks('OK'));

describe('the relay of a window', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-launch-'));
  after(() => rmSync(folder, { recursive: true }));

  const reports: RequestReport[] = [];
  const notices: BudgetNotice[] = [];
  const upstreams: ScriptedUpstream[] = [];
  const relays: ServedRelay[] = [];
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    for (const upstream of upstreams.splice(0)) await upstream.stop();
    reports.length = 0;
    notices.length = 0;
  });

  async function upstream(id: string, script: Script): Promise<ScriptedUpstream> {
    const started = await startScriptedUpstream(script, [`${id}-model`]);
    upstreams.push(started);
    return started;
  }

  const options = (id: string, { url }: ScriptedUpstream, ...keys: string[]) => {
    const [apiKey = `key-${id}`, ...moreApiKeys] = keys;
    return {
      id,
      name: id,
      provider: 'openai-compatible',
      upstream: url,
      apiKey,
      moreApiKeys,
      model: `${id}-model`,
    };
  };

  async function launch(
    routing: Partial<RoutingPlan>,
    { bindings = 'bindings.json', usage = 'usage', isUsageKept = true, heal = true, webSocket = false } = {},
  ): Promise<ServedRelay> {
    const plan: ReadyPlan = {
      kind: 'ready',
      provider: { id: 'a', name: 'A', baseUrl: '', preset: '', needsKey: true, custom: true },
      routing: {
        upstreams: [],
        active: 'a',
        standIns: { fallbacks: {}, roles: {} },
        budgets: [],
        ...routing,
      },
      unusable: [],
      server: {
        port: 0,
        token: 'token',
        toolDenylist: [],
        webSocket,
        heal,
        historyDir: undefined,
        historyLimits: DEFAULT_HISTORY_LIMITS,
        isUsageKept,
      },
    };
    const launcher = new RelayLauncher({
      ...launcherParts(folder),
      bindingsFile: join(folder, bindings),
      usageFolder: join(folder, usage),
    });
    const relay = await launcher.launch(plan, {
      onRequest: (report) => void reports.push(report),
      onModels: () => {},
      onBudget: (notice) => void notices.push(notice),
      onDeath: (error) => assert.fail(error),
    });
    relays.push(relay);
    return relay;
  }

  async function ask(relay: ServedRelay, body: object): Promise<string> {
    const reply = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
      body: JSON.stringify({ input: 'hello', ...body }),
    });
    return reply.text();
  }

  it('serves each provider with its own key, and adds another without a restart', async () => {
    const [a, b] = [await upstream('a', () => OK), await upstream('b', () => OK)];
    const relay = await launch({ upstreams: [options('a', a)] });
    await ask(relay, { model: 'codex-relay' });
    await relay.serve({
      upstreams: [options('a', a), options('b', b)],
      active: 'a',
      standIns: { fallbacks: {}, roles: {} },
      budgets: [],
    });
    await ask(relay, { model: 'b/b-model' });
    await ask(relay, { model: 'codex-relay' });
    assert.deepEqual(
      [a, b].map(({ chats }) => chats.map(({ headers }) => headers.authorization)),
      [['Bearer key-a', 'Bearer key-a'], ['Bearer key-b']],
    );
  });

  it('reads calls in the text as calls, unless it must not', async () => {
    const block = '<tool_call>{"name":"run","arguments":{}}</tool_call>';
    const a = await upstream('a', () => streamReply(textChunks(block)));
    const tools = [{ type: 'function', name: 'run' }];
    for (const heal of [true, false]) {
      const relay = await launch({ upstreams: [options('a', a)] }, { heal });
      const answer = await ask(relay, { model: 'codex-relay', tools });
      assert.equal(answer.includes('"function_call"'), heal);
      assert.equal(answer.includes('<tool_call>'), !heal);
    }
  });

  it('records the counts of its requests, and reads them back', async () => {
    const relay = await launch({ upstreams: [options('a', await upstream('a', () => OK))] });
    await ask(relay, { model: 'codex-relay' });
    await relay.stop();
    const [record] = (await Array.fromAsync(new LedgerReader(join(folder, 'usage')).read())).flat();
    assert.deepEqual([record?.upstream, record?.model, record?.state], ['a', 'a-model', 'completed']);
    assert.deepEqual(reports.at(-1)?.upstream, 'a');
  });

  /** An answer that states its cost, as OpenRouter's do. */
  const costly = (usd: number) =>
    streamReply(textChunks('OK'), {
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 1, cost: usd },
    });
  const limit = (usd: number, upstream?: string) => [{ span: 'day' as const, upstream, usd }];

  it('refuses what exceeds its budgets before it is sent, and says where they are', async () => {
    const [a, b] = [await upstream('a', () => costly(0.4)), await upstream('b', () => costly(0))];
    const both = { upstreams: [options('a', a), options('b', b)] };
    const relay = await launch({ ...both, budgets: limit(1, 'a') }, { usage: 'budget' });
    for (let at = 0; at < 3; at++) assert.match(await ask(relay, { model: 'a/a-model' }), /"completed"/);
    assert.match(
      await ask(relay, { model: 'a/a-model' }),
      /budget of \$1\.00 a day for a is used up.*in the setting codexRelay\.budgets of VS Code/,
    );
    assert.equal(a.chats.length, 3);
    assert.match(await ask(relay, { model: 'b/b-model' }), /"completed"/);
    assert.deepEqual(
      notices.map(({ kind, spentUsd }) => [kind, spentUsd]),
      [
        ['near', 0.8],
        ['used-up', 0.4 * 3],
      ],
    );
  });

  it('counts with new limits what was spent before them, also in earlier runs, and raises them at once', async () => {
    const a = await upstream('a', () => costly(0.4));
    const upstreams = [options('a', a)];
    const before = await launch({ upstreams }, { usage: 'later' });
    await ask(before, { model: 'codex-relay' });
    await before.stop();
    relays.pop();
    const relay = await launch({ upstreams }, { usage: 'later' });
    await ask(relay, { model: 'codex-relay' });
    const serve = (usd: number) =>
      relay.serve({ upstreams, active: 'a', standIns: { fallbacks: {}, roles: {} }, budgets: limit(usd) });
    await serve(0.8);
    assert.match(await ask(relay, { model: 'codex-relay' }), /used up \(\$0\.80 spent\)/);
    await serve(0.9);
    assert.match(await ask(relay, { model: 'codex-relay' }), /"completed"/);
    assert.match(await ask(relay, { model: 'codex-relay' }), /used up \(\$1\.20 spent\)/);
  });

  it('records nothing if that is switched off, but enforces budgets while it runs', async () => {
    const a = await upstream('a', () => costly(0.4));
    const relay = await launch(
      { upstreams: [options('a', a)], budgets: limit(0.4) },
      { usage: 'off', isUsageKept: false },
    );
    assert.match(await ask(relay, { model: 'codex-relay' }), /"completed"/);
    assert.match(await ask(relay, { model: 'codex-relay' }), /used up/);
    await relay.stop();
    assert.equal(existsSync(join(folder, 'off')), false);
  });

  it('overshoots by no more than what was running, of 50 requests at the edge of a budget', async () => {
    const AT_ONCE = 5;
    const a = await upstream('a', () => costly(0.1));
    const relay = await launch({ upstreams: [options('a', a)], budgets: limit(1) }, { usage: 'edge' });
    const lanes = Array.from({ length: AT_ONCE }, async () => {
      let completed = 0;
      for (let at = 0; at < 10; at++) {
        const isCompleted = (await ask(relay, { model: 'codex-relay' })).includes('"completed"');
        completed += isCompleted ? 1 : 0;
      }
      return completed;
    });
    const completed = (await Promise.all(lanes)).reduce((sum, count) => sum + count);
    assert.equal(completed, a.chats.length);
    assert.ok(completed >= 10 && completed <= 10 + AT_ONCE, `${completed}`);
  });

  it('tells what all windows recorded of the last days, while it runs and while none does', async () => {
    const a = await upstream('a', () => costly(0.4));
    const relay = await launch({ upstreams: [options('a', a)] }, { usage: 'told' });
    const launcher = new RelayLauncher({ ...launcherParts(folder), usageFolder: join(folder, 'told') });
    assert.equal((await launcher.usage(1)).spans.get(1)?.requests, 0);
    await ask(relay, { model: 'codex-relay' });
    await relay.stop();
    const { spans, days, providers } = await launcher.usage(30);
    assert.equal(days.length, 30);
    assert.deepEqual([spans.get(1)?.requests, spans.get(30)?.costUsd], [1, 0.4]);
    assert.deepEqual(
      providers.map((one) => [one.upstream, one.sums.length]),
      [['a', 30]],
    );
  });

  it('tells what models cost, while it runs and while none does', async () => {
    const models = [
      { upstream: 'openai', service: 'openai', model: 'gpt-5' },
      { upstream: 'ollama', service: 'local', model: 'qwen3:8b' },
      { upstream: 'corp', service: undefined, model: 'gpt-5' },
    ];
    const launcher = new RelayLauncher(launcherParts(folder));
    assert.deepEqual(await launcher.pricesOf(models), [{ input: 1.25, output: 10 }, 'local', undefined]);
  });

  it('asks for a balance only where that is documented', async () => {
    const a = await upstream('a', () => OK);
    const launcher = new RelayLauncher(launcherParts(folder));
    const { apiKey, upstream: url } = options('a', a);
    await assert.rejects(launcher.askBalance({ provider: 'deepseek', upstream: url, apiKey }), {
      code: 'not_found',
      message: 'DeepSeek has no documented way to ask for a balance.',
    });
  });

  it('keeps a stream at its provider while another is chosen', async () => {
    const more = Promise.withResolvers<void>();
    const [first, ...rest] = textChunks('one', 'two');
    assert.ok(first);
    const a = await upstream('a', [{ body: [first, more.promise, ...streamReply(rest).body] }]);
    const b = await upstream('b', () => OK);
    const both = [options('a', a), options('b', b)];
    const relay = await launch({ upstreams: both });
    const running = ask(relay, { model: 'codex-relay', stream: true });
    await a.chat(0);
    await relay.serve({ upstreams: both, active: 'b', standIns: { fallbacks: {}, roles: {} }, budgets: [] });
    await ask(relay, { model: 'codex-relay' });
    assert.equal(b.chats.length, 1);
    more.resolve();
    assert.match(await running, /response\.completed/);
  });

  it('tries the next key, then the stand-in, and shows which targets wait', async () => {
    const a = await upstream('a', () => errorReply(401, 'Incorrect API key'));
    const b = await upstream('b', () => OK);
    const relay = await launch({
      upstreams: [options('a', a, 'key-1', 'key-2'), options('b', b)],
      standIns: { fallbacks: { '*': ['b/b-model'] }, roles: {} },
    });
    await ask(relay, { model: 'codex-relay' });
    assert.deepEqual(
      a.chats.map(({ headers }) => headers.authorization),
      ['Bearer key-1', 'Bearer key-2'],
    );
    const targets = await relay.targets();
    const report = reports.at(-1);
    assert.equal(report?.state, 'completed');
    assert.equal(report?.provider, 'b');
    assert.deepEqual(
      report?.passedOver?.map(({ provider, code }) => [provider, code]),
      [
        ['a', 'upstream_unauthorized'],
        ['a', 'upstream_unauthorized'],
      ],
    );
    const board = targets.map(({ id, isActive, keys, troubles }) => [id, isActive, keys, troubles.length]);
    assert.deepEqual(board, [
      ['a', true, 2, 2],
      ['b', false, 1, 0],
    ]);
    await relay.resetTargets();
    assert.deepEqual(
      (await relay.targets()).flatMap(({ troubles }) => troubles),
      [],
    );
    assert.doesNotMatch(JSON.stringify([reports, board]), /key-[12]/);
  });

  it('takes WebSockets if the setting says so', async () => {
    const a = await upstream('a', () => OK);
    const relay = await launch({ upstreams: [options('a', a)] }, { webSocket: true });
    const { ask, webSocket } = await openSocket(relay.url, { authorization: 'Bearer token' });
    assert.equal((await ask({ model: 'codex-relay', input: 'hi' })).at(-1)?.type, 'response.completed');
    webSocket.close();
    const without = await launch({ upstreams: [options('a', a)] });
    await assert.rejects(openSocket(without.url, { authorization: 'Bearer token' }), /: 426$/);
  });

  it('sends side requests of Codex where the roles say', async () => {
    const [a, b] = [await upstream('a', () => OK), await upstream('b', () => OK)];
    const relay = await launch({
      upstreams: [options('a', a), options('b', b)],
      standIns: { fallbacks: {}, roles: { title: 'b/b-model' } },
    });
    const schema = { type: 'object', properties: { title: { type: 'string' } } };
    await ask(relay, {
      model: 'codex-relay',
      input: 'Write a short title for this thread.',
      text: { format: { type: 'json_schema', name: 'title', schema } },
    });
    assert.deepEqual([a.chats.length, b.chats.length], [0, 1]);
  });

  it('keeps a thread where it moved, even after a restart', async () => {
    const a = await upstream('a', (_, index) => (index === 0 ? errorReply(402, 'Insufficient Balance') : OK));
    const b = await upstream('b', () => OK);
    const routing = {
      upstreams: [options('a', a), options('b', b)],
      standIns: { fallbacks: { '*': ['b/b-model'] }, roles: {} },
    };
    const thread = { model: 'codex-relay', prompt_cache_key: 'thread-1' };
    const before = await launch(routing, { bindings: 'threads.json' });
    await ask(before, thread);
    assert.deepEqual([a.chats.length, b.chats.length], [1, 1]);
    await before.stop();
    relays.pop();
    const relay = await launch(routing, { bindings: 'threads.json' });
    await ask(relay, thread);
    assert.deepEqual([a.chats.length, b.chats.length], [1, 2], 'the thread stays');
    await ask(relay, { ...thread, prompt_cache_key: 'thread-2' });
    assert.deepEqual([a.chats.length, b.chats.length], [2, 2], 'a new one goes to the chosen provider');
  });
});
