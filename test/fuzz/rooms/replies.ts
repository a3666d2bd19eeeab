/** What a provider replies: any status, type and body, through the whole relay. */
import fc from 'fast-check';
import { readSamples } from '../../support/samples.ts';
import { mutatedText } from '../mutate.ts';
import { KEY, startRelayInFuzz } from '../relay-in-fuzz.ts';
import { assertUnpolluted, type Room } from '../room.ts';
import { SSE_TOKENS } from './streams.ts';

const ERRORS = [
  `{"error":{"message":"Incorrect API key provided: ${KEY}","type":"x","code":"invalid_api_key"}}`,
  '{"error":{"message":"maximum context length is 8192 tokens","metadata":{"raw":"{\\"error\\":\\"x\\"}"}}}',
  '[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"1s"}]}}]',
  '<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>',
  '{"detail":[{"loc":["body","tools",0],"msg":"field required"}]}',
  "{'error': {'message': 'x'}}",
  'upstream connect error',
];
const STATUSES = [
  200, 200, 200, 201, 302, 400, 401, 402, 403, 404, 409, 413, 418, 422, 429, 500, 502, 503, 529, 599,
];
const TYPES = ['text/event-stream', 'application/json', 'text/html', 'application/octet-stream', 'x'];
const REQUEST = {
  model: 'm',
  input: 'hello',
  tools: [
    { type: 'function', name: 'f', parameters: { type: 'object', properties: {} } },
    { type: 'custom', name: 'apply_patch' },
  ],
};

export const replies: Room = {
  name: 'replies',
  shortRuns: 150,
  async open() {
    const relay = await startRelayInFuzz();
    const bodies = readSamples().map(({ body }) => Buffer.from(body).toString());
    const reply = fc.record({
      status: fc.constantFrom(...STATUSES),
      type: fc.constantFrom(...TYPES),
      body: mutatedText([...bodies, ...ERRORS, ...ERRORS, ...ERRORS], [...SSE_TOKENS, KEY, `Bearer ${KEY}`]),
      retryAfter: fc.constantFrom(undefined, '1', '-1', 'x', '1e99', 'Thu, 01 Jan 1970 00:00:00 GMT'),
      stream: fc.boolean(),
      asCodex: fc.boolean(),
    });
    const property = fc.asyncProperty(reply, async ({ status, type, body, retryAfter, stream, asCodex }) => {
      const headers = {
        'content-type': type,
        ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      };
      relay.reply = () => new Response(body, { status, headers });
      await relay.ask(JSON.stringify({ ...REQUEST, stream }), asCodex);
      assertUnpolluted();
    });
    return { property, close: () => relay.stop() };
  },
};
