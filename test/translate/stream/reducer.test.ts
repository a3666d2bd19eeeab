import assert from 'node:assert/strict';
import { RelayError } from '../../../src/errors.ts';
import type { ReasoningSeal } from '../../../src/translate/reasoning/reasoning.ts';
import type { ChatChunk, ChatToolCallDelta } from '../../../src/wire/chat.ts';
import type { ResponseEvent } from '../../../src/wire/responses.ts';
import { outputOf, RUN_AND_PATCH as run } from '../../support/output-line.ts';
import { deltaChunk, finishChunk, textChunks, usageChunk } from '../../support/scripted-upstream.ts';
import { eventsOf, PLAIN_SEAL, streamFor } from '../../support/translating.ts';

const calls = (...tool_calls: ChatToolCallDelta[]): ChatChunk => deltaChunk({ tool_calls });
const thought = (text: string): ChatChunk => deltaChunk({ reasoning_content: text });
const said = (text: string): ChatChunk => deltaChunk({ content: text });
const END = finishChunk('tool_calls');
const OUTPUTS: [what: string, chunks: ChatChunk[], output: string][] = [
  ['text in pieces', textChunks('a', '', 'b'), 'message(ab)'],
  [
    'reasoning, then text',
    [thought('t'), thought(''), said('a'), finishChunk('stop')],
    'reasoning(t) message(a)',
  ],
  [
    'the same reasoning under two names, once',
    [deltaChunk({ reasoning_content: 't', reasoning: 't' }), said('a'), finishChunk('stop')],
    'reasoning(t) message(a)',
  ],
  [
    'reasoning, text and call in one delta',
    [
      deltaChunk({
        reasoning: 't',
        content: 'a',
        tool_calls: [{ index: 0, id: 'c', function: { name: 'run', arguments: '{}' } }],
      }),
      END,
    ],
    'reasoning(t) message(a) c:run{}',
  ],
  [
    'reasoning, text, reasoning, call',
    [
      thought('t'),
      said('a'),
      thought('u'),
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x":1}' } }),
      END,
    ],
    'reasoning(t) message(a) reasoning(u) c:run{"x":1}',
  ],
  [
    'text, call, text',
    [
      said('a'),
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x":1}' } }),
      said('b'),
      END,
    ],
    'message(a) c:run{"x":1} message(b)',
  ],
  [
    'blank lines, then a call or a refusal',
    [
      said('\n\n'),
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x":1}' } }),
      deltaChunk({ refusal: 'no' }),
      END,
    ],
    'message(\n\n) c:run{"x":1} message(no)',
  ],
  [
    'text in the middle of a call waits for its end',
    [
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x"' } }),
      said('b'),
      calls({ index: 0, function: { arguments: ':1}' } }),
      END,
    ],
    'c:run{"x":1} message(b)',
  ],
  [
    'parallel calls, interleaved',
    [
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{"x"' } }),
      calls({ index: 1, id: 'b', function: { name: 'run', arguments: '{"y"' } }),
      calls({ index: 0, function: { arguments: ':1}' } }),
      calls({ index: 1, function: { arguments: ':2}' } }),
      END,
    ],
    'a:run{"x":1} b:run{"y":2}',
  ],
  [
    'all calls at index 0, told apart by id and name',
    [
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{"x":1}' } }),
      calls({ index: 0, id: 'b', function: { name: 'run', arguments: '{"x":2}' } }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  [
    'no index: fragments of parallel calls matched by place',
    [
      calls({ id: 'a', function: { name: 'run' } }, { id: 'b', function: { name: 'run' } }),
      calls({ function: { arguments: '{"x":1}' } }, { function: { arguments: '{"x":2}' } }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  [
    'no index, one call after the other',
    [
      calls({ id: 'a', function: { name: 'run', arguments: '{"x"' } }),
      calls({ function: { arguments: ':1}' } }),
      calls({ id: 'b', function: { name: 'run', arguments: '{"x"' } }),
      calls({ function: { arguments: ':2}' } }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  [
    'no ids at all',
    [
      calls({ index: 0, function: { name: 'run', arguments: '{"x":1}' } }),
      calls({ index: 1, function: { name: 'run', arguments: '{"x":2}' } }),
      END,
    ],
    'call_1:run{"x":1} call_2:run{"x":2}',
  ],
  [
    'an index that starts at 1 and is reused',
    [
      calls({ index: 1, id: 'a', function: { name: 'run', arguments: '{"x":1}' } }),
      calls({ index: 1, id: 'b', function: { name: 'run', arguments: '{"x":2}' } }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  [
    'id, name and arguments null or repeated',
    [
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: null } }),
      calls({ index: 0, id: null, function: { name: null, arguments: '{"x":' } }),
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '1}' } }),
      END,
    ],
    'a:run{"x":1}',
  ],
  [
    'a name in fragments',
    [
      calls({ index: 0, id: 'a', function: { name: 'ru' } }),
      calls({ index: 0, function: { name: 'n', arguments: '{}' } }),
      END,
    ],
    'a:run{}',
  ],
  [
    'arguments as an object, in one chunk, with finish "stop"',
    [calls({ index: 0, id: 'a', function: { name: 'run', arguments: { x: 1 } } }), finishChunk('stop')],
    'a:run{"x":1}',
  ],
  [
    'an empty object in place of the arguments that follow',
    [
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{}' } }),
      calls({ index: 0, function: { arguments: '{"x"' } }),
      calls({ index: 0, function: { arguments: ':1}' } }),
      calls({ index: 1, id: 'b', function: { name: 'run', arguments: {} } }),
      calls({ index: 2, id: 'c', function: { name: 'run', arguments: '{}' } }),
      calls({ index: 2, function: { arguments: ' ' } }),
      END,
    ],
    'a:run{"x":1} b:run{} c:run{}',
  ],
  [
    'no arguments at all',
    [calls({ index: 0, id: 'a', function: { name: 'run', arguments: '' } }), END],
    'a:run{}',
  ],
  [
    'white space after whole arguments',
    [
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{"x":1}' } }),
      calls({ index: 0, function: { arguments: ' ' } }),
      END,
    ],
    'a:run{"x":1} ',
  ],
  [
    'a second call without an id',
    [
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{"x":1}' } }),
      calls({ index: 1, function: { name: 'run', arguments: '{"x":2}' } }),
      END,
    ],
    'a:run{"x":1} call_1:run{"x":2}',
  ],
  [
    'a refusal as a part of the content',
    [deltaChunk({ content: [{ type: 'refusal', refusal: 'no' }] }), finishChunk('stop')],
    'message(no)',
  ],
  [
    'a text with annotations in a part',
    [deltaChunk({ content: [{ type: 'text', text: { value: 'a', annotations: [] } }] }), finishChunk('stop')],
    'message(a)',
  ],
  ['a refusal', [deltaChunk({ refusal: 'no' }), finishChunk('stop')], 'message(no)'],
  ['an unknown finish reason', [said('a'), finishChunk('eos_token')], 'message(a)'],
  ['a finish reason that is a word of JavaScript', [said('a'), finishChunk('constructor')], 'message(a)'],
  [
    'a whole completion in place of a delta',
    [{ choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] }],
    'message(a)',
  ],
  [
    'content as a list with thinking',
    [
      deltaChunk({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 't' }] },
          { type: 'text', text: 'a' },
        ],
      }),
      finishChunk('stop'),
    ],
    'reasoning(t) message(a)',
  ],
  ['no choices', [{ choices: [] }, { choices: null }, {}, ...textChunks('a')], 'message(a)'],
  ['a cut by the token limit', [said('a'), finishChunk('length')], 'message(a) [incomplete ]'],
  [
    'the limit inside a call',
    [
      said('a'),
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x' } }),
      finishChunk('length'),
    ],
    'message(a) [incomplete ]',
  ],
  ['the limit with nothing said', [finishChunk('length')], '[failed context_length_exceeded]'],
  ['the limit inside hidden thinking', [finishChunk('length'), usageChunk(9, 500)], '[incomplete ]'],
  ['a content filter', [said('a'), finishChunk('content_filter')], 'message(a) [incomplete ]'],
  ['the end of the stream without a reason', [said('a')], '[failed upstream_error]'],
  [
    'the end inside a call',
    [calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x' } })],
    '[failed upstream_error]',
  ],
  [
    'a finished stream with half a call',
    [calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x' } }), END],
    '[failed upstream_error]',
  ],
  [
    'half a custom input',
    [calls({ index: 0, id: 'c', function: { name: 'patch', arguments: '{"input":"*** Be' } }), END],
    '[failed upstream_error]',
  ],
  [
    'a custom input with quotes that are not escaped: never only its beginning',
    [calls({ index: 0, id: 'c', function: { name: 'patch', arguments: '{"input":"rm "a b" c"}' } }), END],
    'c:patch<rm "a b" c>',
  ],
  [
    'a custom input whose object is not closed, or holds a line end',
    [calls({ index: 0, id: 'c', function: { name: 'patch', arguments: '{"input":"a\nb"' } }), END],
    'c:patch<a\nb>',
  ],
  [
    'fragments of calls that say nothing, as none',
    [
      calls({}),
      said('a'),
      calls({ index: 0, id: '', function: { name: '', arguments: '' } }),
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x":1}' } }),
      calls({ index: 1, id: null, function: null, extra_content: null }),
      END,
    ],
    'message(a) c:run{"x":1}',
  ],
  [
    'a call without a name',
    [calls({ index: 0, id: 'c', function: { arguments: '{}' } }), END],
    '[failed upstream_error]',
  ],
  ['nothing at all', [finishChunk('stop')], '[failed upstream_error]'],
  ['thinking and no answer', [thought('t'), finishChunk('stop')], 'reasoning(t) [failed upstream_error]'],
  ['finish "error"', [said('a'), finishChunk('error')], '[failed upstream_error]'],
  [
    'an error object inside the stream',
    [said('a'), { error: { message: 'boom', code: 500 } }],
    '[failed upstream_error]',
  ],
  [
    'a rate limit inside the stream',
    [{ error: { message: 'Too many requests', code: 429 } }],
    '[failed rate_limit_exceeded]',
  ],
];

describe('ResponseReducer', () => {
  for (const [what, chunks, output] of OUTPUTS) {
    it(`understands ${what}`, () => assert.equal(outputOf(chunks), output));
  }

  it('notes an unknown finish reason, and takes the answer for complete', () => {
    const stream = streamFor();
    eventsOf(stream, [said('a'), finishChunk('zenith')]);
    assert.equal(stream.response.status, 'completed');
    assert.deepEqual(stream.notes, ['Test provider: unknown finish_reason "zenith"']);
  });

  it('lets no later "stop" hide why the answer really ended', () => {
    const stream = streamFor();
    eventsOf(stream, [said('a'), finishChunk('length'), finishChunk('stop')]);
    assert.equal(stream.response.status, 'incomplete');
  });

  it("streams a custom tool's text while it arrives, out of its JSON", () => {
    const stream = streamFor(run);
    const pieces = ['{"inp', 'ut":', ' "*** Be', 'gin\\', 'n\\u00', 'e9 \\ud83d', '\\ude00"', '}'];
    const deltas = pieces.map((piece, at) => {
      const named =
        at === 0
          ? { id: 'c', function: { name: 'patch', arguments: piece } }
          : { function: { arguments: piece } };
      return stream
        .feed(calls({ index: 0, ...named }))
        .map((event) => (event.type === 'response.custom_tool_call_input.delta' ? event.delta : ''))
        .join('');
    });
    assert.deepEqual(deltas, ['', '', '*** Be', 'gin', '\n', 'é ', '😀', '']);
  });

  it('keeps a surrogate pair together that two deltas split', () => {
    const stream = streamFor();
    const events = eventsOf(stream, textChunks('a\ud83d', '\ude00b'));
    const deltas = events.flatMap((event) =>
      event.type === 'response.output_text.delta' ? [event.delta] : [],
    );
    assert.deepEqual(deltas, ['a', '😀b']);
    const halves = ['{"x":"\ud83d', '\ude00"}'].map((half) =>
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: half } }),
    );
    const pieces = eventsOf(streamFor(run), [...halves, END]).flatMap((event) =>
      event.type === 'response.function_call_arguments.delta' ? [event.delta] : [],
    );
    assert.deepEqual(pieces, ['{"x":"', '😀"}']);
  });

  it('never finishes half a call', () => {
    const stream = streamFor(run);
    const events = eventsOf(stream, [
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{"x' } }),
      finishChunk('length'),
    ]);
    const types = events.map((event) => event.type);
    assert.ok(types.includes('response.output_item.added'));
    assert.ok(!types.includes('response.output_item.done'), 'a half call is never offered for execution');
    assert.equal(types.at(-1), 'response.incomplete');
  });

  it('takes usage from its own chunk after the finish reason, as integers with all details', () => {
    const stream = streamFor();
    eventsOf(stream, [
      ...textChunks('a'),
      usageChunk(10.4, 3, { prompt_tokens_details: { cached_tokens: 99 } }),
    ]);
    assert.deepEqual(stream.response.usage, {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 10, cache_write_tokens: 0 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 13,
    });
  });

  it('leaves usage null if the provider counted nothing', () => {
    const stream = streamFor();
    eventsOf(stream, textChunks('a'));
    assert.equal(stream.response.usage, null);
  });

  it('seals what the provider wants back, tagged with provider and model', () => {
    const stream = streamFor();
    eventsOf(stream, [
      deltaChunk({ reasoning: 't', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 't' }] }),
      deltaChunk({ reasoning_details: [{ type: 'reasoning.text', index: 0, signature: 's' }] }),
      ...textChunks('a'),
    ]);
    const [item] = stream.response.output;
    assert.deepEqual(item?.type === 'reasoning' && PLAIN_SEAL.open(item.encrypted_content ?? ''), {
      provider: 'test',
      model: 'model-1',
      text: 't',
      field: 'reasoning_details',
      details: [{ type: 'reasoning.text', index: 0, text: 't', signature: 's' }],
    });
  });

  it('carries a late signature and call metadata in a reasoning item of their own', () => {
    const stream = streamFor(run);
    eventsOf(stream, [
      thought('t'),
      calls({ index: 0, id: 'c', function: { name: 'run', arguments: '{}' } }),
      calls({ index: 0, extra_content: { google: { thought_signature: 'sig' } } }),
      deltaChunk({ reasoning_details: [{ type: 'reasoning.encrypted', index: 0, data: 'd' }] }),
      END,
    ]);
    const carrier = stream.response.output.at(-1);
    assert.deepEqual(carrier?.type === 'reasoning' && PLAIN_SEAL.open(carrier.encrypted_content ?? ''), {
      provider: 'test',
      model: 'model-1',
      text: '',
      field: 'reasoning_details',
      details: [{ type: 'reasoning.encrypted', index: 0, data: 'd' }],
      callExtras: { c: { google: { thought_signature: 'sig' } } },
    });
  });

  it('ends a cut answer with the message that was cut, whatever must go back with it', () => {
    const signed = calls({
      index: 0,
      id: 'c',
      function: { name: 'run', arguments: '{"x":1}' },
      extra_content: { google: { thought_signature: 'sig' } },
    });
    for (const chunks of [
      [signed, said('a')],
      [thought('t'), said('a'), deltaChunk({ reasoning_details: [{ data: 'd' }] })],
    ]) {
      const stream = streamFor(run);
      eventsOf(stream, [...chunks, finishChunk('length')]);
      const last = stream.response.output.at(-1);
      assert.deepEqual([last?.type, last && 'status' in last && last.status], ['message', 'incomplete']);
    }
  });

  const SEALS: [what: string, seal: ReasoningSeal | undefined][] = [
    ['as it was sealed', PLAIN_SEAL],
    ['also what is too large for the seal', { ...PLAIN_SEAL, seal: () => undefined }],
    ['also where there is no seal', undefined],
  ];
  for (const [what, seal] of SEALS) {
    it(`returns the reasoning of the finished items without unsealing them, ${what}`, () => {
      const reducer = streamFor(run, { seal });
      reducer.feed(thought('t'));
      assert.deepEqual(reducer.reasoning, [], 'only finished items count');
      eventsOf(reducer, [
        said('a'),
        thought('u'),
        calls({
          index: 0,
          id: 'c',
          function: { name: 'run', arguments: '{}' },
          extra_content: { google: { thought_signature: 'sig' } },
        }),
        END,
      ]);
      const tag = { provider: 'test', model: 'model-1' };
      assert.deepEqual(reducer.reasoning, [
        { ...tag, text: 't', field: 'reasoning_content' },
        { ...tag, text: 'u', field: 'reasoning_content' },
        {
          ...tag,
          text: '',
          field: 'reasoning_details',
          callExtras: { c: { google: { thought_signature: 'sig' } } },
        },
      ]);
      const sealed = reducer.response.output.flatMap((item) =>
        item.type === 'reasoning' ? [item.encrypted_content] : [],
      );
      assert.deepEqual(
        sealed,
        reducer.reasoning.map((reasoning) => seal?.seal(reasoning)),
      );
    });
  }

  it('removes secrets from the provider’s words for an error, and keeps its code', () => {
    const chunk = { error: { message: 'Too many requests for sk-secret.', code: 429 } };
    const redact = (text: string) => text.replaceAll('sk-secret', '[key]');
    const [plain, redacted] = [streamFor(), streamFor({}, { redact })];
    plain.feed(chunk);
    redacted.feed(chunk);
    assert.match(plain.error?.message ?? '', /sk-secret/);
    assert.equal(redacted.error?.message, redact(plain.error?.message ?? ''));
    assert.equal(redacted.error?.code, 'rate_limit_exceeded');
    assert.equal(redacted.error?.status, plain.error?.status);
  });

  it('tells Codex of a filter as a final error, since it would retry an incomplete response', () => {
    const stream = streamFor({}, { isCodex: true });
    eventsOf(stream, [said('a'), finishChunk('content_filter')]);
    assert.deepEqual([stream.response.status, stream.response.error?.code], ['failed', 'invalid_prompt']);
  });

  it('tells Codex a refusal as text, since it shows nothing of a message with a refusal', () => {
    for (const delta of [{ refusal: 'No.' }, { content: [{ type: 'refusal', refusal: 'No.' }] }]) {
      const stream = streamFor({}, { isCodex: true });
      eventsOf(stream, [deltaChunk(delta), finishChunk('stop')]);
      const [message] = stream.response.output;
      assert.deepEqual(message?.type === 'message' && message.content, [
        { type: 'output_text', text: 'No.', annotations: [], logprobs: [] },
      ]);
    }
  });

  it('takes no refusal for a summary of the conversation, whoever asks', () => {
    for (const isCodex of [true, false]) {
      const input = [{ role: 'user', content: 'hi' }, { type: 'compaction_trigger' }];
      const stream = streamFor({ input }, { isCodex });
      eventsOf(stream, [deltaChunk({ refusal: 'No.' }), finishChunk('stop')]);
      assert.equal(stream.response.status, 'failed');
    }
  });

  it('gives Codex a final error under the code whose message it shows', () => {
    const stream = streamFor({}, { isCodex: true });
    stream.start();
    stream.fail(new RelayError('upstream_unauthorized', 'key refused'));
    assert.deepEqual(stream.response.error, { code: 'invalid_prompt', message: 'key refused' });
    assert.equal(stream.error?.code, 'upstream_unauthorized');
  });

  it('says nothing after its terminal event', () => {
    const stream = streamFor();
    eventsOf(stream, textChunks('a'));
    const later: ResponseEvent[] = [
      ...stream.feed(said('b')),
      ...stream.finish(),
      ...stream.heartbeat(),
      ...stream.fail(new RelayError('cancelled', 'x')),
    ];
    assert.deepEqual(later, []);
  });

  it('keeps alive with response.in_progress', () => {
    const stream = streamFor();
    stream.start();
    assert.deepEqual(
      stream.heartbeat().map((event) => event.type),
      ['response.in_progress'],
    );
  });

  it('survives a hundred thousand tiny deltas', () => {
    const stream = streamFor();
    stream.start();
    for (let at = 0; at < 100_000; at++) stream.feed(said('x'));
    stream.feed(finishChunk('stop'));
    stream.finish();
    const [item] = stream.response.output;
    assert.equal(
      item?.type === 'message' && item.content[0]?.type === 'output_text' && item.content[0].text.length,
      100_000,
    );
  });

  it('survives a hundred thousand tiny deltas of a call that another call waits for', () => {
    const stream = streamFor(run);
    stream.feed(calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{"x":"' } }));
    stream.feed(calls({ index: 1, id: 'b', function: { name: 'run', arguments: '{"y":1}' } }));
    // Looking at all that came, after every delta, would take minutes.
    for (let at = 0; at < 100_000; at++) {
      stream.feed(calls({ index: 0, function: { name: 'run', arguments: '{ab}' } }));
    }
    stream.feed(calls({ index: 0, function: { arguments: '"}' } }));
    stream.feed(END);
    stream.finish();
    const lengths = stream.response.output.map(
      (item) => item.type === 'function_call' && item.arguments.length,
    );
    assert.deepEqual(lengths, [400_008, 7]);
  });

  it('survives an error of a megabyte that looks like markup', () => {
    const stream = streamFor();
    stream.feed({ error: { message: '<head'.repeat(200_000) } });
    assert.equal(stream.error?.code, 'upstream_error');
  });

  it('survives details in a hundred thousand entries, some of them late', () => {
    const stream = streamFor();
    const details = (index: number) => [{ type: 'reasoning.text', index, text: 't' }];
    for (let at = 0; at < 100_000; at++) stream.feed(deltaChunk({ reasoning_details: details(at) }));
    stream.feed(said('a'));
    const late = (index: number) => [{ type: 'reasoning.encrypted', index, data: 'd' }];
    for (let at = 0; at < 200_000; at++) stream.feed(deltaChunk({ reasoning_details: late(at % 10) }));
    stream.feed(finishChunk('stop'));
    stream.finish();
    assert.deepEqual(
      stream.response.output.map(({ type }) => type),
      ['reasoning', 'message', 'reasoning'],
    );
  });
});
