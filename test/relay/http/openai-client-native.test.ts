/** The official client against a relay whose provider speaks the Responses API itself: it sees no difference. */
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { type RelayHandle, start } from '../../../src/index.ts';
import {
  call,
  type NativeUpstream,
  nativeReply,
  startNativeUpstream,
  text,
  thought,
} from '../../support/native-upstream.ts';
import type { ScriptedReply } from '../../support/scripted-upstream.ts';

describe('the official openai client, by the Responses API', () => {
  let upstream: NativeUpstream;
  let relay: RelayHandle;
  let client: OpenAI;
  const connect = async (replies: readonly ScriptedReply[]) => {
    upstream = await startNativeUpstream(replies, ['m']);
    relay = await start({ port: 0, upstream: upstream.url, wire: 'responses', model: 'm' });
    client = new OpenAI({ baseURL: `${relay.url}/v1`, apiKey: 'client-key', maxRetries: 0 });
  };
  afterEach(async () => {
    await relay.stop();
    await upstream.stop();
  });

  it('creates a response, and finds it again', async () => {
    await connect([nativeReply(text('Hello', ' there'))]);
    const response = await client.responses.create({ model: 'm', input: 'hi' });
    assert.deepEqual(
      [response.status, response.output_text, response.usage?.total_tokens],
      ['completed', 'Hello there', 150],
    );
    assert.equal((await client.responses.retrieve(response.id)).output_text, 'Hello there');
    assert.equal(upstream.responses[0]?.body['store'], false, 'only here');
  });

  it('streams text, thinking and a tool call', async () => {
    await connect([nativeReply(thought('let me see'), call('weather', { city: 'Ulm' }))]);
    const stream = client.responses.stream({
      model: 'm',
      input: 'hi',
      reasoning: { summary: 'auto' },
      tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' }, strict: false }],
    });
    const seen = new Map<string, string>();
    for await (const event of stream) {
      if ('delta' in event) seen.set(event.type, (seen.get(event.type) ?? '') + event.delta);
    }
    assert.equal(seen.get('response.reasoning_summary_text.delta'), 'let me see');
    assert.equal(seen.get('response.function_call_arguments.delta'), '{"city":"Ulm"}');
    const final = await stream.finalResponse();
    assert.deepEqual(
      final.output.map((item) => item.type),
      ['reasoning', 'function_call'],
    );
  });

  it('continues by previous_response_id with the output of a tool alone', async () => {
    await connect([nativeReply(call('weather', {}, { call_id: 'c1' })), nativeReply(text('sunny'))]);
    const first = await client.responses.create({
      model: 'm',
      input: 'hi',
      tools: [{ type: 'function', name: 'weather', parameters: {}, strict: false }],
    });
    const second = await client.responses.create({
      model: 'm',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: 'c1', output: 'sun' }],
    });
    assert.equal(second.output_text, 'sunny');
    assert.deepEqual(
      upstream.responses[1]?.body.input.map(({ type }) => type),
      ['message', 'function_call', 'function_call_output'],
    );
  });

  it('counts the tokens of an input', async () => {
    await connect([]);
    const url = `${relay.url}/v1/responses/input_tokens`;
    const body = JSON.stringify({ model: 'm', input: 'x'.repeat(4000) });
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { input_tokens } = (await reply.json()) as { input_tokens: number };
    assert.ok(input_tokens > 1000 && input_tokens < 1100, `${input_tokens}`);
    assert.equal(upstream.responses.length, 0);
  });
});
