/**
 * Multi-turn scenes with every kind of tool, in the real Codex's own requests, against strict Responses endpoints:
 * each refuses, or ignores, what its provider is known to. Everything goes over HTTP, through `start()`.
 */
import assert from 'node:assert/strict';
import { type RelayHandle, start } from '../../src/index.ts';
import type { JsonObject } from '../../src/json.ts';
import { presetById } from '../../src/providers/index.ts';
import type { OutputItem, ResponseEvent, ResponseResource } from '../../src/wire/responses.ts';
import { assertEventRules } from '../support/event-rules.ts';
import { readFixtures } from '../support/fixtures.ts';
import {
  type NativeBody,
  type NativeUpstream,
  type Said,
  startNativeUpstream,
  text,
} from '../support/native-upstream.ts';
import { AS_CODEX, allEvents } from '../support/relay-client.ts';
import { NATIVE_FAMILIES } from './native-strict/families.ts';
import {
  callLike,
  type NativeFamily,
  nativeComplaint,
  strictScript,
  thinking,
} from './native-strict/rules.ts';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PATCH = '*** Begin Patch\n*** End Patch';
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'banana'];
const CODEX_BODY = recordedBody();

describe('scenes at strict Responses endpoints', () => {
  it('are strict: none takes what Codex sends as it is', () => {
    const body = {
      ...CODEX_BODY,
      input: [
        ...(CODEX_BODY['input'] as JsonObject[]),
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'exec_command',
          arguments: '{}',
          status: 'completed',
        },
        { role: 'assistant', content: [{ type: 'output_text', text: 'Between.' }] },
        { type: 'reasoning', summary: [], content: null, encrypted_content: 'foreign' },
        { role: 'developer', content: [{ type: 'input_text', text: 'Late.' }] },
        { type: 'function_call_output', call_id: 'call_1', output: [] },
      ],
      client_metadata: { turn_id: '1' },
    } as unknown as NativeBody;
    for (const family of NATIVE_FAMILIES) assert.ok(nativeComplaint(family, body), family.preset);
  });

  for (const family of NATIVE_FAMILIES) {
    describe(`${family.preset}: ${family.model}`, () => scenes(family));
  }
});

function scenes(family: NativeFamily): void {
  let upstream: NativeUpstream;
  let relay: RelayHandle;
  let script: (body: NativeBody) => Said[];
  const complaints: string[] = [];

  before(async () => {
    const answer = strictScript(family, (body) => script(body), complaints);
    upstream = await startNativeUpstream(answer, [family.model]);
    relay = await start({
      port: 0,
      upstream: upstream.url,
      provider: family.preset,
      wire: 'responses',
      apiKey: 'secret-key',
      model: family.model,
    });
  });

  beforeEach(() => {
    complaints.length = 0;
    script = () => [...thinking(family, 'Thinking.'), text('Done.')];
  });

  after(async () => {
    await relay.stop();
    await upstream.stop();
  });

  async function ask(fields: JsonObject): Promise<ResponseResource> {
    const reply = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...AS_CODEX },
      body: JSON.stringify({ ...CODEX_BODY, model: family.model, ...fields }),
    });
    assert.equal(reply.status, 200, reply.ok ? '' : await reply.text());
    const events = await allEvents(reply);
    assert.deepEqual(complaints, []);
    assertEventRules(events);
    const response = responseOf(events.at(-1));
    assert.equal(response.status, 'completed', JSON.stringify(response.error));
    assert.equal(response.usage?.input_tokens, 120);
    return response;
  }

  const sent = () => upstream.responses.at(-1)?.body;

  it('thinks, calls tools of each kind, reads outputs and images, and answers', async () => {
    const input = [...(CODEX_BODY['input'] as JsonObject[])];
    script = (body) => [
      ...thinking(family, 'First thought.'),
      callLike(family, body, /^exec_command$/, { cmd: 'ls' }),
      callLike(family, body, /view_image$/, { path: 'a.png' }),
    ];
    const first = await ask({});
    const calls = callsOf(first.output);
    assert.deepEqual(
      calls.map(({ type, name }) => [type, name]),
      [
        ['function_call', 'exec_command'],
        ['function_call', 'view_image'],
      ],
    );
    input.push(...asInput(first.output));
    input.push({ type: 'function_call_output', call_id: calls[0]?.call_id ?? '', output: 'a.png' });
    input.push({
      type: 'function_call_output',
      call_id: calls[1]?.call_id ?? '',
      output: [{ type: 'input_image', image_url: PIXEL, detail: 'high' }],
    });

    script = (body) => [
      ...thinking(family, 'Second.'),
      callLike(family, body, /apply_patch$/, { input: PATCH }),
    ];
    const second = await ask({ input });
    const [patch] = second.output.filter((item) => item.type === 'custom_tool_call');
    assert.equal(patch?.input, PATCH);
    assertReplayed('First thought.');
    input.push(...asInput(second.output));
    input.push({ type: 'custom_tool_call_output', call_id: patch?.call_id ?? '', output: 'Done!' });

    script = (body) => [...thinking(family, 'Third.'), callLike(family, body, /echo.?back/i, { text: 'x' })];
    const third = await ask({ input });
    const [mcp] = callsOf(third.output);
    assert.match(`${mcp && 'namespace' in mcp ? mcp.namespace : ''}`, /tiny/);
    assert.match(mcp?.name ?? '', /^echo/);
    input.push(...asInput(third.output));
    input.push({ type: 'function_call_output', call_id: mcp?.call_id ?? '', output: 'x' });
    input.push({ role: 'developer', content: [{ type: 'input_text', text: 'Permissions changed.' }] });
    input.push({ role: 'user', content: [{ type: 'input_text', text: 'And now?' }] });

    script = () => [...thinking(family, 'Fourth.'), text('All ', 'done.')];
    const fourth = await ask({ input });
    assert.equal(textOf(fourth.output), 'All done.');
    assert.ok(JSON.stringify(sent()).includes('Permissions changed.'));
  });

  /** What its provider can read of the thought goes back, and nothing that it cannot. */
  function assertReplayed(words: string): void {
    const reasoning = (sent()?.input ?? []).filter(({ type }) => type === 'reasoning');
    const json = JSON.stringify(reasoning);
    assert.doesNotMatch(json, /crr1\./, "the relay's own seal stays with its client");
    if (family.thinks === 'sealed') assert.ok(json.includes(`sealed-by-${family.preset}:${words}`), json);
    if (family.thinks === 'text') assert.ok(json.includes(words), json);
  }

  for (const effort of EFFORTS) {
    it(`accepts effort ${effort}`, () => ask({ reasoning: { effort, summary: 'auto' } }));
  }

  for (const choice of ['auto', 'none', 'required', { type: 'function', name: 'exec_command' }]) {
    it(`accepts tool_choice ${typeof choice === 'string' ? choice : 'of one function'}`, () =>
      ask({ tool_choice: choice }));
  }

  it("continues another provider's conversation", async () => {
    const long = `call_${'x'.repeat(80)}`;
    const exec = (call_id: string, cmd: string) => ({
      ...{ type: 'function_call', id: `fc_${cmd}`, status: 'completed' },
      ...{ call_id, name: 'exec_command', arguments: JSON.stringify({ cmd }) },
    });
    await ask({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'reasoning', id: 'rs_1', summary: [], content: null, encrypted_content: 'foreign-blob' },
        exec('functions.exec_command:0', 'a'),
        exec(long, 'b'),
        { role: 'assistant', content: [{ type: 'output_text', text: 'Both at once.' }] },
        { type: 'function_call_output', call_id: 'functions.exec_command:0', output: 'a' },
        { type: 'function_call_output', call_id: long, output: 'b' },
        { type: 'function_call', call_id: 'toolu_01', name: 'gone_tool', arguments: '{broken' },
        { type: 'function_call_output', call_id: 'toolu_unknown', output: 'orphan' },
        { type: 'agent_message', author: 'a', content: [{ type: 'input_text', text: 'From an agent.' }] },
        { type: 'something_new', content: 'Its text stays.' },
        { role: 'user', content: 'Go on.' },
      ],
    });
    const json = JSON.stringify(sent()?.input);
    assert.ok(!json.includes('foreign-blob'));
    assert.ok(json.includes('Its text stays.'));
  });

  it('keeps going after an image of the user', () =>
    ask({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'See:' },
            { type: 'input_image', image_url: PIXEL },
          ],
        },
      ],
    }));

  it('answers in a given form, with tools and without', async () => {
    const schema = {
      type: 'object',
      properties: { title: { type: 'string' } },
      required: ['title'],
      additionalProperties: false,
    };
    const format = { type: 'json_schema', name: 'codex_output_schema', strict: true, schema };
    await ask({ text: { format } });
    await ask({ text: { format }, tools: [] });
    await ask({ text: { format: { type: 'json_object' } }, tools: [] });
  });

  it('lifts tools out of items', async () => {
    const tool = {
      type: 'function',
      name: 'late_tool',
      description: 'd',
      parameters: { type: 'object', properties: {} },
    };
    const [user] = (CODEX_BODY['input'] as JsonObject[]).slice(-1);
    script = (body) => [callLike(family, body, /late_tool/, {})];
    const { output } = await ask({
      input: [user, { type: 'additional_tools', role: 'developer', tools: [tool] }] as JsonObject[],
    });
    // OpenAI and OpenRouter read them in place.
    const isRead = family.preset === 'openai' || family.preset === 'azure' || family.preset === 'openrouter';
    if (!isRead) assert.equal(callsOf(output)[0]?.name, 'late_tool');
  });

  it('has a preset that knows the endpoint', () => {
    assert.ok(presetById(family.preset)?.native, 'the preset knows the endpoint');
  });
}

/** The first request of a recorded scene whose model has every kind of tool. */
function recordedBody(): JsonObject {
  const fixture = readFixtures().find(({ codex, scene }) => codex === '0.171.0' && scene === 'mcp_tool');
  assert.ok(fixture?.exchanges[0]);
  return fixture.exchanges[0].request.body;
}

function responseOf(event: ResponseEvent | undefined): ResponseResource {
  assert.ok(event !== undefined && 'response' in event);
  return event.response;
}

function callsOf(output: readonly OutputItem[]) {
  return output.filter((item) => item.type === 'function_call');
}

/** Items as Codex sends them back: without what it drops, with nulls where it writes them. */
function asInput(output: readonly OutputItem[]): JsonObject[] {
  return output.map((item) => {
    const { status: _, ...rest } = item as unknown as JsonObject;
    return item.type === 'reasoning' ? { content: null, ...rest } : rest;
  });
}

function textOf(output: readonly OutputItem[]): string {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => ('text' in part ? part.text : ''))
    .join('');
}
