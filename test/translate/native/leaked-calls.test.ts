/** Calls that leak into the text on the native road: read by the same rules as on the Chat road. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/json.ts';
import type { OutputItem, ResponsesRequest } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { eventsOf, type NativeStreamOptions, nativeStreamFor } from '../../support/native-translating.ts';
import { call, nativeEvents, openThought, type Said, text, thought } from '../../support/native-upstream.ts';
import { streamFor as chatStreamFor, eventsOf as readChat } from '../../support/translating.ts';

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
  const { notes, repairs } = stream;
  return { output: [...output.map(line), ...end].join(' '), status, notes, repairs };
}

/** @param at between 0 and 1 */
function cut(whole: string, at: readonly number[]): string[] {
  const inner = at.map((share) => Math.floor(share * whole.length)).sort((a, b) => a - b);
  const edges = [0, ...inner, whole.length];
  return edges.slice(1).map((end, piece) => whole.slice(edges[piece], end));
}

const output = (...said: Said[]) => read(nativeEvents(...said)).output;

/** What the Chat road makes of the same. */
function chatOutput(pieces: readonly string[], isCut: boolean, called: string | undefined): string {
  const stream = chatStreamFor(TOOLS, { mayWait: false });
  const fragment = { index: 0, id: 'call_1', function: { name: 'run', arguments: called ?? '' } };
  const finish_reason = isCut ? 'length' : 'stop';
  readChat(stream, [
    ...pieces.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
    ...(called === undefined ? [] : [{ choices: [{ index: 0, delta: { tool_calls: [fragment] } }] }]),
    { choices: [{ index: 0, delta: {}, finish_reason }] },
  ]);
  const { output, status } = stream.response;
  return [...output.map(line), `[${status}]`].join(' ');
}

/** The events of an answer that met its limit. */
function cutEvents(events: readonly JsonObject[]): JsonObject[] {
  return events.map((event) =>
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
}

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

const place = { output_index: 0, item_id: 'm' };
const part = (words: string, type = 'output_text') => ({
  type,
  [type === 'refusal' ? 'refusal' : 'text']: words,
});
const message = (...content: JsonObject[]) => ({
  type: 'message',
  id: 'm',
  role: 'assistant',
  status: 'completed',
  content,
});
const added = (item: JsonObject = message()) => ({
  type: 'response.output_item.added',
  output_index: 0,
  item,
});
const says = (delta: string, content_index = 0, type = 'output_text') => ({
  type: `response.${type}.delta`,
  ...place,
  content_index,
  delta,
});
const done = (item: JsonObject) => ({ type: 'response.output_item.done', output_index: 0, item });
const completed = (...items: JsonObject[]) => ({
  type: 'response.completed',
  response: { status: 'completed', output: items },
});
const GO = `Go on, then.\n${BLOCK}`;
const WHOLE = message(part(GO));
const CITATION = {
  type: 'url_citation',
  url: 'https://a.example/',
  title: 'A',
  start_index: 0,
  end_index: 1,
};

/** The oddities of providers, each with a call in the text. */
const ODDITIES: readonly [what: string, events: JsonObject[], output: string][] = [
  ['no events but the end', [completed(WHOLE)], 'message(Go on, then.\n) run{"x":"a"}'],
  ['text beside the items', [{ ...completed(), response: { output_text: BLOCK } }], 'run{"x":"a"}'],
  [
    'text beside the items, once more',
    [says(BLOCK), { ...completed(), response: { output: [], output_text: BLOCK } }],
    'run{"x":"a"}',
  ],
  ['an item that begins with all', [added(WHOLE), completed()], 'message(Go on, then.\n) run{"x":"a"}'],
  [
    'an item that begins with a part',
    [added(message(part('Go on, then.\n'))), says(BLOCK), done(WHOLE), completed(WHOLE)],
    'message(Go on, then.\n) run{"x":"a"}',
  ],
  [
    'a rest that only the end holds',
    [added(), says(GO.slice(0, 30)), done(WHOLE), completed(WHOLE)],
    'message(Go on, then.\n) run{"x":"a"}',
  ],
  [
    'deltas that grow',
    [added(), ...[5, 9, 14, 30, GO.length].map((end) => says(GO.slice(0, end))), done(WHOLE), completed()],
    'message(Go on, then.\n) run{"x":"a"}',
  ],
  [
    'deltas that grow, without an end',
    [...[5, 9, 14, 30, GO.length].map((end) => says(GO.slice(0, end))), completed()],
    'message(Go on, then.\n) run{"x":"a"}',
  ],
  ['a delta that comes twice', [says(BLOCK), says(BLOCK), completed()], 'run{"x":"a"}'],
  [
    'a call in the second part',
    [says('Go on.'), says(BLOCK, 1), done(message(part('Go on.'), part(BLOCK))), completed()],
    'message(Go on.) run{"x":"a"}',
  ],
  [
    'a call in the first part',
    [says(BLOCK), says('Done.', 1), done(message(part(BLOCK), part('Done.'))), completed()],
    'message(Done.) run{"x":"a"}',
  ],
  [
    'half a mark before the next part',
    [says('a <'), says('b', 1), done(message(part('a <'), part('b'))), completed()],
    'message(a <,b)',
  ],
  ['half a mark before a refusal', [says('a <'), says('No.', 0, 'refusal'), completed()], 'message(a <,No.)'],
  ['what may be half a mark, and grow', [says('<'), says('<b'), completed()], 'message(<<b)'],
  ['a call in a refusal', [says(BLOCK, 0, 'refusal'), completed()], `message(${BLOCK})`],
  [
    'a call before a refusal',
    [says(BLOCK), says('No.', 0, 'refusal'), completed()],
    'message(No.) run{"x":"a"}',
  ],
  [
    'half a character at the end',
    [says('a\ud83d'), says(`\ude00\n${BLOCK}`), completed()],
    'message(a\u{1f600}\n) run{"x":"a"}',
  ],
  [
    'two messages of one id',
    [added(), says('Go on.'), done(message(part('Go on.'))), added(), says(BLOCK), completed()],
    'message(Go on.) run{"x":"a"}',
  ],
  [
    'a call within, and one that goes on after it',
    [...nativeEvents(call('run', { x: 'b' })).slice(0, -1), { ...says(GO), output_index: 1 }, completed()],
    'run{"x":"b"} message(Go on, then.\n) run{"x":"a"}',
  ],
  [
    'a citation in what is shown later',
    [
      says('<tool_call>'),
      { type: 'response.output_text.annotation.added', ...place, annotation: CITATION },
      says(' is a tag.'),
      completed(),
    ],
    'message(<tool_call> is a tag.)',
  ],
];

describe('calls in the text of a Responses endpoint', () => {
  for (const [said, expected] of CASES) {
    const words = said.map(({ item }) => JSON.stringify(item['content'] ?? item['type'])).join(' ');
    it(`are ${expected} in ${words.slice(0, 140)}`, () => assert.equal(output(...said), expected));
  }

  for (const [what, events, expected] of ODDITIES)
    it(`are found in spite of ${what}`, () => assert.equal(read(events).output, expected));

  for (const [what, events] of ODDITIES)
    it(`are left in the text without healing, with ${what}`, () => {
      const { output: shown, repairs } = read(events, { heal: false });
      assert.match(shown, /message\(/);
      assert.ok(!repairs.includes('leaked-call'));
    });

  it('are the same at each cut in two', () => {
    for (const [[only, ...others], expected] of CASES) {
      if (others.length > 0) continue;
      const whole = (only?.deltas ?? []).flatMap(({ pieces }) => pieces).join('');
      for (let at = 1; at < whole.length; at++)
        assert.equal(output(text(whole.slice(0, at), whole.slice(at))), expected, `cut at ${at}`);
    }
  });

  it('are those that the Chat road finds', () => {
    const words = [
      BLOCK,
      BLOCK.replace('"a"', '"b"'),
      'Go. ',
      'see [',
      '<',
      '`',
      '\n',
      '\u{1f600}',
      '<|im_end|>',
    ];
    const more = ['[run(x="a")]', '<function=run><parameter=x>a</parameter></function>', '<tool_call>'];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words, ...more), { minLength: 1, maxLength: 5 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
        fc.boolean(),
        fc.constantFrom(undefined, undefined, '{"x":"a"}'),
        (said, at, isCut, called) => {
          const pieces = cut(said.join(''), at);
          const given = called === undefined ? [] : [call('run', called)];
          const events = nativeEvents(text(...pieces), ...given);
          const { output: found, status } = read(isCut ? cutEvents(events) : events);
          const shown = status === 'completed' ? `${found} [completed]` : found;
          assert.equal(shown, chatOutput(pieces, isCut, called));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are found in thinking, if nothing else was said', () => {
    assert.equal(output(openThought(BLOCK)), 'reasoning run{"x":"a"}');
    assert.equal(output(openThought(BLOCK), text('Done.')), 'reasoning message(Done.)');
    assert.match(output(openThought(BLOCK), text('\n')), /^reasoning .*run\{"x":"a"\}$/s);
    assert.equal(output(openThought(BLOCK), call('run', { x: 'b' })), 'reasoning run{"x":"b"}');
  });

  it('are the only thing that the report names', () => {
    assert.deepEqual(read(nativeEvents(text('Go.\n', BLOCK))).repairs, ['leaked-call']);
    assert.deepEqual(read(nativeEvents(text('a < b'))).repairs, []);
  });

  it('leave nothing to say of a server that should parse them', () => {
    const notes = (events: JsonObject[], options?: NativeStreamOptions) => read(events, options).notes.join();
    assert.match(notes(nativeEvents(text(BLOCK))), /read as calls$/);
    assert.match(notes(nativeEvents(text(BLOCK)), { heal: false }), /use wire "chat" for this model$/);
  });

  it('are the same wherever the text is cut, whatever repeats it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CASES.filter(([said]) => said.length === 1)),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        fc.boolean(),
        ([[only], expected], at, isRepeated) => {
          const whole = (only?.deltas ?? []).flatMap(({ pieces }) => pieces).join('');
          const pieces = text(...cut(whole, at));
          assert.equal(read(isRepeated ? nativeEvents(pieces) : streamed(pieces)).output, expected);
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
    const events = cutEvents(nativeEvents(text(`Go.\n${BLOCK}`)));
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
