/** Calls that leak into the text on the native road: read by the same rules as on the Chat road. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/json.ts';
import type { OutputItem, ResponsesRequest } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { eventsOf, type NativeStreamOptions, nativeStreamFor } from '../../support/native-translating.ts';
import { call, nativeEvents, type Said, text, thought } from '../../support/native-upstream.ts';

const parameters = { type: 'object', properties: { x: { type: 'string' } } };
const TOOLS: Partial<ResponsesRequest> = {
  tools: [
    { type: 'function', name: 'run', parameters },
    { type: 'custom', name: 'patch' },
    { type: 'namespace', name: 'mcp__a', tools: [{ type: 'function', name: 'echo', parameters }] },
  ],
};
const BLOCK = '<tool_call>{"name":"run","arguments":{"x":"a"}}</tool_call>';

function line(item: OutputItem): string {
  switch (item.type) {
    case 'message':
      return `message(${item.content.map((part) => ('text' in part ? part.text : part.refusal)).join()})`;
    case 'function_call':
      return `${item.namespace === undefined ? '' : `${item.namespace} `}${item.name}${item.arguments}`;
    case 'custom_tool_call':
      return `${item.name}<${item.input}>`;
    default:
      return item.type;
  }
}

function read(events: readonly JsonObject[], options: NativeStreamOptions = {}) {
  const stream = nativeStreamFor(TOOLS, options);
  assertEventRules(eventsOf(stream, events));
  const { output, status } = stream.response;
  const end = status === 'completed' ? [] : [`[${status}]`];
  return { output: [...output.map(line), ...end].join(' '), notes: stream.notes };
}

const output = (...said: Said[]) => read(nativeEvents(...said)).output;

/** The events without those at the end that repeat all of the text. */
const streamed = (said: Said) =>
  nativeEvents(said).filter(({ type }) => !/(\.done|_part\.added)$/.test(String(type)));

const CASES: [said: Said[], output: string][] = [
  [[text(BLOCK)], 'run{"x":"a"}'],
  [[text('Go.\n', BLOCK)], 'message(Go.\n) run{"x":"a"}'],
  [[text('\n\n', BLOCK, '\n<|im_end|>')], 'run{"x":"a"}'],
  [[thought('Hm.'), text(BLOCK)], 'reasoning run{"x":"a"}'],
  [[text('Go.\n'), text(BLOCK)], 'message(Go.\n) run{"x":"a"}'],
  [[text(BLOCK), text('Done.')], 'message(Done.) run{"x":"a"}'],
  [[text(`${BLOCK}\n${BLOCK.replace('"a"', '"b"')}`)], 'run{"x":"a"} run{"x":"b"}'],
  [[text('<tool_call>{"name":"patch","arguments":{"input":"a\\nb"}}</tool_call>')], 'patch<a\nb>'],
  [[text('<function=mcp__a__echo><parameter=x>a</parameter></function>')], 'mcp__a echo{"x":"a"}'],
  [[text('[run(x="a")]')], 'run{"x":"a"}'],
  // The same call once more, as a call.
  [[text(BLOCK), call('run', { x: 'a' })], 'run{"x":"a"}'],
  [[text(BLOCK), call('run', { x: 'b' })], 'run{"x":"b"} run{"x":"a"}'],
  // Text.
  [[text('a < b')], 'message(a < b)'],
  [[text('see <tool_ca')], 'message(see <tool_ca)'],
  [[text('x <'), call('run', { x: 'a' })], 'message(x <) run{"x":"a"}'],
  [
    [text('<tool_call>{"name":"what","arguments":{}}</tool_call>')],
    'message(<tool_call>{"name":"what","arguments":{}}</tool_call>)',
  ],
  [[text('Half: <tool_call>{"name":"run"')], 'message(Half: <tool_call>{"name":"run")'],
  [[text(`It is "${BLOCK}", as told.`)], `message(It is "${BLOCK}", as told.)`],
  [[text(`\`\`\`\n${BLOCK}\n\`\`\``)], `message(\`\`\`\n${BLOCK}\n\`\`\`)`],
];

describe('calls in the text of a Responses endpoint', () => {
  for (const [said, expected] of CASES) {
    const words = said.map(({ item }) => JSON.stringify(item['content'] ?? item['type'])).join(' ');
    it(`are ${expected} in ${words.slice(0, 140)}`, () => assert.equal(output(...said), expected));
  }

  it('are the same wherever the text is cut, whatever repeats it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CASES.filter(([said]) => said.length === 1)),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        fc.boolean(),
        ([[only], expected], at, isRepeated) => {
          const whole = (only?.deltas ?? []).flatMap(({ pieces }) => pieces).join('');
          const edges = [
            0,
            ...at.map((part) => Math.floor(part * whole.length)).sort((a, b) => a - b),
            whole.length,
          ];
          const pieces = edges.slice(1).map((end, piece) => whole.slice(edges[piece], end));
          const cut = text(...pieces);
          assert.equal(read(isRepeated ? nativeEvents(cut) : streamed(cut)).output, expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are found in a response that came whole', () => {
    const [last] = nativeEvents(text('Go.\n', BLOCK)).slice(-1);
    assert.equal(read([last ?? {}]).output, 'message(Go.\n) run{"x":"a"}');
  });

  it('are not offered in an answer that was cut', () => {
    const events = nativeEvents(text(`Go.\n${BLOCK}`)).map((event) =>
      event['type'] === 'response.completed'
        ? {
            ...event,
            type: 'response.incomplete',
            response: {
              ...(event['response'] as JsonObject),
              status: 'incomplete',
              incomplete_details: { reason: 'max_output_tokens' },
            },
          }
        : event,
    );
    assert.equal(read(events).output, `message(Go.\n${BLOCK}) [incomplete]`);
  });

  it('are read where the provider forgets to end its answer', () => {
    const events = nativeEvents(text('Go.\n', BLOCK)).slice(0, -1);
    assert.equal(
      read(events, { native: { missingTerminal: 'complete' } }).output,
      'message(Go.\n) run{"x":"a"}',
    );
  });

  it('are text where nobody wants them read', () => {
    assert.equal(read(nativeEvents(text(BLOCK)), { heal: false }).output, `message(${BLOCK})`);
  });

  it('are told of in the log, without their content', () => {
    assert.deepEqual(read(nativeEvents(text(BLOCK))).notes, [
      'Test provider left tool calls in the text, in the format of Hermes: read as calls',
    ]);
  });
});
