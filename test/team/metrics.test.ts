/** What Prometheus reads: the right counts, for whoever may read them, and nothing that a user wrote. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createMetrics, serveMetrics } from '../../src/team/metrics.ts';
import { foundProgram } from '../support/debian.ts';
import { startRig } from '../support/relay-client.ts';
import { errorReply, streamReply, textChunks, usageChunk } from '../support/scripted-upstream.ts';

/** Too large to be installed for this. */
const PROMTOOL = foundProgram('promtool');
if (PROMTOOL === undefined)
  process.stdout.write('  skipped: there is no promtool here to check the metrics\n');
const PRICES = { list: { costOf: () => 0.5 }, own: new Map() };

describe('metrics', () => {
  it('count requests, times, tokens, costs, retries, hops and cool-downs', async () => {
    const metrics = createMetrics(PRICES);
    const script = [
      errorReply(503, 'busy', { headers: { 'retry-after': '0' } }),
      streamReply(textChunks('hi'), usageChunk(60, 40, { prompt_tokens_details: { cached_tokens: 20 } })),
      errorReply(400, 'a bad request about kittens'),
    ];
    const rig = await startRig(
      script,
      {
        provider: 'deepseek',
        metrics: { token: 'token-of-prometheus', read: metrics.read },
        token: 'local-token',
        onRequest: metrics.onRequest,
      },
      ['scripted-model'],
    );
    metrics.watch(rig.relay);
    await rig.relay.learnModels();
    const local = { authorization: 'Bearer local-token' };
    const ask = (model: string) => rig.post({ model, input: 'tell me a secret' }, local);
    assert.equal((await ask('scripted-model')).status, 200);
    assert.equal((await ask('kittens-and-other-content')).status, 400);
    const report = {
      id: 'resp_1',
      state: 'completed',
      provider: 'deepseek',
      stream: true,
      calledTools: [],
    } as const;
    metrics.onRequest({ ...report, model: 'm', upstreamModel: 'a name about kittens', startedAt: 0 });
    const passed = { provider: 'kimi', model: 'k', code: 'upstream_error', message: '' };
    const usage = {
      ...{ inputTokens: 5, cachedTokens: 0, cacheWriteTokens: 0 },
      ...{ outputTokens: 1, reasoningTokens: 1 },
    };
    const spent = { upstream: 'kimi', usage, costUsd: 2 };
    const hopped = { ...report, model: 'm', upstreamModel: 'm', startedAt: 0 };
    metrics.onRequest({ ...hopped, passedOver: [{ ...passed, spent }] });
    metrics.onStoreCall(2, false);

    const read = (token: string) =>
      fetch(`${rig.relay.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await read('local-token')).status, 401);
    const reply = await read('token-of-prometheus');
    assert.equal(reply.status, 200);
    const text = await reply.text();
    for (const line of [
      'codex_relay_requests_total{state="completed",provider="deepseek",model="scripted-model"} 1',
      'codex_relay_requests_total{state="failed",provider="deepseek",model="deepseek-v4-pro"} 1',
      'codex_relay_errors_total{code="invalid_prompt",provider="deepseek",model="deepseek-v4-pro"} 1',
      'codex_relay_requests_total{state="completed",provider="deepseek",model="other"} 2',
      'codex_relay_hops_total{provider="kimi",code="upstream_error"} 1',
      'codex_relay_tokens_total{kind="input",provider="kimi",model="other"} 5',
      'codex_relay_cost_usd_total{provider="kimi",model="other"} 2',
      'codex_relay_tokens_total{kind="input",provider="deepseek",model="scripted-model"} 60',
      'codex_relay_tokens_total{kind="cached",provider="deepseek",model="scripted-model"} 20',
      'codex_relay_tokens_total{kind="output",provider="deepseek",model="scripted-model"} 40',
      'codex_relay_retries_total{provider="deepseek",model="scripted-model"} 1',
      'codex_relay_time_to_first_token_seconds_count{provider="deepseek",model="scripted-model"} 1',
      'codex_relay_request_duration_seconds_count{provider="deepseek",model="scripted-model"} 1',
      'codex_relay_store_seconds_count{outcome="done"} 1',
      'codex_relay_running_requests 0',
    ]) {
      assert.ok(text.includes(`\n${line}\n`), line);
    }
    assert.doesNotMatch(text, /kitten|secret|local-token/);
    await rig.stop();
  });

  it('are as Prometheus wants them', async () => {
    const metrics = createMetrics(PRICES);
    const report = {
      id: 'r',
      state: 'failed',
      stream: true,
      calledTools: [],
      model: 'm',
      startedAt: 0,
    } as const;
    metrics.onRequest({ ...report, provider: 'a "quoted\\\nname', upstreamModel: 'm' });
    metrics.onStoreCall(2, true);
    const { body } = await metrics.read();
    const types = [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type]) => ({ name, type }));
    assert.ok(types.length > 30);
    for (const { name, type } of types) assert.equal(name.endsWith('_total'), type === 'counter', name);
    if (PROMTOOL === undefined) return;
    // Its own words are the message of the error.
    execFileSync(PROMTOOL, ['check', 'metrics'], { input: body, stdio: ['pipe', 'ignore', 'pipe'] });
  });

  it('can have their own port', async () => {
    const metrics = createMetrics(PRICES);
    const open = await serveMetrics(metrics, { port: 0, address: '127.0.0.1', token: '' });
    assert.match(await (await fetch(`http://127.0.0.1:${open.port}/metrics`)).text(), /codex_relay_running/);
    assert.equal((await fetch(`http://127.0.0.1:${open.port}/v1/models`)).status, 404);
    await open.close();
    const closed = await serveMetrics(metrics, { port: 0, address: '127.0.0.1', token: 'secret' });
    assert.equal((await fetch(`http://127.0.0.1:${closed.port}/metrics`)).status, 401);
    await closed.close();
  });
});
