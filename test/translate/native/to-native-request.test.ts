/** Requests as Responses endpoints take them: each repair by its name, and what no endpoint may ever get. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/json.ts';
import { BASE_NATIVE, type NativeProfile } from '../../../src/translate/native/native-profile.ts';
import { toNativeRequest } from '../../../src/translate/native/to-native-request.ts';
import type { ProviderReasoning } from '../../../src/translate/reasoning/reasoning.ts';
import { toChatRequest } from '../../../src/translate/request/to-chat-request.ts';
import { parseRequest } from '../../../src/wire/request-schema.ts';
import type { InputItem, ResponsesRequest, Tool } from '../../../src/wire/responses.ts';
import { PRIVATE } from '../../real-codex/trim.ts';
import { readFixtures } from '../../support/fixtures.ts';
import { assertCallsAreAnswered, assertNativeRules } from '../../support/native-rules.ts';
import { FULL, inputOf, translateNative } from '../../support/native-translating.ts';
import { PLAIN_SEAL, PROFILE, requestOf } from '../../support/translating.ts';

const USER: InputItem = { type: 'message', role: 'user', content: 'Hi' };
const PARAMETERS = { type: 'object', properties: {} };
const RUN: Tool = {
  type: 'function',
  name: 'run',
  description: 'Runs.',
  parameters: PARAMETERS,
  strict: false,
};
const PATCH: Tool = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Patches.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
};
const ECHO: Tool = { type: 'function', name: 'echo', parameters: PARAMETERS };
const MCP: Tool = { type: 'namespace', name: 'mcp__tiny', description: 'Tiny.', tools: [ECHO] };
const TOOLS: Tool[] = [
  RUN,
  PATCH,
  MCP,
  { type: 'tool_search', execution: 'client' },
  { type: 'web_search', external_web_access: true },
];

const call = (call_id: string, name = 'run', more: Partial<InputItem> = {}): InputItem => ({
  type: 'function_call',
  call_id,
  name,
  arguments: '{}',
  ...more,
});
const output = (call_id: string, said: InputItem['output'] = 'done'): InputItem => ({
  type: 'function_call_output',
  call_id,
  output: said,
});
const say = (content: string): InputItem => ({ type: 'message', role: 'assistant', content });
const reasoning = (parts: Partial<ProviderReasoning> = {}): InputItem => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  content: null,
  encrypted_content: PLAIN_SEAL.seal({
    provider: 'test',
    model: 'model-1',
    text: 'Hm.',
    field: 'reasoning_content',
    ...parts,
  }),
});
const listOf = (value: unknown) => (Array.isArray(value) ? (value as JsonObject[]) : []);
const toolsOf = (
  tools: readonly Tool[],
  native: Partial<NativeProfile> = {},
  input: ResponsesRequest['input'] = 'hello',
) => translateNative({ tools, input }, native).body.tools ?? [];
const typesOf = (items: readonly JsonObject[]) => items.map(({ type, role }) => role ?? type);

describe('native requests: what no endpoint gets', () => {
  const body = parseRequest({
    model: 'client-model',
    input: [{ ...USER, id: 'msg_1', internal_chat_message_metadata_passthrough: { turn: 'secret' } }],
    previous_response_id: 'resp_1',
    client_metadata: { path: '/home/secret' },
    metadata: { a: 'secret' },
    store: true,
    include: ['reasoning.encrypted_content', 'secret'],
    prompt: null,
    conversation: null,
    unknown_field: 'secret',
  });

  for (const native of [{}, FULL]) {
    it(`private fields, state and unknown fields (${Object.keys(native).length === 0 ? 'base' : 'full'})`, () => {
      const sent = translateNative(body, native).body;
      assert.doesNotMatch(JSON.stringify(sent), /secret|resp_1|msg_1/);
      assert.equal(sent['store'], false);
      assert.equal(sent.stream, true);
    });
  }

  it('what came before comes from our own history', () => {
    const { body: sent } = translateNative({ input: 'more', previous_response_id: 'resp_1' });
    assert.ok(!('previous_response_id' in sent));
  });

  for (const fixture of readFixtures()) {
    it(`private metadata of Codex ${fixture.codex}, ${fixture.scene}`, () => {
      const threads = new Map<string, JsonObject[]>();
      for (const { request } of fixture.exchanges) {
        const thread = request.headers['thread-id'] ?? '';
        const before = threads.get(thread) ?? [];
        const asked = parseRequest(structuredClone(request.body));
        const { body: sent } = translateNative(asked);
        assertNativeRules(sent);
        assert.ok(!JSON.stringify(sent).includes(PRIVATE), 'private metadata stays here');
        assert.deepEqual(translateNative(asked).body, sent, 'the same bytes');
        assert.deepEqual(sent.input.slice(0, before.length), before, 'the prefix is kept');
        threads.set(thread, sent.input);
        const full = translateNative(asked, FULL).body;
        assertCallsAreAnswered(
          full.input.filter(({ type }) => type !== 'tool_search_output' && type !== 'tool_search_call'),
        );
        assert.ok(!JSON.stringify(full).includes(PRIVATE));
      }
    });
  }
});

describe('native requests: settings', () => {
  const cases: [
    what: string,
    fields: Partial<ResponsesRequest>,
    native: Partial<NativeProfile>,
    expected: Readonly<Record<string, unknown>>,
  ][] = [
    [
      'no fields but those that it takes',
      { prompt_cache_key: 't', service_tier: 'priority', temperature: 1 },
      { fields: ['temperature'] },
      { temperature: 1 },
    ],
    [
      'those that it takes',
      { prompt_cache_key: 't', max_output_tokens: 5 },
      { fields: ['prompt_cache_key', 'max_output_tokens'] },
      { prompt_cache_key: 't', max_output_tokens: 5 },
    ],
    [
      'null is nothing',
      { temperature: null, prompt_cache_key: null },
      { fields: ['temperature', 'prompt_cache_key'] },
      {},
    ],
    ['only known values of include', { include: ['a', 'b'] }, { include: ['b'] }, { include: ['b'] }],
    [
      'sealed reasoning is asked for, also for clients that do not',
      {},
      { include: ['reasoning.encrypted_content'] },
      { include: ['reasoning.encrypted_content'] },
    ],
    ['no store where it is no field', {}, { storeFalse: false }, { store: undefined }],
    [
      'a summary, where it may be asked for',
      { reasoning: { effort: 'low', summary: 'auto' } },
      {},
      { reasoning: { effort: 'low', summary: 'auto' } },
    ],
    [
      'none where it may not',
      { reasoning: { effort: 'low', summary: 'auto' } },
      { reasoningSummary: false },
      { reasoning: { effort: 'low' } },
    ],
    ['no empty reasoning', { reasoning: {} }, {}, { reasoning: undefined }],
    ['no null effort', { reasoning: { effort: null, summary: 'none' } }, {}, { reasoning: undefined }],
    [
      'the nearest effort',
      { reasoning: { effort: 'xhigh' } },
      { efforts: ['low', 'high'] },
      { reasoning: { effort: 'high' } },
    ],
    [
      'no effort that nobody knows',
      { reasoning: { effort: 'banana' } },
      { efforts: ['low', 'high'] },
      { reasoning: undefined },
    ],
    ['no verbosity', { text: { verbosity: 'low' } }, {}, { text: undefined }],
    ['verbosity', { text: { verbosity: 'low' } }, { verbosity: true }, { text: { verbosity: 'low' } }],
    ['plain text is no format', { text: { format: { type: 'text' } } }, {}, { text: undefined }],
    [
      'a JSON object where a schema is not known',
      { text: { format: { type: 'json_schema', name: 'n', schema: PARAMETERS } } },
      { textFormat: 'json_object' },
      { text: { format: { type: 'json_object' } } },
    ],
  ];
  for (const [what, fields, native, expected] of cases) {
    it(what, () => {
      const { body } = translateNative(fields, native);
      for (const [field, value] of Object.entries(expected)) assert.deepEqual(body[field], value, field);
      const known = new Set([...Object.keys(expected), 'model', 'input', 'stream', 'store', 'instructions']);
      assert.deepEqual(
        Object.keys(body).filter((field) => !known.has(field)),
        [],
      );
    });
  }

  it("the last word is the user's", () => {
    const options = { profile: PROFILE, native: BASE_NATIVE, model: 'm' };
    const own = { extraParams: { temperature: 0, seed: 1 }, dropParams: ['store'] };
    const { body } = toNativeRequest(requestOf({ input: 'hello', temperature: 1 }), { ...options, ...own });
    assert.deepEqual([body['temperature'], body['seed'], 'store' in body], [0, 1, false]);
  });

  it('the requested effort, even if Chat Completions takes only another one beside tools', () => {
    const asked = { reasoning: { effort: 'high' }, tools: [RUN] };
    const { body } = translateNative(asked, {}, { effortWithTools: 'none' });
    assert.deepEqual(body['reasoning'], { effort: 'high' });
  });

  it('a schema that cannot be sent is put into words', () => {
    const format = { type: 'json_schema', name: 'n', schema: { ...PARAMETERS, title: 'Wanted' } };
    const { body } = translateNative(
      { instructions: 'Be kind.', text: { format } },
      { textFormat: 'prompt' },
    );
    assert.match(String(body['instructions']), /^Be kind\.\n\n.*Wanted/s);
    const { body: message } = translateNative(
      { text: { format } },
      { textFormat: 'prompt', instructions: 'message' },
    );
    assert.match(JSON.stringify(message.input[0]), /Wanted/);
    const withTools = translateNative({ tools: [RUN], text: { format } });
    assert.equal(withTools.body['text'], undefined, 'the profile says: not beside tools');
  });

  it('a schema that can be sent is', () => {
    const format = { type: 'json_schema', name: 'n', schema: PARAMETERS, strict: true };
    assert.deepEqual((translateNative({ text: { format } }).body['text'] as JsonObject)['format'], format);
  });

  it('thinking is switched off if calls in the history have none that is readable', () => {
    const native = { effortWithoutReasoning: 'none', reasoningIn: 'text' as const };
    const effort = (input: InputItem[]) =>
      translateNative({ input, reasoning: { effort: 'high' } }, native).body['reasoning'];
    assert.deepEqual(effort([USER]), { effort: 'high' });
    assert.deepEqual(effort([USER, reasoning(), call('c'), output('c')]), { effort: 'high' });
    assert.deepEqual(effort([USER, call('c'), output('c')]), { effort: 'none' });
    assert.deepEqual(
      effort([USER, reasoning({ text: '', item: { summary: [], sealed: 'blob' } }), call('c'), output('c')]),
      { effort: 'none' },
    );
    assert.deepEqual(effort([USER, reasoning({ provider: 'other' }), call('c'), output('c')]), {
      effort: 'none',
    });
  });
});

describe('native requests: tools', () => {
  it('become functions if nothing else is accepted', () => {
    const tools = toolsOf(TOOLS);
    assert.deepEqual(
      tools.map(({ type, name }) => [type, name]),
      [
        ['function', 'run'],
        ['function', 'apply_patch'],
        ['function', 'mcp__tiny__echo'],
        ['function', 'tool_search'],
      ],
    );
    assert.match(String(tools[1]?.['description']), /lark grammar/);
    assert.ok(tools.every((tool) => !('strict' in tool)));
  });

  it('stay unchanged if everything is accepted', () => {
    const tools = toolsOf(TOOLS, FULL);
    assert.deepEqual(
      tools.map(({ type, name }) => [type, name]),
      [
        ['function', 'run'],
        ['custom', 'apply_patch'],
        ['namespace', 'mcp__tiny'],
        ['tool_search', undefined],
        ['web_search', undefined],
      ],
    );
    assert.deepEqual(tools[0], { ...RUN });
    assert.deepEqual(tools[1], { ...PATCH });
    assert.equal(listOf(tools[2]?.['tools'])[0]?.['name'], 'echo');
  });

  it('a grammar goes into words if only plain text is accepted', () => {
    const [patch] = toolsOf([PATCH], { customTools: 'text' });
    assert.equal(patch?.['type'], 'custom');
    assert.equal(patch?.['format'], undefined);
    assert.match(String(patch?.['description']), /^Patches\.[\s\S]*lark grammar/);
  });

  it('only the custom tools that are known by name are kept', () => {
    const tools = toolsOf([PATCH, { ...PATCH, name: 'exec' }], {
      customTools: 'keep',
      customNames: ['apply_patch'],
    });
    assert.deepEqual(
      tools.map(({ type }) => type),
      ['custom', 'function'],
    );
  });

  it('each namespace is sent once, with all its members', () => {
    const more: InputItem = {
      type: 'tool_search_output',
      call_id: 's',
      tools: [MCP, { ...MCP, tools: [ECHO, { ...ECHO, name: 'late' }] }],
    };
    const search: InputItem = { type: 'tool_search_call', call_id: 's', arguments: {} };
    const native = { namespaces: 'unique' as const };
    const tools = toolsOf([MCP], native, [USER, search, more]);
    assert.equal(tools.filter(({ type }) => type === 'namespace').length, 1);
    assert.deepEqual(
      listOf(tools[0]?.['tools']).map(({ name }) => name),
      ['echo', 'late'],
    );
    const kept = translateNative(
      { tools: [MCP], input: [USER, search, more] },
      { ...native, toolSearch: true },
    ).body;
    assert.equal(JSON.stringify(kept).match(/"name":"mcp__tiny"/g)?.length, 1);
  });

  it('tools that join others are not declared twice, whatever else is taken', () => {
    const input: InputItem[] = [{ type: 'additional_tools', role: 'developer', tools: [RUN, MCP] }, USER];
    const tools = toolsOf([RUN, MCP], { ...FULL, additionalTools: false }, input);
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['run', 'mcp__tiny'],
    );
    assert.equal(listOf(tools[1]?.['tools']).length, 1);
  });

  it('a namespace always has a description', () => {
    const [tool] = toolsOf([{ ...MCP, description: null }], FULL);
    assert.ok(tool?.['description']);
  });

  it('what a namespace says is told once: by the namespace, or by its first tool', () => {
    const tools = [
      {
        ...MCP,
        tools: [
          { ...ECHO, description: 'Echoes.' },
          { ...ECHO, name: 'mute' },
        ],
      },
    ];
    const [kept] = toolsOf(tools, FULL);
    assert.equal(kept?.['description'], 'Tiny.');
    assert.deepEqual(
      listOf(kept?.['tools']).map(({ description }) => description),
      ['Echoes.', undefined],
    );
    assert.deepEqual(
      toolsOf(tools).map(({ description }) => description),
      ['About all mcp__tiny tools: Tiny.\n\nEchoes.', undefined],
    );
    assert.deepEqual(
      listOf(toolsOf([MCP], FULL)[0]?.['tools']).map(({ description }) => description),
      [undefined],
    );
  });

  it('those inside items are lifted, or stay', () => {
    const input: InputItem[] = [{ type: 'additional_tools', role: 'developer', tools: [RUN, MCP] }, USER];
    assert.deepEqual(
      toolsOf([], {}, input).map(({ name }) => name),
      ['run', 'mcp__tiny__echo'],
    );
    assert.deepEqual(typesOf(inputOf(input)), ['user']);
    const full = translateNative({ input, tools: [] }, FULL).body;
    assert.deepEqual(typesOf(full.input), ['developer', 'user']);
    assert.deepEqual(
      listOf(full.input[0]?.['tools']).map(({ type }) => type),
      ['function', 'namespace'],
    );
    assert.equal(full.tools, undefined);
  });

  it('what a search found is named, and callable', () => {
    const input: InputItem[] = [
      USER,
      { type: 'tool_search_call', call_id: 's', arguments: { query: 'q' } },
      { type: 'tool_search_output', call_id: 's', tools: [MCP] },
    ];
    const { body } = translateNative({ input, tools: [{ type: 'tool_search' }] });
    assert.deepEqual(
      body.tools?.map(({ name }) => name),
      ['tool_search', 'mcp__tiny__echo'],
    );
    assert.deepEqual(
      body.input.slice(1).map(({ type }) => type),
      ['function_call', 'function_call_output'],
    );
    assert.equal(body.input[2]?.['output'], 'Found: mcp__tiny__echo');
    const full = inputOf(input, FULL);
    assert.deepEqual(
      full.slice(1).map(({ type }) => type),
      ['tool_search_call', 'tool_search_output'],
    );
    assert.deepEqual(full[1]?.['arguments'], { query: 'q' });
  });

  it("a web search without the settings that are refused, and never against the user's will", () => {
    const native = { hostedTools: { web_search: ['external_web_access', 'search_context_size'] } };
    const search = { type: 'web_search', search_context_size: 'low' };
    assert.deepEqual(toolsOf([{ ...search, external_web_access: true } as Tool], native), [
      { type: 'web_search' },
    ]);
    assert.deepEqual(toolsOf([{ ...search, external_web_access: false } as Tool], native), []);
    const { tools } = translateNative({ tools: [search, { type: 'file_search' }] }, native);
    assert.deepEqual([...tools.dropped], ['file_search']);
  });

  it('denied ones are left out, in namespaces too', () => {
    const request = requestOf({ input: 'hello', tools: TOOLS });
    const denied = new Set(['run', 'mcp__tiny__echo']);
    const options = { profile: PROFILE, model: 'm', toolDenylist: denied };
    assert.deepEqual(toChatRequest(request, options).tools.chatTools.length, 2);
    for (const native of [{}, FULL]) {
      const names = JSON.stringify(
        translateNative({ tools: [MCP, RUN] }, native, { maxTools: 1 }).body.tools,
      );
      assert.ok(!names.includes('"run"'), 'the limit counts members');
    }
  });

  it('names that are too long get an alias, even inside a namespace', () => {
    const long = 'x'.repeat(80);
    const tools = [{ ...MCP, tools: [{ ...ECHO, name: long }] }];
    for (const native of [{}, FULL]) {
      const { body, tools: table } = translateNative({ tools }, native);
      const [entry] = body.tools ?? [];
      const member = native === FULL ? listOf(entry?.['tools'])[0] : entry;
      const name = String(member?.['name']);
      assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
      const called = table.resolve(table.calledName(native === FULL ? 'mcp__tiny' : undefined, name));
      assert.deepEqual([called?.namespace, called?.name], ['mcp__tiny', long]);
      const replayed = inputOf([USER, call('c', long, { namespace: 'mcp__tiny' }), output('c')], native)[1];
      assert.match(String(replayed?.['name']), /^[A-Za-z0-9_-]{1,64}$/);
    }
  });

  const choices: [
    what: string,
    choice: ResponsesRequest['tool_choice'],
    native: Partial<NativeProfile>,
    expected: unknown,
    names?: string[],
  ][] = [
    ['a function', { type: 'function', name: 'run' }, {}, { type: 'function', name: 'run' }],
    [
      'a member of a namespace, flattened',
      { type: 'function', name: 'echo', namespace: 'mcp__tiny' },
      {},
      { type: 'function', name: 'mcp__tiny__echo' },
    ],
    [
      'and kept',
      { type: 'function', name: 'echo', namespace: 'mcp__tiny' },
      FULL,
      { type: 'function', namespace: 'mcp__tiny', name: 'echo' },
    ],
    [
      'a custom tool as a function',
      { type: 'custom', name: 'apply_patch' },
      {},
      { type: 'function', name: 'apply_patch' },
    ],
    ['a custom tool', { type: 'custom', name: 'apply_patch' }, FULL, { type: 'custom', name: 'apply_patch' }],
    ['a hosted tool that is there', { type: 'web_search' }, FULL, { type: 'web_search' }],
    ['a hosted tool that is not', { type: 'web_search' }, {}, undefined],
    ['a tool that nobody declared', { type: 'function', name: 'gone' }, {}, undefined],
    [
      'one that may not be forced by name',
      { type: 'function', name: 'run' },
      { toolChoices: ['auto', 'required'] },
      'required',
      ['run'],
    ],
    ['required, where it is refused', 'required', { toolChoices: ['auto'] }, undefined],
    ['none, where it is refused', 'none', { toolChoices: ['auto'] }, undefined, []],
    [
      'some of them',
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'run' }] },
      {},
      'required',
      ['run'],
    ],
    [
      'some of them, known as such',
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'run' }] },
      FULL,
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'run' }] },
    ],
  ];
  for (const [what, tool_choice, native, expected, names] of choices) {
    it(`forced: ${what}`, () => {
      const { body } = translateNative({ tools: TOOLS, tool_choice }, native);
      assert.deepEqual(body['tool_choice'], expected);
      if (names !== undefined)
        assert.deepEqual(
          (body.tools ?? []).map(({ name }) => name),
          names,
        );
    });
  }

  it('no choice without tools', () => {
    for (const tool_choice of ['auto', 'required', 'none'] as const) {
      const { body } = translateNative({ tools: [], tool_choice, parallel_tool_calls: true });
      assert.ok(!('tool_choice' in body) && !('parallel_tool_calls' in body) && !('tools' in body));
    }
  });
});

describe('native requests: calls and outputs', () => {
  it('are renamed as their tools are', () => {
    const input = [USER, call('c', 'echo', { namespace: 'mcp__tiny' }), output('c')];
    assert.deepEqual(inputOf(input)[1], {
      type: 'function_call',
      name: 'mcp__tiny__echo',
      arguments: '{}',
      call_id: 'c',
    });
    assert.deepEqual(inputOf(input, FULL)[1], {
      type: 'function_call',
      namespace: 'mcp__tiny',
      name: 'echo',
      arguments: '{}',
      call_id: 'c',
    });
  });

  it('keep the namespace of all functions only where it is declared', () => {
    const history = [USER, call('c', 'run', { namespace: 'functions' }), output('c')];
    const lite: InputItem = {
      type: 'additional_tools',
      tools: [{ ...MCP, name: 'functions', tools: [RUN] }],
    };
    assert.equal(inputOf(history, FULL)[1]?.['namespace'], undefined);
    assert.equal(inputOf([lite, ...history], FULL)[2]?.['namespace'], 'functions');
    assert.equal(inputOf([lite, ...history])[1]?.['namespace'], undefined);
    assert.deepEqual(
      toolsOf([], {}, [lite, USER]).map(({ name }) => name),
      ['run'],
    );
  });

  it('change their kind with their tool, output included', () => {
    const input: InputItem[] = [
      USER,
      { type: 'custom_tool_call', call_id: 'c', name: 'apply_patch', input: '*** x' },
      { type: 'custom_tool_call_output', call_id: 'c', output: 'done' },
      { type: 'local_shell_call', call_id: 'l', action: { command: ['ls'] } },
      { type: 'local_shell_call_output', call_id: 'l', output: 'a' },
    ];
    const types = ['function_call', 'function_call_output'];
    assert.deepEqual(typesOf(inputOf(input)), ['user', ...types, ...types]);
    assert.equal(inputOf(input)[1]?.['arguments'], '{"input":"*** x"}');
    assert.deepEqual(typesOf(inputOf(input, FULL)), [
      'user',
      'custom_tool_call',
      'custom_tool_call_output',
      ...types,
    ]);
    assert.equal(inputOf(input, FULL)[1]?.['input'], '*** x');
  });

  const orders: [what: string, input: InputItem[], last: string[], asMade?: string[]][] = [
    [
      'as they should be',
      [USER, call('a'), call('b'), output('a'), output('b')],
      ['user', 'a', 'b', '=a', '=b'],
    ],
    [
      'a word between',
      [USER, call('a'), say('x'), output('a')],
      ['user', 'assistant', 'a', '=a'],
      ['user', 'a', 'assistant', '=a'],
    ],
    ['a user between', [USER, call('a'), USER, output('a')], ['user', 'user', 'a', '=a']],
    [
      'thinking between',
      [USER, reasoning(), call('a'), reasoning(), call('b'), output('a'), output('b')],
      ['user', 'reasoning', 'reasoning', 'a', 'b', '=a', '=b'],
      ['user', 'reasoning', 'a', 'reasoning', 'b', '=a', '=b'],
    ],
    [
      'outputs in another order',
      [USER, call('a'), call('b'), output('b'), output('a')],
      ['user', 'a', 'b', '=a', '=b'],
    ],
    ['a missing output', [USER, call('a'), USER], ['user', 'a', '=a', 'user']],
    ['an output without a call', [USER, output('gone'), USER], ['user', 'user', 'user']],
    [
      'a call that is sent again with its output',
      [USER, call('a'), call('a'), output('a')],
      ['user', 'a', '=a'],
    ],
    [
      'an id that recurs',
      [USER, call('a'), output('a', '1'), call('a'), output('a', '2')],
      ['user', 'a', '=a', 'a_2', '=a_2'],
    ],
    [
      'an output that has its id elsewhere',
      [USER, call('a'), { type: 'function_call_output', id: 'a', output: 'x' }],
      ['user', 'a', '=a'],
    ],
    [
      'an output without any id',
      [USER, call('a'), { type: 'function_call_output', output: 'x' }],
      ['user', 'a', '=a'],
    ],
    [
      'a summary of all',
      [USER, call('a'), output('a'), say('x'), { type: 'compaction', encrypted_content: 'crs1.cw==' }, USER],
      ['user', 'user', 'user'],
    ],
  ];
  const keys = (items: readonly JsonObject[]) =>
    items.map(({ type, role, call_id }) => {
      if (call_id === undefined) return role ?? type;
      return String(type).endsWith('output') ? `=${String(call_id)}` : call_id;
    });
  for (const [what, input, last, asMade = last] of orders) {
    it(`in order: ${what}`, () => {
      const sent = inputOf(input);
      assert.deepEqual(keys(sent), last);
      assertCallsAreAnswered(sent);
      assert.deepEqual(keys(inputOf(input, { callOrder: 'as-made' })), asMade);
    });
  }

  it('a missing output is said to be missing, an orphan keeps its text', () => {
    const sent = inputOf([USER, call('a'), USER, output('gone', 'words of a tool')]);
    assert.match(String(sent[2]?.['output']), /no output was recorded/);
    assert.match(JSON.stringify(sent), /words of a tool/);
  });

  it('an output that names no call is the oldest call', () => {
    for (const named of [{}, { id: 'c1' }, { id: 'fco_1' }, { id: null, call_id: null }]) {
      const nameless = { type: 'function_call_output', output: 'ran', ...named };
      const input = inputOf([USER, call('c1', 'run'), call('c2', 'run'), nameless, output('c2')]);
      assert.deepEqual(
        input.slice(-2).map((item) => [item['call_id'], item['output']]),
        [
          ['c1', 'ran'],
          ['c2', output('c2').output],
        ],
      );
    }
  });

  it('ids that are too long get an alias, the same for both', () => {
    const long = 'x'.repeat(80);
    const [, made, answered] = inputOf([USER, call(long), output(long)]);
    assert.ok(String(made?.['call_id']).length <= 64);
    assert.equal(made?.['call_id'], answered?.['call_id']);
    assert.equal(inputOf([USER, call(long), output(long)], { callIds: 'any' })[1]?.['call_id'], long);
  });

  it('gives outputs of different calls with one id to them in order, and leaves out text without a word', () => {
    const calls = [call('a', 'run', { arguments: '{"x":1}' }), call('a', 'run', { arguments: '{"x":2}' })];
    const sent = inputOf([USER, say('\n'), ...calls, output('a', 'one'), output('a', 'two')]);
    assert.deepEqual(
      sent.map(({ type, call_id, output: told }) =>
        [type, call_id, told].filter((part) => part !== undefined),
      ),
      [
        ['message'],
        ['function_call', 'a'],
        ['function_call', 'a_2'],
        ['function_call_output', 'a', 'one'],
        ['function_call_output', 'a_2', 'two'],
      ],
    );
  });

  it('arguments that are not a JSON object become one', () => {
    for (const given of ['{broken', '[1]', '', null]) {
      const [, made] = inputOf([USER, call('a', 'run', { arguments: given }), output('a')]);
      assert.equal(typeof JSON.parse(String(made?.['arguments'])), 'object');
    }
  });

  const IMAGE = { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' };
  const parts = [{ type: 'input_text', text: 'see' }, IMAGE];
  it('outputs are text, and images follow', () => {
    const sent = inputOf([USER, call('a'), call('b'), output('a', parts), output('b')]);
    assert.deepEqual(typesOf(sent), [
      'user',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
      'user',
    ]);
    assert.match(String(sent[3]?.['output']), /^see\n\[the output is an image/);
    assert.deepEqual(listOf(sent[5]?.['content'])[1], IMAGE);
  });

  it('outputs may be parts, with the images in them', () => {
    assert.deepEqual(inputOf([USER, call('a'), output('a', parts)], FULL)[2]?.['output'], parts);
  });

  it('outputs have no images for models that cannot see', () => {
    for (const native of [{}, FULL]) {
      const json = JSON.stringify(
        inputOf([{ ...USER, content: parts }, call('a'), output('a', parts)], native, { userImages: 'note' }),
      );
      assert.ok(!json.includes('base64'));
      assert.match(json, /reads text only/);
    }
  });

  it('an output in parts keeps them, with files and whatever is not a part', () => {
    const texts = [
      { type: 'input_text', text: 'a' },
      { type: 'input_text', text: 'b' },
    ];
    const file = { type: 'input_file', filename: 'a.pdf', file_data: 'AA==' };
    const said = (given: InputItem['output']) =>
      inputOf([USER, call('a'), output('a', given)], FULL)[2]?.['output'];
    assert.deepEqual(said([...texts, file]), [...texts, file]);
    assert.deepEqual(said([null, 'x', { a: 1 }, IMAGE] as never), [
      { type: 'input_text', text: 'null' },
      { type: 'input_text', text: 'x' },
      { type: 'input_text', text: '{"a":1}' },
      IMAGE,
    ]);
    assert.equal(inputOf([USER, call('a'), output('a', texts)])[2]?.['output'], 'a\nb');
  });

  it('an empty output is said to be empty', () => {
    assert.equal(inputOf([USER, call('a'), output('a', '')])[2]?.['output'], '[empty output]');
    assert.equal(inputOf([USER, call('a'), output('a', [])], FULL)[2]?.['output'] !== undefined, true);
  });
});

describe('native requests: messages', () => {
  it('late instructions', () => {
    const late: InputItem = {
      type: 'message',
      role: 'developer',
      content: [{ type: 'input_text', text: 'Late.' }],
    };
    const first: InputItem = { ...late, content: 'First.' };
    const input = [first, { ...first, content: 'Second.' }, USER, late, USER];
    assert.deepEqual(
      inputOf(input).map(({ role, content }) => [role, content]),
      [
        ['developer', 'First.\n\nSecond.'],
        ['user', 'Hi'],
        ['user', '[instructions]\nLate.'],
        ['user', 'Hi'],
      ],
    );
    assert.deepEqual(typesOf(inputOf(input, FULL)), ['developer', 'developer', 'user', 'developer', 'user']);
    assert.deepEqual(typesOf(inputOf(input, { lateInstructions: 'fold', instructionRole: 'system' })), [
      'system',
      'user',
      'user',
    ]);
    const { body } = translateNative({ input, instructions: 'Zeroth.' }, { instructions: 'message' });
    assert.match(String(body.input[0]?.['content']), /^Zeroth\.\n\nFirst\./);
  });

  it('several texts are joined if only one part is read', () => {
    const content = ['a', 'b'].map((text) => ({ type: 'input_text', text }));
    assert.deepEqual(inputOf([{ ...USER, content }])[0]?.['content'], [{ type: 'input_text', text: 'a\nb' }]);
    assert.deepEqual(inputOf([{ ...USER, content }], FULL)[0]?.['content'], content);
  });

  it('files', () => {
    const content = [
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' },
    ];
    assert.match(JSON.stringify(inputOf([{ ...USER, content }])), /file a\.pdf was attached/);
    assert.deepEqual(inputOf([{ ...USER, content }], FULL)[0]?.['content'], content);
  });

  it('of agents, and of unknown kinds, keep their text', () => {
    const agent: InputItem = {
      type: 'agent_message',
      author: 'a',
      recipient: 'b',
      content: [{ type: 'input_text', text: 'From an agent.' }],
    };
    const odd: InputItem = { type: 'odd', content: 'Odd.' };
    assert.deepEqual(typesOf(inputOf([agent, odd])), ['user', 'user']);
    assert.match(JSON.stringify(inputOf([agent, odd])), /From an agent\..*Odd\./);
    assert.deepEqual(inputOf([agent], FULL)[0], { ...agent });
  });

  it('an old web search is kept if its kind is known', () => {
    const search: InputItem = {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'q' },
    };
    assert.deepEqual(inputOf([USER, search]).length, 1);
    const action = { type: 'search', query: 'q', queries: ['q'] };
    assert.deepEqual(inputOf([USER, search], FULL)[1], { ...search, action });
  });

  it('ids and states are sent only if a server insists on them', () => {
    const input = [USER, reasoning(), say('x'), call('a'), output('a')];
    const [, thought, message, made] = inputOf(input, { itemIds: 'all', itemStatus: true });
    assert.deepEqual(
      [thought, message, made].map((item) => [item?.['id'], item?.['status']]),
      [
        ['rs_1', 'completed'],
        ['msg_2', 'completed'],
        ['fc_3', 'completed'],
      ],
    );
    assert.deepEqual(
      inputOf(input, { itemIds: 'reasoning' }).map(({ id }) => id),
      [undefined, 'rs_1', undefined, undefined, undefined],
    );
  });

  it('a phase is sent if it is known', () => {
    const message = { ...say('x'), phase: 'final_answer' };
    assert.equal(inputOf([message])[0]?.['phase'], undefined);
    assert.equal(inputOf([message], FULL)[0]?.['phase'], 'final_answer');
  });
});

describe('native requests: reasoning', () => {
  const both = { text: 'T', item: { summary: ['S'], sealed: 'blob' } };
  const content = [{ type: 'reasoning_text', text: 'T' }];
  const summary = [{ type: 'summary_text', text: 'S' }];
  const cases: [
    what: string,
    parts: Partial<ProviderReasoning>,
    native: Partial<NativeProfile>,
    expected: JsonObject | undefined,
  ][] = [
    ['as it came', both, {}, { summary, content, encrypted_content: 'blob' }],
    [
      "with its vendor's marks",
      { ...both, item: { ...both.item, format: 'f', signature: 's' } },
      {},
      { summary, content, encrypted_content: 'blob', format: 'f', signature: 's' },
    ],
    ['readable text alone', both, { reasoningIn: 'text' }, { summary: [], content }],
    [
      'a summary in the place of text',
      { ...both, text: '' },
      { reasoningIn: 'text' },
      { summary: [], content: [{ type: 'reasoning_text', text: 'S' }] },
    ],
    ['sealed content alone', both, { reasoningIn: 'sealed' }, { summary, encrypted_content: 'blob' }],
    [
      'with the nulls that it was sealed with',
      both,
      { reasoningIn: 'sealed', nullFields: true },
      { summary, content: null, encrypted_content: 'blob' },
    ],
    ['nothing sealed', { text: 'T' }, { reasoningIn: 'sealed' }, undefined],
    [
      'text as sealed content',
      { text: 'T' },
      { reasoningIn: 'text-as-sealed' },
      { summary: [], encrypted_content: 'T' },
    ],
    ['never', both, { reasoningIn: 'never' }, undefined],
    ['of another provider', { ...both, provider: 'other' }, {}, undefined],
    ['of another family', { ...both, model: 'gpt-5' }, {}, undefined],
    ['of the Chat road', { text: 'T' }, {}, { summary: [], content }],
    ['nothing at all', { text: '', item: { summary: [] } }, {}, undefined],
  ];
  for (const [what, parts, native, expected] of cases) {
    it(what, () => {
      const [, item] = inputOf([USER, reasoning(parts)], native);
      assert.deepEqual(item, expected && { type: 'reasoning', ...expected });
    });
  }

  it('that was sealed by another service is not sent', () => {
    const foreign: InputItem = { type: 'reasoning', summary: [], content: null, encrypted_content: 'gAAAA' };
    assert.deepEqual(inputOf([USER, foreign, { ...foreign, encrypted_content: null }]), inputOf([USER]));
  });

  it('of a native answer is carried on by Chat Completions', () => {
    const input = [USER, reasoning(both), call('a'), output('a')];
    const { body } = toChatRequest(requestOf({ input }), {
      profile: PROFILE,
      model: 'model-1',
      seal: PLAIN_SEAL,
    });
    assert.equal(body.messages.find(({ role }) => role === 'assistant')?.['reasoning_content' as never], 'T');
  });
});

describe('native requests: whatever the history holds', () => {
  const id = fc.constantFrom('a', 'b', 'c', '', 'x'.repeat(80));
  const item: fc.Arbitrary<InputItem> = fc.oneof(
    fc.record({
      type: fc.constantFrom('function_call', 'custom_tool_call', 'tool_search_call', 'local_shell_call'),
      call_id: id,
      name: fc.constantFrom('run', 'apply_patch', 'echo', 'gone'),
      namespace: fc.constantFrom(undefined, 'mcp__tiny'),
      arguments: fc.constantFrom('{}', '{"a":1}', 'x'),
      input: fc.constantFrom('', 'p'),
    }),
    fc.record({
      type: fc.constantFrom(
        'function_call_output',
        'custom_tool_call_output',
        'tool_search_output',
        'local_shell_call_output',
      ),
      call_id: id,
      output: fc.constantFrom<InputItem['output']>('', 'o', [{ type: 'input_text', text: 'o' }], null),
      tools: fc.constantFrom([MCP], undefined),
    }),
    fc.record({
      type: fc.constant('message'),
      role: fc.constantFrom('user', 'assistant', 'developer', 'system'),
      content: fc.constantFrom('', 'said', [{ type: 'input_text', text: 'part' }]),
    }),
    fc.constantFrom<InputItem>(
      reasoning(),
      reasoning({ provider: 'other' }),
      { type: 'odd', content: 'odd' },
      { type: 'compaction', encrypted_content: 'crs1.cw==' },
      { type: 'additional_tools', tools: [RUN] },
      { type: 'web_search_call', action: null },
      { type: 'item_reference', id: 'x' },
    ),
  );
  const history = fc.array(item, { maxLength: 12 });

  /** What one round of a thread adds, as Codex sends it. */
  const round: fc.Arbitrary<InputItem[]> = fc
    .record({
      thinks: fc.boolean(),
      speaks: fc.boolean(),
      ids: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
      isCustom: fc.boolean(),
      late: fc.constantFrom<InputItem[]>(
        [],
        [USER],
        [{ type: 'message', role: 'developer', content: 'Late.' }],
        [
          { type: 'tool_search_call', call_id: 's', arguments: {} },
          { type: 'tool_search_output', call_id: 's', tools: [MCP] },
        ],
      ),
    })
    .map(({ thinks, speaks, ids, isCustom, late }) => [
      ...(thinks ? [reasoning({ item: { summary: ['S'], sealed: 'blob' } })] : []),
      ...(speaks ? [say('x')] : []),
      ...ids.map((own) =>
        isCustom ? { type: 'custom_tool_call', call_id: own, name: 'apply_patch', input: 'p' } : call(own),
      ),
      ...ids.map((own) => ({
        type: isCustom ? 'custom_tool_call_output' : 'function_call_output',
        call_id: own,
        output: 'o',
      })),
      ...late,
    ]);

  it('what was sent stays the same, round after round', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 6 }), fc.constantFrom({}, FULL), (rounds, native) => {
        let input: InputItem[] = [USER];
        let before: JsonObject[] = [];
        for (const items of rounds) {
          input = [...input, ...items];
          const sent = translateNative({ input, tools: TOOLS }, native).body.input;
          assert.deepEqual(sent.slice(0, before.length), before);
          before = sent;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the rules hold, and the same gives the same', () => {
    fc.assert(
      fc.property(history, (input) => {
        const fields = { input: [USER, ...input], tools: TOOLS };
        const { body } = translateNative(fields);
        assertNativeRules(body);
        assert.deepEqual(translateNative(structuredClone(fields)).body, body);
        assertCallsAreAnswered(
          translateNative(fields, { ...FULL, toolSearch: false, callOrder: 'last' }).body.input,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
