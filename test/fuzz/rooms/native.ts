/** The native road: what clients send, on its way to a Responses endpoint, and what such an endpoint streams back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RelayError } from '../../../src/errors.ts';
import type { Json } from '../../../src/json.ts';
import { NativeStreamReader } from '../../../src/relay/exchange/native-stream.ts';
import type { NativeReducer } from '../../../src/translate/native/native-reducer.ts';
import { parseRequest } from '../../../src/wire/request-schema.ts';
import type { ResponseEvent, ResponsesRequest } from '../../../src/wire/responses.ts';
import { assertEventRules, withJoinedDeltas } from '../../support/event-rules.ts';
import { assertNativeRules } from '../../support/native-rules.ts';
import { FULL, nativeStreamFor, translateNative } from '../../support/native-translating.ts';
import {
  call,
  customCall,
  nativeEvents,
  openThought,
  sse,
  text,
  thought,
} from '../../support/native-upstream.ts';
import { splitBytes } from '../../support/scripted-upstream.ts';
import { PROFILE } from '../../support/translating.ts';
import { cutsOf, mutatedJson, mutatedText } from '../mutate.ts';
import { assertUnpolluted, type Room } from '../room.ts';
import { samples } from './requests.ts';
import { SSE_TOKENS } from './streams.ts';

const TOOLS: Partial<ResponsesRequest> = {
  tools: [
    { type: 'function', name: 'run' },
    { type: 'custom', name: 'apply_patch' },
    { type: 'namespace', name: 'mcp__a', tools: [{ type: 'function', name: 'g' }] },
  ],
};
const STREAMS = [
  [thought('Hm.', 'sealed'), text('Hello ', 'world'), call('run', { cmd: 'ls', at: 1 })],
  [
    openThought('Hm.'),
    call('mcp__a__g', { a: [1, 2] }),
    customCall('apply_patch', '*** Begin Patch\n'),
    text('x'),
  ],
  [text('a'), text('b'), call('g', {}, { namespace: 'mcp__a' }), thought('Hm.'), text('c')],
].map((said) => nativeEvents(...said));
const TOKENS = [
  ...SSE_TOKENS,
  'event: response.failed\n',
  'data: {"type":"error","code":null,"message":"x"}\n\n',
  'data: {"type":"response.completed","response":{"id":"r"}}\n\n',
  'data: {"type":"response.output_text.delta","delta":"x"}\n\n',
  '"status":"incomplete"',
];

/** Nearly right events as a body. */
const body = fc.oneof(
  mutatedText(
    STREAMS.map((events) => sse(events).join('')),
    TOKENS,
  ),
  mutatedJson(STREAMS).map(framed),
  mutatedJson(STREAMS).map(framed),
);

export const native: Room = {
  name: 'native',
  shortRuns: 400,
  async open() {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    const requests = mutatedJson(samples());
    const property = fc.property(body, fractions, requests, fc.boolean(), (sent, cuts, asked, isFull) => {
      const options = isFull ? { native: FULL, isCodex: true } : {};
      const bytes = Buffer.from(sent);
      const whole = told(nativeStreamFor(TOOLS, options), [bytes]);
      assertEventRules(whole);
      const cut = told(nativeStreamFor(TOOLS, options), splitBytes(bytes, cutsOf(bytes.length, cuts)));
      assert.deepEqual(withJoinedDeltas(cut), withJoinedDeltas(whole), 'cut anywhere, it says the same');
      assertRequest(asked, isFull);
      assertUnpolluted();
    });
    return { property, close: async () => {} };
  },
};

function told(stream: NativeReducer, pieces: readonly Uint8Array[]): ResponseEvent[] {
  const reader = new NativeStreamReader(PROFILE);
  const events = stream.start();
  for (const bytes of pieces) for (const piece of reader.feed(bytes)) events.push(...stream.feed(piece));
  for (const piece of reader.end()) events.push(...stream.feed(piece));
  return [...events, ...stream.finish()];
}

function framed(events: Json): string {
  const all = Array.isArray(events) ? events : [events];
  return all.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
}

function assertRequest(value: Json, isFull: boolean): void {
  let request: ResponsesRequest;
  try {
    request = parseRequest(structuredClone(value));
  } catch (error) {
    // The client is told which field is wrong.
    assert.ok(error instanceof RelayError, String(error));
    return;
  }
  const { body: first } = translateNative(request, isFull ? FULL : {});
  const { body: again } = translateNative(request, isFull ? FULL : {});
  assert.equal(JSON.stringify(first), JSON.stringify(again), 'the same request gives the same bytes');
  if (!isFull) assertNativeRules(first);
}
