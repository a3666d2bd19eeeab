/** Whatever a target says before it fails, a client gets the answer of one target, never of two. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type RelayHandle, type RequestReport, start } from '../../../src/index.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { AS_CODEX, allEvents } from '../../support/relay-client.ts';
import {
  type BodyStep,
  CUT,
  deltaChunk,
  finishChunk,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

const [CALL = ''] = toolCallChunks({ id: 'FIRST-call', name: 'run', arguments: { cmd: 'FIRST' } });
const STEPS: readonly BodyStep[] = [
  ': ping\n\n',
  'data: \n\n',
  'FIRST but no event\n',
  'data: {"cho',
  'event: error\ndata: {"error":{"message":"boom"}}\n\n',
  { error: { message: 'over', code: 503 } },
  deltaChunk({ role: 'assistant', content: '' }),
  deltaChunk({ content: 'FIRST ' }),
  deltaChunk({ content: '<think>FIRST' }),
  deltaChunk({ reasoning_content: 'FIRST' }),
  CALL,
  usageChunk(50, 50),
];
const ENDS: readonly BodyStep[] = [
  CUT,
  '',
  'data: [DONE]\n\n',
  ...['stop', 'length', 'tool_calls', 'content_filter'].map((reason) => finishChunk(reason)),
];

describe('two targets of which the first says anything', () => {
  let body: BodyStep[] = [];
  let first: ScriptedUpstream;
  let second: ScriptedUpstream;
  let relay: RelayHandle;
  const reports: RequestReport[] = [];
  before(async () => {
    first = await startScriptedUpstream(() => ({ body }), ['m']);
    second = await startScriptedUpstream(() => streamReply(textChunks('SECOND'), usageChunk(5, 5)), ['n']);
    const one = { id: 'one', provider: 'groq', upstream: first.url, apiKey: 'key-one' };
    const two = { id: 'two', provider: 'groq', upstream: second.url, apiKey: 'key-two' };
    const onRequest = (report: RequestReport) => reports.push(report);
    relay = await start({ port: 0, upstreams: [one, two], fallbacks: { '*': ['two/n'] }, onRequest });
  });
  after(async () => {
    await relay.stop();
    await Promise.all([first.stop(), second.stop()]);
  });

  it('give the answer of one of them, whenever it fails', async () => {
    const tools = [{ type: 'function', name: 'run', parameters: { type: 'object' } }];
    const steps = fc.array(fc.constantFrom(...STEPS), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...ENDS), fc.boolean(), async (said, end, stream) => {
        body = [...said, end];
        relay.resetTargets();
        const before = second.chats.length;
        const reply = await fetch(`${relay.url}/v1/responses`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...AS_CODEX },
          body: JSON.stringify({ model: 'one/m', input: 'hi', stream, tools }),
        });
        const isStream = reply.headers.get('content-type')?.includes('event-stream');
        const events = isStream ? await allEvents(reply) : [];
        if (isStream) assertEventRules(events);
        const text = isStream ? JSON.stringify(events) : await reply.text();
        const hops = second.chats.length - before;
        assert.ok(hops <= 1);
        assert.equal(text.includes('SECOND'), hops === 1, text);
        if (hops === 1) assert.ok(!text.includes('FIRST'), text);
        const { upstream, usage, passedOver = [] } = reports.at(-1) ?? assert.fail();
        assert.equal(upstream, hops === 1 ? 'two' : 'one');
        assert.equal(passedOver.length, hops);
        if (hops === 1) assert.deepEqual([usage?.inputTokens, usage?.outputTokens], [5, 5]);
      }),
      { numRuns: 60 },
    );
  });
});
