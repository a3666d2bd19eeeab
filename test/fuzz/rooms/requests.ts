/** What a client sends: requests of the real Codex and of SDKs, nearly right, over HTTP. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Json, parseJson } from '../../../src/json.ts';
import { readFixtures } from '../../support/fixtures.ts';
import { deltaChunk, finishChunk, toolCallChunks, usageChunk } from '../../support/scripted-upstream.ts';
import { mutatedJson, mutatedText } from '../mutate.ts';
import { startRelayInFuzz } from '../relay-in-fuzz.ts';
import { assertUnpolluted, type Room, textsUnder } from '../room.ts';

/** Stands for all that people and tools say. */
const PROMPT = 'canary-prompt';
/** The log may contain the names under these keys. */
const NAMES = new Set(['model', 'name', 'namespace', 'type', 'previous_response_id']);

const SDK_REQUEST: Json = {
  model: 'm',
  instructions: PROMPT,
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: PROMPT },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      ],
    },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: PROMPT }],
      encrypted_content: 'x',
    },
    { type: 'function_call', call_id: 'c1', name: 'f', arguments: `{"a":"${PROMPT}"}` },
    { type: 'function_call_output', call_id: 'c1', output: PROMPT },
    { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: PROMPT },
    { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: PROMPT }] },
    { type: 'local_shell_call', call_id: 'c3', action: { type: 'exec', command: [PROMPT] } },
    { type: 'tool_search_call', call_id: 'c4', arguments: { query: PROMPT } },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: PROMPT }] },
    {
      type: 'agent_message',
      author: 'a',
      recipient: 'b',
      content: [{ type: 'encrypted_content', encrypted_content: PROMPT }],
    },
    { type: 'compaction', encrypted_content: 'x' },
  ],
  tools: [
    {
      type: 'function',
      name: 'f',
      description: PROMPT,
      strict: true,
      parameters: {
        type: 'object',
        properties: { a: { type: ['string', 'null'], enum: ['x', null] } },
        required: ['a'],
        additionalProperties: false,
      },
    },
    { type: 'custom', name: 'apply_patch', format: { type: 'grammar', syntax: 'lark', definition: PROMPT } },
    {
      type: 'namespace',
      name: 'mcp__a',
      description: PROMPT,
      tools: [
        { type: 'function', name: 'g', parameters: { $ref: '#/$defs/x', $defs: { x: { type: 'object' } } } },
      ],
    },
    { type: 'web_search' },
  ],
  tool_choice: { type: 'function', name: 'f' },
  parallel_tool_calls: true,
  reasoning: { effort: 'high', summary: 'auto' },
  text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'low' },
  metadata: { a: 'b' },
  stream: true,
  store: true,
  max_output_tokens: 100,
  temperature: 1,
};

/** What clients send: recorded requests of Codex, and one that has something of everything. */
export function samples(): Json[] {
  const recorded = readFixtures().flatMap(({ exchanges }) =>
    exchanges.slice(-1).map(({ request }) => request.body),
  );
  // Half of all inputs come from the one that has something of everything.
  return [...recorded, ...recorded.map(() => SDK_REQUEST)];
}

function answer(): Response {
  const chunks = [
    deltaChunk({ reasoning_content: 'thinking' }),
    deltaChunk({ content: 'answer' }),
    ...toolCallChunks({ id: 'call_9', name: 'f', arguments: { a: 1 } }).slice(0, -1),
    finishChunk('tool_calls'),
    usageChunk(10, 5),
  ];
  const body = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`);
  return new Response(body.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

export const requests: Room = {
  name: 'requests',
  shortRuns: 120,
  async open() {
    const relay = await startRelayInFuzz();
    relay.reply = answer;
    const values = samples();
    const body = fc.oneof(
      { weight: 4, arbitrary: mutatedJson(values).map((value) => JSON.stringify(value)) },
      {
        weight: 1,
        arbitrary: mutatedText(
          values.map((value) => JSON.stringify(value)),
          ['null', '":', '","', '}}', ']}'],
        ),
      },
    );
    const property = fc.asyncProperty(body, fc.boolean(), async (text, asCodex) => {
      const log = await relay.ask(text, asCodex);
      const names = textsUnder(parseJson(text) ?? null, NAMES);
      if (!names.some((name) => name.includes('canary')))
        assert.ok(!log.includes('canary-p'), `the log tells no prompt:\n${log}`);
      assertUnpolluted();
    });
    return { property, close: () => relay.stop() };
  },
};
