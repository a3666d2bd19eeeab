/** What Responses endpoints get wrong in their streams, each named, and what a client is told instead. */
import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../../src/json.ts';
import type { NativeReducer } from '../../../src/translate/native/native-reducer.ts';
import {
  HOSTED_TYPES,
  type OutputItem,
  type ResponseEvent,
  type ResponsesRequest,
} from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import {
  eventsOf,
  FULL,
  type NativeStreamOptions,
  nativeStreamFor,
} from '../../support/native-translating.ts';
import {
  call,
  customCall,
  nativeEvents,
  openThought,
  type Said,
  text,
  thought,
  USAGE,
} from '../../support/native-upstream.ts';

const ECHO = { type: 'function', name: 'echo' };
const TOOLS: Partial<ResponsesRequest> = {
  tools: [
    { type: 'function', name: 'run' },
    { type: 'function', name: 'exec' },
    { type: 'custom', name: 'apply_patch' },
    { type: 'namespace', name: 'mcp__tiny', tools: [ECHO, { type: 'function', name: 'mcp__tiny' }] },
    { type: 'tool_search', execution: 'client' },
  ],
};
const PATCH = '*** Begin Patch\n*** End Patch\n';

interface Told {
  stream: NativeReducer;
  events: ResponseEvent[];
  output: OutputItem[];
}

/** What a client is told of these events; the rules of events hold. */
function told(
  events: readonly JsonObject[],
  options: NativeStreamOptions = {},
  fields: Partial<ResponsesRequest> = {},
): Told {
  const stream = nativeStreamFor({ ...TOOLS, ...fields }, options);
  const all = eventsOf(stream, events);
  assertEventRules(all);
  return { stream, events: all, output: stream.response.output };
}

function done(events: readonly JsonObject[], options?: NativeStreamOptions): OutputItem[] {
  const { stream, output } = told(events, options);
  assert.equal(stream.response.status, 'completed', stream.response.error?.message);
  return output;
}

/** The error of a response that failed, with nothing in it that could be run. */
function failure(events: readonly JsonObject[], options?: NativeStreamOptions) {
  const { stream, output } = told(events, options);
  assert.equal(stream.response.status, 'failed');
  assert.deepEqual(
    output.filter(({ type }) => type.endsWith('_call') && type !== 'web_search_call'),
    [],
  );
  return { code: stream.error?.code, message: stream.error?.message ?? '' };
}

const said = (...parts: Said[]) => nativeEvents(...parts);
const item = (fields: JsonObject): Said => ({ item: fields, deltas: [] });
const functionCall = (fields: JsonObject) =>
  item({ type: 'function_call', id: 'fc_x', call_id: 'c1', arguments: '{"a":1}', ...fields });
/** The events with the final response changed. */
const ending = (change: (response: JsonObject) => JsonObject, ...parts: Said[]) =>
  said(...parts).map((event) => {
    const isEnd = event['type'] === 'response.completed';
    return isEnd ? { ...event, response: change(event['response'] as JsonObject) } : event;
  });
const without = (pattern: RegExp, ...parts: Said[]) =>
  said(...parts).filter(({ type }) => !pattern.test(String(type)));
const changedItems = (change: (item: JsonObject, isDone: boolean) => JsonObject, ...parts: Said[]) =>
  said(...parts).map((event) =>
    'item' in event
      ? { ...event, item: change(event['item'] as JsonObject, String(event['type']).endsWith('done')) }
      : event,
  );

const texts = (output: readonly OutputItem[]) =>
  output.flatMap((one) =>
    one.type === 'message' ? one.content.map((part) => (part.type === 'refusal' ? '' : part.text)) : [],
  );
const calls = (output: readonly OutputItem[]) => output.filter((one) => one.type === 'function_call');
const names = (output: readonly OutputItem[]) =>
  calls(output).map(({ namespace, name }) => [namespace, name]);
const types = (output: readonly OutputItem[]) => output.map(({ type }) => type);

describe('streams of Responses endpoints: names and kinds are restored', () => {
  const cases: [what: string, fields: JsonObject, expected: [string | undefined, string]][] = [
    ['flat', { name: 'mcp__tiny__echo' }, ['mcp__tiny', 'echo']],
    ['namespaced', { namespace: 'mcp__tiny', name: 'echo' }, ['mcp__tiny', 'echo']],
    ['namespace lost', { name: 'echo' }, ['mcp__tiny', 'echo']],
    [
      'namespace also in the name',
      { namespace: 'mcp__tiny', name: 'mcp__tiny__echo' },
      ['mcp__tiny', 'echo'],
    ],
    ['joined with a dot', { name: 'mcp__tiny.echo' }, ['mcp__tiny', 'echo']],
    [
      'a member with the name of its namespace',
      { namespace: 'mcp__tiny', name: 'mcp__tiny' },
      ['mcp__tiny', 'mcp__tiny'],
    ],
    ['the name once more as the namespace', { namespace: 'exec', name: 'exec' }, [undefined, 'exec']],
    ['the namespace of all functions', { namespace: 'functions', name: 'exec' }, [undefined, 'exec']],
    ['that namespace in the name', { name: 'functions__exec' }, [undefined, 'exec']],
    ['an empty namespace', { namespace: '', name: 'run' }, [undefined, 'run']],
    ['undeclared', { name: 'nobody' }, [undefined, 'nobody']],
  ];
  for (const native of [{}, FULL, { ...FULL, namespaces: 'flat' as const }]) {
    for (const [what, fields, expected] of cases) {
      it(`${what}, sent ${native.namespaces ?? 'base'}`, () => {
        assert.deepEqual(names(done(said(functionCall(fields)), { native })), [expected]);
      });
    }
  }

  for (const [first, second, isOne] of [
    ['run', 'exec', false],
    ['exec', 'mcp__tiny__echo', false],
    ['functions.run', 'run', true],
    ['run', '', true],
    ['run', 'nobody', true],
  ] as const) {
    it(`a call that is ${first} as it begins and ${second || 'nothing'} as it ends is ${isOne ? first : 'none'}`, () => {
      const events = changedItems(
        (fields, isDone) =>
          fields['type'] === 'function_call' ? { ...fields, name: isDone ? second : first } : fields,
        call('x', { a: 1 }),
      ).map((event) => ({ ...event, ...('name' in event ? { name: null } : {}) }));
      const open = events.map((event) =>
        'response' in event
          ? { ...event, response: { ...(event['response'] as JsonObject), output: [] } }
          : event,
      );
      if (isOne) assert.deepEqual(names(done(open)), [[undefined, 'run']]);
      else assert.match(failure(open).message, /inside a tool call/);
    });
  }

  it('from the map of this request alone', () => {
    const first = nativeStreamFor(TOOLS);
    const other = nativeStreamFor({
      tools: [{ type: 'namespace', name: 'mcp__other', tools: [ECHO] }],
    });
    eventsOf(first, said(functionCall({ name: 'echo' })));
    eventsOf(other, said(functionCall({ name: 'echo' })));
    assert.deepEqual(names(first.response.output), [['mcp__tiny', 'echo']]);
    assert.deepEqual(names(other.response.output), [['mcp__other', 'echo']]);
  });

  for (const [what, events] of [
    ['a custom call', said(customCall('apply_patch', PATCH))],
    ['a function with the one field', said(call('apply_patch', { input: PATCH }))],
    ['a function with another field', said(call('apply_patch', { patch: PATCH }))],
    ['a custom call without deltas', without(/delta|input\.done/, customCall('apply_patch', PATCH))],
  ] as const) {
    it(`a custom tool from ${what}`, () => {
      const { output, events: all } = told(events);
      assert.deepEqual(
        output.map((one) => (one.type === 'custom_tool_call' ? [one.name, one.input] : one.type)),
        [['apply_patch', PATCH]],
      );
      const deltas = all.flatMap((event) =>
        event.type === 'response.custom_tool_call_input.delta' ? event.delta : [],
      );
      assert.equal(deltas.join(''), PATCH);
    });
  }

  it('free text is streamed as it comes, in any characters', () => {
    const stream = nativeStreamFor(TOOLS);
    const input = 'a"b\\c\n\u2028\ud83d\ude00';
    const events = said(customCall('apply_patch', input));
    const [delta] = events.filter(({ type }) => type === 'response.custom_tool_call_input.delta');
    const pieces = [...input.split('')].map((piece) => ({ ...delta, delta: piece, sequence_number: null }));
    const at = events.indexOf(delta ?? {});
    const all = eventsOf(stream, [...events.slice(0, at), ...pieces, ...events.slice(at + 1)]);
    assertEventRules(all);
    assert.ok(all.filter(({ type }) => type === 'response.custom_tool_call_input.delta').length > 6);
    const [patch] = stream.response.output;
    assert.equal(patch?.type === 'custom_tool_call' && patch.input, input);
  });

  for (const args of ['{"query":"x"}', { query: 'x' }]) {
    it(`a tool search whose arguments are ${typeof args === 'string' ? 'text' : 'an object'}`, () => {
      const search = { type: 'tool_search_call', id: 'tsc_1', call_id: 'c1', arguments: args };
      const [found] = done(said(item(search)), { native: FULL });
      assert.deepEqual(found?.type === 'tool_search_call' && [found.execution, found.arguments], [
        'client',
        { query: 'x' },
      ]);
    });
  }
});

describe('streams of Responses endpoints: shapes', () => {
  const message = (content: unknown) =>
    item({ type: 'message', id: 'm', role: 'assistant', content } as JsonObject);
  for (const content of [
    'said',
    { type: 'output_text', text: 'said' },
    [{ type: 'text', text: 'said' }],
    [{ text: 'said' }],
    ['said'],
    [{ type: 'output_text', text: 'said', annotations: null }],
  ]) {
    it(`content ${JSON.stringify(content)}`, () => {
      const [one] = done(said(message(content)));
      assert.deepEqual(one?.type === 'message' && one.content, [
        { type: 'output_text', text: 'said', annotations: [], logprobs: [] },
      ]);
    });
  }

  it('an item without a type', () => {
    assert.deepEqual(texts(done(said(item({ role: 'assistant', content: 'said' })))), ['said']);
  });

  it("what is not the assistant's is left out", () => {
    const echo = item({ type: 'message', role: 'user', content: 'asked' });
    assert.deepEqual(texts(done(said(echo, text('said')))), ['said']);
  });

  it('reasoning without a summary, or with bare text', () => {
    for (const fields of [
      { content: 'Hm.' },
      { content: [{ type: 'reasoning_text', text: 'Hm.' }] },
      { summary: ['Hm.'] },
      { text: 'Hm.' },
    ]) {
      const [one] = done(said(item({ type: 'reasoning', id: 'r', ...fields }), text('said')));
      assert.deepEqual(one?.type === 'reasoning' && one.summary, [{ type: 'summary_text', text: 'Hm.' }]);
    }
  });

  for (const [given, expected] of [
    [{ a: 1 }, '{"a":1}'],
    ['{"a":92116.0,"b":[1.0,2.50,-3.00],"c":"4.0"}', '{"a":92116,"b":[1,2.50,-3],"c":"4.0"}'],
    ['{"a":1.0e3,"b":0.0}', '{"a":1.0e3,"b":0}'],
    ["{'a': 'v1.0, \"2.0\"', 'b': 3.0}", '{"a": "v1.0, \\"2.0\\"", "b": 3}'],
    ['', '{}'],
    [null, '{}'],
  ] as const) {
    it(`arguments ${JSON.stringify(given)}`, () => {
      const [one] = calls(done(said(functionCall({ name: 'run', arguments: given as never }))));
      assert.equal(one?.arguments, expected);
    });
  }

  it('integers are mended wherever their text is cut', () => {
    const args = '{"a":92116.0,"b":"1.0\\"2.0","c":[3.0]}';
    for (let at = 1; at < args.length; at++) {
      const events = said(call('run', args));
      const own = events.filter(({ type }) => type === 'response.function_call_arguments.delta');
      const [first, second] = own;
      const pieces = [args.slice(0, at), args.slice(at)];
      const cut = events.map((event) =>
        event === first
          ? { ...event, delta: pieces[0] }
          : event === second
            ? { ...event, delta: pieces[1] }
            : event,
      );
      assert.equal(calls(done(cut as JsonObject[]))[0]?.arguments, '{"a":92116,"b":"1.0\\"2.0","c":[3]}');
    }
  });

  it('citations and phases are kept', () => {
    const annotation = {
      type: 'url_citation',
      url: 'https://a.example',
      title: 'A',
      start_index: 0,
      end_index: 4,
    };
    const content = [{ type: 'output_text', text: 'said', annotations: [annotation, { type: 'odd' }] }];
    const own = item({ type: 'message', id: 'm', role: 'assistant', phase: 'final_answer', content });
    const { events, output } = told(said(own));
    const [one] = output;
    assert.ok(one?.type === 'message');
    assert.equal(one.phase, 'final_answer');
    assert.deepEqual(one.content, [
      { type: 'output_text', text: 'said', annotations: [annotation], logprobs: [] },
    ]);
    assert.equal(events.filter(({ type }) => type === 'response.output_text.annotation.added').length, 1);
  });

  it('several parts of a message, and of a summary, stay apart', () => {
    const own = item({
      type: 'message',
      id: 'm',
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'a' },
        { type: 'refusal', refusal: 'No.' },
        { type: 'output_text', text: 'b' },
      ],
    });
    const thinking = item({ type: 'reasoning', id: 'r', summary: [{ text: 'One.' }, { text: 'Two.' }] });
    const [reasoning, message_] = done(said(thinking, own));
    assert.deepEqual(reasoning?.type === 'reasoning' && reasoning.summary.map((part) => part.text), [
      'One.',
      'Two.',
    ]);
    assert.deepEqual(message_?.type === 'message' && message_.content.map(({ type }) => type), [
      'output_text',
      'refusal',
      'output_text',
    ]);
  });

  for (const type of HOSTED_TYPES) {
    it(`${type} is passed on as it came, under an id of ours`, () => {
      const fields = { type, name: 'n', results: [{ a: 1 }], call_id: 'own' };
      const output = done(said(item({ ...fields, id: 'x', status: 'completed' }), text('found')));
      const [hosted] = output;
      assert.ok(hosted !== undefined && /^[a-z]+_1$/.test(hosted.id));
      const action = { type: 'search', query: '', queries: [''] };
      assert.deepEqual(hosted, {
        ...fields,
        ...(type === 'web_search_call' && { action }),
        id: hosted.id,
        status: 'completed',
      });
      assert.deepEqual(types(output), [type, 'message']);
    });
  }

  it('an image, and a question for approval, are answers', () => {
    for (const type of ['image_generation_call', 'mcp_approval_request'])
      assert.deepEqual(types(done(said(item({ type, id: 'x', result: 'AA==' })))), [type]);
    failure(said(item({ type: 'web_search_call', id: 'x' })));
  });

  it('a web search of the provider is shown, with all that its replay needs', () => {
    const search = item({
      type: 'web_search_call',
      id: 'ws',
      status: 'completed',
      action: { type: 'search', query: 'q' },
    });
    const [one] = done(said(search, text('found')));
    assert.deepEqual(one, {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'q', queries: ['q'] },
    });
  });
});

describe('streams of Responses endpoints: usage', () => {
  for (const [given, expected] of [
    [{}, null],
    [null, null],
    ['many', null],
    [{ input_tokens: 0, output_tokens: 0 }, null],
    [{ ...USAGE, total_tokens: undefined }, [120, 100, 30, 10, 150]],
    [{ input_tokens: 119.6, output_tokens: '30' }, [120, 0, 30, 0, 150]],
    [{ ...USAGE, input_tokens_details: null, output_tokens_details: undefined }, [120, 0, 30, 0, 150]],
  ] as const) {
    it(JSON.stringify(given), () => {
      const { stream } = told(ending((response) => ({ ...response, usage: given as never }), text('said')));
      const { usage } = stream.response;
      assert.deepEqual(
        usage && [
          usage.input_tokens,
          usage.input_tokens_details.cached_tokens,
          usage.output_tokens,
          usage.output_tokens_details.reasoning_tokens,
          usage.total_tokens,
        ],
        expected,
      );
    });
  }

  it('the cost that the provider states', () => {
    const { stream } = told(
      ending((response) => ({ ...response, usage: { ...USAGE, cost: 0.01 } }), text('said')),
    );
    assert.equal(stream.statedCost, 0.01);
  });
});

describe('streams of Responses endpoints: ends', () => {
  const FORGETS = { native: { missingTerminal: 'complete' as const } };

  it('what follows the terminal event is ignored', () => {
    assert.deepEqual(texts(done([...said(text('said')), ...said(text('more'))])), ['said']);
  });

  it('a stream without an end is broken', () => {
    assert.equal(failure(without(/completed/, text('said'))).code, 'upstream_error');
  });

  it('and complete if the provider is known to forget it, once everything that began is finished', () => {
    const stream = nativeStreamFor(TOOLS, FORGETS);
    const events = without(/completed/, thought('Hm.'), text('said'), call('run', { a: 1 }));
    const saw = events.map((event) => {
      stream.feed(event);
      return stream.sawFinish;
    });
    const lastOfMessage = events.findLastIndex(
      (event) => (event['item'] as JsonObject | undefined)?.['type'] === 'message',
    );
    assert.deepEqual(saw.indexOf(true), lastOfMessage);
    assert.equal(saw[lastOfMessage + 1], false, 'another item began');
    assert.equal(saw.at(-1), true);
    stream.finish();
    assert.equal(stream.response.status, 'completed');
  });

  for (const [what, events] of [
    ['thinking alone', without(/completed/, thought('Hm.'))],
    ['an open message', without(/completed|item\.done/, text('said'))],
    ['cut arguments', without(/completed/, call('run', '{"a":'))],
    [
      'a cut patch',
      without(
        /completed/,
        item({ type: 'function_call', call_id: 'c', name: 'apply_patch', arguments: '{"input":"*** Beg' }),
      ),
    ],
  ] as const) {
    it(`which ${what} is not`, () => {
      failure(events, FORGETS);
    });
  }

  it('half a call at the length limit is not complete, whatever its provider says', () => {
    failure(said(call('run', '{"a":"b')));
    failure(ending((response) => ({ ...response, output: [] }), call('run', '{"a":"b')));
  });

  for (const reason of ['max_output_tokens', 'max_tokens', 'length']) {
    it(`an answer that ends with ${reason} keeps what has come`, () => {
      const events = ending(
        (response) => ({ ...response, status: 'incomplete', incomplete_details: { reason } }),
        text('useful'),
      );
      const { stream } = told(events);
      assert.equal(stream.response.status, 'incomplete');
      assert.deepEqual(stream.response.incomplete_details, { reason: 'max_output_tokens' });
      assert.deepEqual(texts(stream.response.output), ['useful']);
    });
  }

  it('and fails inside a call', () => {
    const half = without(/item\.done|arguments\.done|completed/, text('a'), call('run', '{"a":"b'));
    const end = {
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'max_output_tokens' } },
    };
    const { stream, output } = told([...half, end]);
    assert.equal(stream.response.status, 'incomplete');
    assert.deepEqual(types(output), ['message']);
  });

  it('a full window is reported to Codex as such', () => {
    const events = ending(
      (response) => ({
        ...response,
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
      }),
      text('useful'),
    );
    const { stream, output } = told(events, { isCodex: true, contextWindow: 150 });
    assert.equal(stream.error?.code, 'context_length_exceeded');
    assert.deepEqual(texts(output), ['useful']);
    assert.equal(told(events, { isCodex: true, contextWindow: 1000 }).stream.response.status, 'incomplete');
  });

  it('a content filter', () => {
    const events = ending(
      (response) => ({ ...response, status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
      text('a'),
    );
    assert.equal(told(events).stream.response.incomplete_details?.reason, 'content_filter');
    assert.equal(told(events, { isCodex: true }).stream.error?.code, 'invalid_prompt');
  });

  it('a reason without an object around it', () => {
    const events = ending(
      (response) => ({ ...response, status: 'incomplete', incomplete_details: 'content_filter' }),
      text('a'),
    );
    assert.equal(told(events).stream.response.incomplete_details?.reason, 'content_filter');
  });

  it('an answer of nothing but unknown items says so', () => {
    const { message } = failure(said(item({ type: 'local_shell_call', id: 'x' })));
    assert.match(message, /local_shell_call/);
  });

  const NO_ANSWERS: [what: string, events: JsonObject[]][] = [
    ['nothing', []],
    ['an end alone', [{ type: 'response.completed', response: { id: 'r', output: [], usage: {} } }]],
    ['thinking alone', said(thought('Hm.'))],
    ['pings', [{ type: 'ping' }, { type: 'response.in_progress' }]],
  ];
  for (const [what, events] of NO_ANSWERS) {
    it(`${what} is no answer`, () => {
      assert.equal(failure(events).code, 'upstream_error');
    });
  }
});

describe('streams of Responses endpoints: missing events', () => {
  for (const [what, pattern] of [
    ['no beginnings', /item\.added/],
    ['no ends of items', /item\.done/],
    ['no deltas', /delta/],
    ['no ends of texts', /(text|arguments|input|part)\.done/],
    ['texts alone', /item|part|\.done/],
    ['ends of texts alone', /item|part|delta/],
  ] as const) {
    it(`${what}: a message`, () => {
      assert.deepEqual(texts(done(without(pattern, text('He', 'llo')))), ['Hello']);
    });
    it(`${what}: a call`, () => {
      const [one] = calls(done(without(pattern, call('run', { a: 1 }))));
      assert.deepEqual([one?.name, one?.arguments], ['run', '{"a":1}']);
    });
  }

  it('only text, and an end whose output is empty', () => {
    const deltas = said(text('He', 'llo')).filter(({ type }) => /output_text\.delta/.test(String(type)));
    const bare = deltas.map(({ delta }) => ({ type: 'response.output_text.delta', delta: delta ?? '' }));
    const end = { type: 'response.completed', response: { id: 'chatcmpl-1' } };
    assert.deepEqual(texts(done([...bare, { type: 'ping' }, end])), ['Hello']);
  });

  it('a name that is lost at the end, or missing at first', () => {
    for (const lost of [true, false]) {
      const events = changedItems(
        (own, isDone) => (isDone === lost ? { ...own, name: '' } : own),
        call('run', { a: 1 }),
      );
      assert.equal(calls(done(events))[0]?.name, 'run');
    }
  });

  it('the final response fills what the events left out', () => {
    const { output } = told(
      without(/item|part|delta|text|arguments/, thought('Hm.'), text('said'), call('run', { a: 1 })),
    );
    assert.deepEqual(types(output), ['reasoning', 'message', 'function_call']);
  });

  it('and repeats nothing, whatever ids it gives', () => {
    const events = ending(
      (response) => ({
        ...response,
        output: (response['output'] as JsonObject[]).map((own, at) => ({
          ...own,
          id: `other_${at}`,
          ...(own['call_id'] ? { call_id: `other_${at}` } : {}),
        })),
      }),
      thought('Hm.'),
      text('said'),
      call('run', { a: 1 }),
    );
    assert.deepEqual(types(done(events)), ['reasoning', 'message', 'function_call']);
  });
});

describe('streams of Responses endpoints: errors', () => {
  const begun = said(text('Hel', 'lo')).slice(0, 5);
  const failed = (response: JsonObject, more: JsonObject = {}) => ({
    type: 'response.failed',
    response: { id: 'r', status: 'failed', ...response },
    ...more,
  });
  const cases: [what: string, event: JsonObject, code: string, message: RegExp][] = [
    ['nested', { type: 'error', error: { message: 'Boom', code: 'server_error' } }, 'upstream_error', /Boom/],
    [
      'flat, with code null',
      { type: 'error', code: null, message: 'Boom', param: null },
      'upstream_error',
      /Boom/,
    ],
    ['without its event', { error: { message: 'Boom' } }, 'upstream_error', /Boom/],
    [
      'a failed response',
      failed({ error: { code: 'server_error', message: 'Boom' } }),
      'upstream_error',
      /Boom/,
    ],
    ['without a reason', failed({ error: null }), 'upstream_error', /./],
    [
      'an overflow',
      failed({ error: { code: 'context_length_exceeded', message: 'Too long' } }),
      'context_length_exceeded',
      /./,
    ],
    [
      'an overflow behind a code that says less',
      failed(
        { error: { code: 'invalid_prompt', message: 'Bad' } },
        { error_type: 'context_length_exceeded' },
      ),
      'context_length_exceeded',
      /./,
    ],
    [
      'a request at fault',
      failed({ error: { code: 'invalid_prompt', message: 'Bad input' } }),
      'invalid_prompt',
      /Bad input/,
    ],
    ...['cyber_policy', 'invalid_image_url', 'image_too_large', 'unsupported_image_media_type'].map(
      (code): (typeof cases)[number] => [
        code,
        failed({ error: { code, message: 'Not this' } }),
        'invalid_prompt',
        /Not this/,
      ],
    ),
    [
      'a rate',
      failed({ error: { code: 'rate_limit_exceeded', message: 'Slow down, try again in 3s' } }),
      'rate_limit_exceeded',
      /3 ?s/,
    ],
    ...(
      [
        ['slow_down', 'rate_limit_exceeded'],
        ['organization_spend_limit_exceeded', 'insufficient_quota'],
        ['usage_not_included', 'insufficient_quota'],
        ['content_filter', 'invalid_prompt'],
      ] as const
    ).map(([own, code]): (typeof cases)[number] => [
      own,
      failed({ error: { code: own, message: 'Not now' } }),
      code,
      /Not now/,
    ]),
    [
      'a status beside it',
      { type: 'error', status: 429, error: { message: 'Not now' } },
      'rate_limit_exceeded',
      /Not now/,
    ],
    [
      "the type of Open Responses' rate limit",
      { type: 'error', error: { type: 'too_many_requests', code: null, message: 'Not now' } },
      'rate_limit_exceeded',
      /Not now/,
    ],
    [
      'its type in the place of the event',
      { type: 'rate_limit_error', error: { message: 'Not now' } },
      'rate_limit_exceeded',
      /Not now/,
    ],
    [
      'in the event, not in its response',
      { type: 'response.failed', error: { code: 'insufficient_quota', message: 'Not now' } },
      'insufficient_quota',
      /Not now/,
    ],
    [
      'an empty purse',
      { success: false, code: 1113, msg: 'Insufficient balance' },
      'insufficient_quota',
      /balance/i,
    ],
    [
      'an envelope around a code',
      { code: 'responses_feature_not_supported', message: 'No custom tools' },
      'upstream_error',
      /No custom tools/,
    ],
    [
      'a state of no answer',
      { ...ending((response) => ({ ...response, status: 'cancelled' })).at(-1) },
      'upstream_error',
      /cancelled/,
    ],
  ];
  for (const [what, event, code, message] of cases) {
    it(what, () => {
      const error = failure([...begun, event]);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(failure([event]).code, code, 'before anything was said');
    });
  }

  it('events that cannot be encoded again', () => {
    const deep: Json = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as Json;
    for (const event of [
      { type: 'response.output_text.delta', delta: deep },
      { type: 'response.output_item.done', item: { type: 'function_call', name: 'run', arguments: deep } },
      { object: 'response', output: [{ type: 'web_search_call', id: 'x', results: deep }] },
    ] as JsonObject[])
      assert.equal(failure([event]).code, 'upstream_error');
  });

  it('no secret is shown', () => {
    const redact = (words: string) => words.replaceAll('sk-1', '***');
    assert.doesNotMatch(
      failure([{ type: 'error', error: { message: 'key sk-1 is bad' } }], { redact }).message,
      /sk-1/,
    );
  });

  it('a call that was under way is never offered', () => {
    const half = without(/item\.done|completed/, call('run', { a: 1 }));
    failure([...half, { type: 'error', message: 'Boom' }]);
  });
});

describe('streams of Responses endpoints: bodies of other kinds', () => {
  it('a whole response in place of events', () => {
    const response = said(thought('Hm.'), text('said'), call('run', { a: 1 })).at(-1)?.[
      'response'
    ] as JsonObject;
    for (const body of [
      response,
      { object: 'response', output: response['output'] ?? [], usage: USAGE },
      { response },
      { code: 200, msg: 'ok', success: true, data: response },
    ]) {
      const { events, output } = told([body as JsonObject]);
      assert.deepEqual(types(output), ['reasoning', 'message', 'function_call']);
      assert.ok(events.some(({ type }) => type === 'response.output_text.delta'));
    }
  });

  it('a response that is not finished is no answer', () => {
    for (const status of ['in_progress', 'queued']) {
      const output = [{ type: 'message', role: 'assistant', content: 'said' }];
      assert.match(failure([{ object: 'response', status, output }]).message, new RegExp(`still ${status}`));
    }
  });

  it('Chat Completions are recognised', () => {
    for (const chunk of [
      { object: 'chat.completion.chunk', choices: [{ delta: { content: 'said' } }] },
      { object: 'chat.completion', choices: [{ message: { content: 'said' } }] },
    ] as JsonObject[]) {
      const { stream } = told([chunk]);
      assert.equal(stream.spokeChat, true);
      assert.match(stream.error?.message ?? '', /wire "chat"/);
      assert.equal(stream.error?.code, 'invalid_prompt');
    }
  });
});

describe('streams of Responses endpoints: order', () => {
  it('thinking ends before the message begins, even if its own end comes later', () => {
    const [thinking, message] = [said(openThought('Hm.')), said(text('said'))];
    const messageAdded = message.find(({ type }) => type === 'response.output_item.added');
    const rest = message.filter((event) => event !== messageAdded && 'output_index' in event);
    const own = thinking.filter((event) => 'output_index' in event);
    const later = { output_index: 1 };
    const events = [
      ...own.slice(0, 3),
      { ...messageAdded, ...later },
      ...own.slice(3),
      ...rest.map((event) => ({ ...event, ...later })),
      { type: 'response.completed', response: {} },
    ] as JsonObject[];
    const output = done(events);
    assert.deepEqual(types(output), ['reasoning', 'message']);
    // llama.cpp, 2026-07: what began first ends last.
    const late = [
      ...own.slice(0, 3),
      ...[messageAdded, ...rest].map((event) => ({ ...event, ...later })),
      ...own.slice(3),
      { type: 'response.completed', response: {} },
    ];
    assert.deepEqual(types(done(late as JsonObject[])), ['reasoning', 'message']);
  });

  it('calls that come interleaved are sent one after the other', () => {
    const [one, two] = [said(call('run', { a: 1 })), said(call('exec', { b: 2 }))].map((events) =>
      events.filter((event) => 'output_index' in event),
    );
    const woven = (one ?? []).flatMap((event, at) => [event, { ...two?.[at], output_index: 1 }]);
    const output = done([...woven, { type: 'response.completed', response: {} }] as JsonObject[]);
    assert.deepEqual(
      calls(output).map(({ arguments: args }) => args),
      ['{"a":1}', '{"b":2}'],
    );
  });

  it('a call is offered as soon as its provider says that it is whole', () => {
    const stream = nativeStreamFor(TOOLS);
    for (const args of ['{"a":1}', '{}', '']) {
      const events = without(/completed/, call('run', args)).flatMap((event) => stream.feed(event));
      assert.equal(events.at(-1)?.type, 'response.output_item.done');
    }
  });
});

describe('streams of Responses endpoints: thinking', () => {
  const shown = (events: readonly ResponseEvent[]) =>
    events
      .flatMap((event) => (event.type === 'response.reasoning_summary_text.delta' ? event.delta : []))
      .join('');

  for (const [what, events] of [
    ['as a summary', said(thought('Hm.'), text('said'))],
    ['as text', said(openThought('Hm.'), text('said'))],
    [
      'under the names of 2025',
      said(openThought('Hm.'), text('said')).map((event) => ({
        ...event,
        type: String(event['type']).replace('reasoning_text', 'reasoning'),
      })),
    ],
    ['as a part of a summary', without(/summary_text|item\.done/, thought('Hm.'), text('said'))],
    ['as a part', without(/reasoning_text|item\.done/, openThought('Hm.'), text('said'))],
  ] as const) {
    it(`${what} is shown as a summary`, () => {
      assert.equal(shown(told(events).events), 'Hm.');
    });
  }

  it('is shown once if it comes in both forms', () => {
    const both = item({
      type: 'reasoning',
      id: 'r',
      summary: [{ text: 'Short.' }],
      content: [{ text: 'Long.' }],
    });
    assert.equal(shown(told(said(both, text('said'))).events), 'Short.');
  });

  it('is sealed with all that its provider wants back', () => {
    const own = item({
      type: 'reasoning',
      id: 'r',
      summary: [{ text: 'S' }],
      content: [{ text: 'T' }],
      encrypted_content: 'blob',
    });
    const { stream, output } = told(said(own, text('said')));
    const [one] = output;
    assert.deepEqual(
      JSON.parse((one?.type === 'reasoning' && one.encrypted_content?.slice('plain:'.length)) || ''),
      {
        provider: 'test',
        model: 'model-1',
        text: 'T',
        field: 'reasoning_content',
        item: { summary: ['S'], sealed: 'blob' },
      },
    );
    assert.deepEqual(stream.reasoning[0]?.item, { summary: ['S'], sealed: 'blob' });
    const marked = { ...own, item: { ...own.item, format: 'f', signature: 's' } };
    const marks = told(said(marked, text('said'))).stream.reasoning[0]?.item;
    assert.deepEqual(marks, { summary: ['S'], sealed: 'blob', format: 'f', signature: 's' });
  });

  it('is kept if only the beginning, or only the final response, has its seal', () => {
    for (const events of [
      changedItems(
        (own, isDone) => (own['type'] === 'reasoning' && isDone ? { ...own, encrypted_content: '' } : own),
        thought('Hm.', 'blob'),
        text('said'),
      ),
      changedItems(
        (own) => (own['type'] === 'reasoning' ? { ...own, encrypted_content: null } : own),
        thought('Hm.', 'blob'),
        text('said'),
      ),
    ]) {
      assert.ok(told(events).stream.reasoning.some((reasoning) => reasoning.item?.sealed === 'blob'));
    }
  });

  it('is not shown to Codex if it does not ask', () => {
    const { events, output } = told(
      said(openThought('Hm.'), text('said')),
      { isCodex: true },
      { reasoning: { summary: 'none' } },
    );
    assert.equal(shown(events), '');
    assert.deepEqual(output[0]?.type === 'reasoning' && output[0].content, [
      { type: 'reasoning_text', text: 'Hm.' },
    ]);
  });
});

describe('streams of Responses endpoints: ids, repetitions and strangers', () => {
  it('traces of searches that nobody may run are swallowed', () => {
    const trace = { ...customCall('x_keyword_search', 'q') };
    trace.item = { ...trace.item, id: 'ctc_1', call_id: 'xs_call_1' };
    const output = done(said(trace, text('found')), { native: { serverCalls: ['xs_'] } });
    assert.deepEqual(types(output), ['message']);
  });

  it('ids have the prefixes that Codex keeps, and stay', () => {
    const { events } = told(
      said(thought('Hm.'), text('said'), call('run', { a: 1 }), customCall('apply_patch', PATCH)),
    );
    const ids = events.flatMap((event) =>
      'item_id' in event ? event.item_id : 'item' in event ? event.item.id : [],
    );
    assert.deepEqual([...new Set(ids)], ['rs_1', 'msg_1', 'fc_1', 'ctc_1']);
  });

  it('call ids go through as they are, and a missing one is made', () => {
    const ids = ['fc_call_1', 'functions.run:0', 'x'.repeat(80), ''].map(
      (call_id) => calls(done(said(functionCall({ name: 'run', call_id }))))[0]?.call_id,
    );
    assert.deepEqual(ids, ['fc_call_1', 'functions.run:0', 'x'.repeat(80), 'call_1']);
  });

  it('an event that comes twice counts once', () => {
    const events = said(text('ha', 'ha', '!'), call('run', '{"a":"xx"}'));
    const twice = events.flatMap((event) => [event, event]);
    const output = done(twice);
    assert.deepEqual(texts(output), ['haha!']);
    assert.deepEqual(
      calls(output).map(({ arguments: args }) => args),
      ['{"a":"xx"}'],
    );
  });

  it('equal texts that are not the same event count twice', () => {
    const numberless = said(text('ha', 'ha')).map(({ sequence_number: _, ...event }) => event);
    const constant = said(text('ha', 'ha')).map((event) => ({ ...event, sequence_number: 0 }));
    for (const events of [numberless, constant]) assert.deepEqual(texts(done(events)), ['haha']);
  });

  it('a call that comes twice is one, another under its id is another', () => {
    const one = functionCall({ name: 'run' });
    assert.equal(calls(done(said(one, { ...one, item: { ...one.item, id: 'fc_y' } }))).length, 1);
    const other = functionCall({ name: 'run', id: 'fc_y', arguments: '{"a":2}' });
    const output = calls(done(said(one, other)));
    assert.equal(new Set(output.map(({ call_id }) => call_id)).size, output.length);
  });

  it('events of no answer, and items of no kind, are passed over', () => {
    const events = said(item({ type: 'odd_item', id: 'o' }), text('said'));
    const { stream, output } = told([
      { type: 'keepalive' },
      { type: 'response.headers', headers: { 'openai-model': 'other' } },
      { type: 'codex.rate_limits' },
      ...events,
    ]);
    assert.deepEqual(types(output), ['message']);
    assert.equal(stream.response.model, 'client-model');
    assert.match(stream.notes.join(), /odd_item/);
  });

  it('calls that were left in the text are named in the log', () => {
    const { stream } = told(said(text('<tool_call>{"name":"run"}</tool_call>')));
    assert.match(stream.notes.join(), /wire "chat"/);
    assert.deepEqual(told(said(text('plain'))).stream.notes, []);
  });
});

describe('streams of Responses endpoints: compaction', () => {
  const compact: Partial<ResponsesRequest> = {
    input: [{ type: 'message', role: 'user', content: 'Hi' }, { type: 'compaction_trigger' }],
  };

  it('gives the one item', () => {
    const { output, events } = told(said(thought('Hm.'), text('The summary.')), {}, compact);
    assert.deepEqual(types(output), ['compaction']);
    assert.ok(!events.some(({ type }) => type.includes('delta')));
  });

  it('fails if nothing was written, or not all of it', () => {
    const cut = ending((response) => ({ ...response, status: 'incomplete' }), text('The summ'));
    const refused = item({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'No.' }],
    });
    for (const events of [said(thought('Hm.')), cut, said(refused)])
      for (const isCodex of [true, false])
        assert.equal(told(events, { isCodex }, compact).stream.response.status, 'failed');
  });
});
