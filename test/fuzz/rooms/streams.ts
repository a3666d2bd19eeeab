/** What a provider streams: samples of real ones, nearly right, cut into pieces anywhere. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Json, parseJson } from '../../../src/json.ts';
import type { ResponseEvent } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { eventsOf, readSamples, type Sample } from '../../support/samples.ts';
import { splitBytes } from '../../support/scripted-upstream.ts';
import { cutsOf, mutatedJson, mutatedText } from '../mutate.ts';
import { assertUnpolluted, type Room } from '../room.ts';

/** What means something in a stream of events. */
export const SSE_TOKENS = [
  'data: ',
  'data:',
  '\ndata: ',
  '\n\n',
  '\r\n\r\n',
  ': comment\n\n',
  'event: error\n',
  'retry: 1\n',
  'id: 1\n',
  'data: [DONE]\n\n',
  'data: {"error":{"message":"x","code":429}}\n\n',
  'data: {"choices":[]}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: {"choices":[{"index":1,"delta":{"content":"x"}}]}\n\n',
  '<think>',
  '</think>',
  '"finish_reason":"length"',
  '"stopReason":"end_turn"',
  '"thinking_content":"x"',
  'data: {"data":{"choices":[{"index":0,"delta":{"content":"x"}}]}}\n\n',
  'data: {"code":0,"msg":"ok","data":null}\n\n',
  '"tool_calls":[{"index":0,"function":{"name":"exec_command","arguments":"{"}}]',
];

export const streams: Room = {
  name: 'streams',
  shortRuns: 1500,
  async open() {
    const samples = readSamples().filter(({ status }) => status < 300);
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    const sample = fc.constantFrom(...samples).chain((one) => {
      const text = Buffer.from(one.body).toString();
      const chunks = chunksIn(text);
      const byText = mutatedText([text], SSE_TOKENS);
      const byChunk = mutatedJson([chunks]).map(framed);
      return fc
        .oneof(byText, ...(chunks.length > 0 ? [byChunk, byChunk] : []))
        .map((body) => ({ ...one, body: Buffer.from(body) }));
    });
    const property = fc.property(sample, fractions, (stream, cuts) => {
      assertStream(eventsOf(stream, splitBytes(stream.body, cutsOf(stream.body.length, cuts))), stream);
      assertUnpolluted();
    });
    return { property, close: async () => {} };
  },
};

function chunksIn(text: string): Json[] {
  return [...text.matchAll(/^data: ?(\{.*\})\r?$/gm)].flatMap(([, data = '']) => parseJson(data) ?? []);
}

function framed(chunks: Json): string {
  const lines = Array.isArray(chunks)
    ? chunks.map((chunk) => JSON.stringify(chunk))
    : [JSON.stringify(chunks)];
  return [...lines, '[DONE]'].map((line) => `data: ${line}\n\n`).join('');
}

function assertStream(events: readonly ResponseEvent[], { name }: Sample): void {
  assertEventRules(events);
  for (const event of events) {
    if (event.type !== 'response.output_item.done' || event.item.type !== 'function_call') continue;
    // What is no JSON at all goes to Codex, which tells its model; what only begins like an object was cut.
    const text = event.item.arguments.trim();
    const isHalf = parseJson(text) === undefined && text.startsWith('{') && !text.endsWith('}');
    assert.equal(isHalf, false, `${name}: Codex runs no half call`);
  }
}
