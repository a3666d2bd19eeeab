/** Calls as models and gateways really send them: what they mean, and what is never offered. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatChunk, ChatToolCallDelta } from '../../../src/wire/chat.ts';
import { outputOf } from '../../support/output-line.ts';
import { deltaChunk, finishChunk } from '../../support/scripted-upstream.ts';
import { eventsOf, streamFor } from '../../support/translating.ts';

type Fragment = Omit<ChatToolCallDelta, 'function'> & { name?: string | null; args?: unknown };

/** One chunk with these fragments. */
function calls(...fragments: Fragment[]): ChatChunk {
  const tool_calls = fragments.map(({ name, args, ...rest }) => ({
    ...rest,
    function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
  }));
  return deltaChunk({ tool_calls: tool_calls as ChatToolCallDelta[] });
}

const END = finishChunk('tool_calls');
const tool = (name: string, type = 'function') => ({ type, name });
const TOOLS = {
  tools: [tool('run'), tool('exec'), tool('exec_command'), tool('ping'), tool('patch', 'custom')],
};
const run = (args: unknown) => [calls({ index: 0, id: 'c', name: 'run', args }), END];

const CALLS: [what: string, chunks: ChatChunk[], output: string][] = [
  // ------------------------------------------------------------------------------------- arguments
  ['arguments null', run(null), 'c:run{}'],
  ['arguments "null"', run('null'), 'c:run{}'],
  ['arguments as an empty list', run([]), 'c:run{}'],
  ['arguments as a list, which Codex would take for fields', run('["ls"]'), 'c:run"[\\"ls\\"]"'],
  ['arguments as a list of one object', run(' [{"x":1}]'), 'c:run"[{\\"x\\":1}]"'],
  ['arguments in a string', run('"{\\"x\\": \\"y\\"}"'), 'c:run{"x": "y"}'],
  ['a line end in a string', run('{"x":"a\nb"}'), 'c:run{"x":"a\\nb"}'],
  ['an invalid escape', run('{"x":"grep \\d+"}'), 'c:run{"x":"grep \\\\d+"}'],
  ['arguments twice', run('{"x":1}{"x":1}'), 'c:run{"x":1}'],
  ['arguments that are not JSON: the client tells the model', run('{x: 1}'), 'c:run{x: 1}'],
  ['arguments as Python writes them', run("{'x': True}"), 'c:run{"x": true}'],
  ['a comma before the end', run('{"x":[1,],}'), 'c:run{"x":[1]}'],
  ['arguments in a code fence', run('```json\n{"x":1}\n```'), 'c:run{"x":1}'],
  [
    'free text with a comma after it',
    [calls({ index: 0, id: 'c', name: 'patch', args: '{"input":"a",}' }), END],
    'c:patch<a>',
  ],
  [
    'free text in single quotes',
    [calls({ index: 0, id: 'c', name: 'patch', args: "{'input': 'a \"b\"\\n'}" }), END],
    'c:patch<a "b"\n>',
  ],
  [
    'free text in a code fence',
    [calls({ index: 0, id: 'c', name: 'patch', args: '```json\n{"input":"a"}\n```' }), END],
    'c:patch<a>',
  ],
  ['arguments without an object: the client tells the model', run('ls -la'), 'c:runls -la'],
  ['half arguments behind a finish reason', run('{"x":"a'), '[failed upstream_error]'],
  [
    'half arguments, cut by the token limit',
    [calls({ index: 0, id: 'c', name: 'run', args: '{"x":"a' }), finishChunk('length')],
    '[incomplete ]',
  ],
  [
    'arguments that are not JSON, cut by the token limit',
    [calls({ index: 0, id: 'c', name: 'run', args: 'ls -' }), finishChunk('length')],
    '[incomplete ]',
  ],
  [
    'arguments that are not JSON, without a finish reason',
    run('{x: 1}').slice(0, 1),
    '[failed upstream_error]',
  ],
  [
    'arguments that grow with every chunk',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x' }),
      calls({ index: 0, args: '{"x":"a' }),
      calls({ index: 0, args: '{"x":"a"}' }),
      END,
    ],
    'c:run{"x":"a"}',
  ],
  [
    'two tools at one index, without ids',
    [
      calls({ index: 0, name: 'run', args: '{"x":1}' }),
      calls({ index: 0, name: 'exec', args: '{"x":2}' }),
      END,
    ],
    'call_1:run{"x":1} call_2:exec{"x":2}',
  ],
  [
    'two tools at one index, without ids and arguments',
    [
      calls({ index: 0, name: 'run', args: '{}' }),
      calls({ index: 0, name: 'ping', args: '{}' }),
      calls({ index: 0, name: 'exec' }),
      calls({ index: 0, name: 'run' }),
      END,
    ],
    'call_1:run{} call_2:ping{} call_3:exec{} call_4:run{}',
  ],
  [
    "a tool's name, and then another's with arguments: never those for the first",
    [
      calls({ index: 0, id: 'c', name: 'run' }),
      calls({ index: 0, name: 'ping' }),
      calls({ index: 0, args: '{"x":1}' }),
      END,
    ],
    'c:run{} call_1:ping{"x":1}',
  ],
  [
    'two calls of one tool at one index, without ids, name and arguments apart',
    [
      calls({ index: 0, name: 'run', args: '' }),
      calls({ index: 0, args: '{"x":1}' }),
      calls({ index: 0, name: 'run', args: '' }),
      calls({ index: 0, args: '{"x"' }),
      calls({ index: 0, args: ':2}' }),
      END,
    ],
    'call_1:run{"x":1} call_2:run{"x":2}',
  ],
  [
    'the same, but the first once more',
    [
      calls({ index: 0, name: 'run', args: '' }),
      calls({ index: 0, args: '{"x":1}' }),
      calls({ index: 0, name: 'run', args: '' }),
      calls({ index: 0, args: '{"x": 1}' }),
      END,
    ],
    'call_1:run{"x":1}',
  ],
  [
    'two calls of one tool at one index, without ids, the second in fragments',
    [
      calls({ index: 0, name: 'run', args: '{"x":1}' }),
      calls({ index: 0, name: 'run', args: '{"x"' }),
      calls({ index: 0, args: ':2}' }),
      END,
    ],
    'call_1:run{"x":1} call_2:run{"x":2}',
  ],
  ...['', '\n', '}'].map((last): [string, ChatChunk[], string] => [
    `a name with every fragment, without ids, the last one ${JSON.stringify(last)}`,
    [
      calls({ index: 0, name: 'run', args: '{"x"' }),
      calls({ index: 0, name: 'run', args: ':1}' }),
      calls({ index: 0, name: 'run', args: last }),
      END,
    ],
    `call_1:run{"x":1}${last.trim() === '' ? last : ''}`,
  ]),
  [
    'a call at one index that is repeated, without ids',
    [
      calls({ index: 0, name: 'run', args: '{"x":1}' }),
      calls({ index: 0, name: 'run', args: '{"x":1}' }),
      END,
    ],
    'call_1:run{"x":1}',
  ],
  [
    'half a character behind whole arguments, and another call',
    [
      calls({ index: 0, id: 'a', name: 'run', args: '{"x":1}' }),
      calls({ index: 0, args: '\ud83d' }),
      calls({ index: 1, id: 'b', name: 'run', args: '{"x":2}' }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  // ----------------------------------------------------------------------------------------- names
  [
    'a name that comes after the arguments',
    [calls({ index: 0, id: 'c', args: '{"x":' }), calls({ index: 0, name: 'run', args: '1}' }), END],
    'c:run{"x":1}',
  ],
  [
    'a name that comes last',
    [calls({ index: 0, id: 'c', args: '{"x":1}' }), calls({ index: 0, name: 'run' }), END],
    'c:run{"x":1}',
  ],
  [
    "a name whose first fragment is another tool's",
    [
      calls({ index: 0, id: 'c', name: 'exec' }),
      calls({ index: 0, name: '_command' }),
      calls({ index: 0, args: '{"x":1}' }),
      END,
    ],
    'c:exec_command{"x":1}',
  ],
  [
    'the same, with arguments in each fragment',
    [
      calls({ index: 0, id: 'c', name: 'exec', args: '{"x"' }),
      calls({ index: 0, name: '_command', args: ':1}' }),
      END,
    ],
    'c:exec_command{"x":1}',
  ],
  [
    'the same, with all arguments in the first',
    [calls({ index: 0, id: 'c', name: 'exec', args: '{"x":1}' }), calls({ index: 0, name: '_command' }), END],
    'c:exec_command{"x":1}',
  ],
  [
    "a short name with all arguments, and another tool's",
    [
      calls({ index: 0, name: 'exec', args: '{"x":1}' }),
      calls({ index: 0, name: 'exec_command', args: '{"x":2}' }),
      END,
    ],
    'call_1:exec{"x":1} call_2:exec_command{"x":2}',
  ],
  [
    "a name that goes on after it was another tool's: never that tool",
    [
      calls({ index: 0, id: 'c', name: 'exec' }),
      calls({ index: 0, args: '{"x"' }),
      calls({ index: 0, name: '_command', args: ':1}' }),
      END,
    ],
    '[failed upstream_error]',
  ],
  [
    'a name that grows with every chunk',
    [
      calls({ index: 0, id: 'c', name: 'ex' }),
      calls({ index: 0, name: 'exec' }),
      calls({ index: 0, name: 'exec_command', args: '{"x"' }),
      calls({ index: 0, name: 'exec_command', args: ':1}' }),
      END,
    ],
    'c:exec_command{"x":1}',
  ],
  [
    'a short name that is repeated',
    [
      calls({ index: 0, id: 'c', name: 'exec', args: '{"x"' }),
      calls({ index: 0, name: 'exec', args: ':1}' }),
      END,
    ],
    'c:exec{"x":1}',
  ],
  [
    'a short name',
    [calls({ index: 0, id: 'c', name: 'exec' }), calls({ index: 0, args: '{"x":1}' }), END],
    'c:exec{"x":1}',
  ],
  [
    'a decorated name that grows with every chunk',
    [
      calls({ index: 0, id: 'c', name: 'functions.' }),
      calls({ index: 0, name: 'functions.exec' }),
      calls({ index: 0, name: 'functions.exec_command', args: '{"x":1}' }),
      END,
    ],
    'c:exec_command{"x":1}',
  ],
  ['a short name without arguments', [calls({ index: 0, id: 'c', name: 'exec' }), END], 'c:exec{}'],
  [
    'a name that nobody declared',
    [calls({ index: 0, id: 'c', name: 'what', args: '{"x":1}' }), END],
    'c:what{"x":1}',
  ],
  ...[
    'run\n',
    ' run ',
    'functions.run',
    'function.run',
    'tools.run',
    'functions::run',
    'default_api:run',
    'functions.run:0',
    'run<|channel|>commentary',
    'run<|channel|>json',
    '<|start|>run',
    'functions.run<|constrain|>json',
    'run<｜tool▁sep｜>',
    '"run"',
    '`run`',
    'run()',
    'Run',
    'RUN',
    'tool_use:run',
    'assistant to=functions.run',
    'run commentary',
    'run\n{"x":1}',
    '<function=run>',
    'run.',
    'functions_run',
    'functions-run',
    'default_api_run',
    'assistant<|channel|>commentary to=functions.run',
    '<|channel|>commentary to=run <|constrain|>json',
  ].map((name): [string, ChatChunk[], string] => [
    `the name ${JSON.stringify(name)}`,
    [calls({ index: 0, id: 'c', name, args: '{"x":1}' }), END],
    'c:run{"x":1}',
  ]),
  ...['exec-command', 'Exec_Command', 'execCommand', 'exec command'].map(
    (name): [string, ChatChunk[], string] => [
      `the name ${JSON.stringify(name)}, which one tool has but for its writing`,
      [calls({ index: 0, id: 'c', name, args: '{"x":1}' }), END],
      'c:exec_command{"x":1}',
    ],
  ),
  ...['run.exec', 'other.run', 'run_0', 'runs', 'run the tests'].map(
    (name): [string, ChatChunk[], string] => [
      `the name ${JSON.stringify(name)}, which means none for certain`,
      [calls({ index: 0, id: 'c', name, args: '{"x":1}' }), END],
      `c:${name}{"x":1}`,
    ],
  ),
  [
    'a decorated name in fragments',
    [
      calls({ index: 0, id: 'c', name: 'functions' }),
      calls({ index: 0, name: '.exec' }),
      calls({ index: 0, name: '_command' }),
      calls({ index: 0, name: '<|channel|>', args: '{"x":1}' }),
      END,
    ],
    'c:exec_command{"x":1}',
  ],
  // --------------------------------------------------------------------------- which call is which
  [
    'one id at two indices',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
      calls({ index: 1, id: 'c', name: 'run', args: '{"x":2}' }),
      END,
    ],
    'c:run{"x":1} call_1:run{"x":2}',
  ],
  [
    'one id for all calls, at one index',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
      calls({ index: 0, id: 'c', name: 'ping', args: '{"x":2}' }),
      calls({ index: 0, id: 'c', name: 'ping', args: '{"x"' }),
      calls({ index: 0, id: 'c', args: ':3}' }),
      END,
    ],
    'c:run{"x":1} call_1:ping{"x":2} call_2:ping{"x":3}',
  ],
  [
    'one id for all calls, no index, in one chunk',
    [calls({ id: 'c', name: 'run', args: '{"x":1}' }, { id: 'c', name: 'run', args: '{"x":2}' }), END],
    'c:run{"x":1} call_1:run{"x":2}',
  ],
  [
    'one id at two indices, interleaved',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '' }),
      calls({ index: 1, id: 'c', name: 'ping', args: '' }),
      calls({ index: 0, id: 'c', args: '{"x":1}' }),
      calls({ index: 1, id: 'c', args: '{"x":2}' }),
      END,
    ],
    'c:run{"x":1} call_1:ping{"x":2}',
  ],
  [
    'one call at a new index each time',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x"' }),
      calls({ index: 1, id: 'c', name: 'run', args: ':1' }),
      calls({ index: 2, id: 'c', args: '}' }),
      END,
    ],
    'c:run{"x":1}',
  ],
  [
    'an id per chunk',
    [
      calls({ index: 0, id: 'a1', name: 'run', args: '{"x":' }),
      calls({ index: 0, id: 'a2', name: 'run', args: '"y"' }),
      calls({ index: 0, id: 'a3', name: 'run', args: '}' }),
      END,
    ],
    'a1:run{"x":"y"}',
  ],
  [
    'an id per chunk, with a nested object',
    [
      calls({ index: 0, id: 'a1', name: 'run', args: '' }),
      calls({ index: 0, id: 'a2', name: 'run', args: '{"x":' }),
      calls({ index: 0, id: 'a3', name: 'run', args: '{"y":1}' }),
      calls({ index: 0, id: 'a4', name: 'run', args: '}' }),
      END,
    ],
    'a1:run{"x":{"y":1}}',
  ],
  [
    'an id per chunk, no index',
    [calls({ id: 'a1', name: 'run', args: '{"x":' }), calls({ id: 'a2', name: 'run', args: '"y"}' }), END],
    'a1:run{"x":"y"}',
  ],
  [
    'interleaved calls without an index',
    [
      calls({ id: 'a', name: 'run', args: '{"x":' }),
      calls({ id: 'b', name: 'run', args: '{"x":' }),
      calls({ id: 'a', args: '1}' }),
      calls({ id: 'b', args: '2}' }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  [
    'two calls in one chunk without an index, after another one',
    [
      calls({ id: 'a', name: 'run', args: '{"x":1}' }),
      calls({ id: 'b', name: 'run' }, { id: 'c', name: 'run' }),
      calls({ id: 'b', args: '{"x":2}' }),
      calls({ id: 'c', args: '{"x":3}' }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2} c:run{"x":3}',
  ],
  [
    'an index that is text',
    [
      calls({ index: '0', id: 'a', name: 'run', args: '{"x"' }),
      calls({ index: '1', id: 'b', name: 'run', args: '{"x":2}' }),
      calls({ index: '0', args: ':1}' }),
      END,
    ],
    'a:run{"x":1} b:run{"x":2}',
  ],
  // ------------------------------------------------------------------------------- the same again
  [
    'a whole call once more, in one chunk',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":' }),
      calls({ index: 0, args: '1}' }),
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
      END,
    ],
    'c:run{"x":1}',
  ],
  [
    'a whole call once more, in fragments',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
      calls({ index: 0, id: 'c', name: 'run', args: '{"x"' }),
      calls({ index: 0, args: ':1}' }),
      END,
    ],
    'c:run{"x":1}',
  ],
  [
    'a whole call once more, without an id',
    [
      calls({ index: 0, name: 'run', args: '{"x":1}' }),
      calls({ index: 0, name: 'run', args: '{"x":1}' }),
      END,
    ],
    'call_1:run{"x":1}',
  ],
  [
    'a whole call once more, at another index, in fragments',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
      calls({ index: 1, id: 'c', name: 'run', args: '{"x"' }),
      calls({ index: 1, args: ':1}' }),
      END,
    ],
    'c:run{"x":1}',
  ],
  [
    'a whole call once more, behind the finish reason',
    [
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
      END,
      calls({ index: 0, id: 'c', name: 'run', args: '{"x":1}' }),
    ],
    'c:run{"x":1}',
  ],
  [
    'the same call with an id of its own: two',
    [
      calls({ index: 0, id: 'a', name: 'ping', args: '{"x":1}' }),
      calls({ index: 1, id: 'b', name: 'ping', args: '{"x":1}' }),
      END,
    ],
    'a:ping{"x":1} b:ping{"x":1}',
  ],
  // ------------------------------------------------------------------------------------- free text
  ...(
    [
      ['*** Begin Patch\n+a', '*** Begin Patch\n+a'],
      ['"*** Begin Patch"', '*** Begin Patch'],
      ['{"input":"a"}}', 'a'],
      ['{"input":"a\\db\nc"}', 'a\\db\nc'],
      ['{"patch":"a"}', 'a'],
      ['{"input":{"patch":"a"}}', 'a'],
      ['{"input":["a"]}', 'a'],
      ['["a"]', 'a'],
      ['{}', ''],
      ['{"input":null}', ''],
      ['null', ''],
      ['', ''],
      ['{"x":1}', '{"x":1}'],
    ] as const
  ).map(([args, text]): [string, ChatChunk[], string] => [
    `free text as ${JSON.stringify(args)}`,
    [calls({ index: 0, id: 'c', name: 'patch', args }), END],
    `c:patch<${text}>`,
  ]),
];

/** Codex's own tool takes a patch and nothing else. */
const DIFF = '*** Begin Patch\n*** Add File: a\n+x "q" \\d\n*** End Patch';
const json = JSON.stringify;
const PATCHES: [what: string, args: string][] = [
  ['as declared', json({ input: DIFF })],
  ['in a code fence', json({ input: `\`\`\`diff\n${DIFF}\n\`\`\`` })],
  ['in a code fence, without JSON', `\`\`\`\n${DIFF}\n\`\`\``],
  ['in a here-document', json({ input: `apply_patch <<'EOF'\n${DIFF}\nEOF` })],
  [
    'in a here-document in a command',
    json({ command: ['bash', '-lc', `apply_patch <<'EOF'\n${DIFF}\nEOF\n`] }),
  ],
  ['in JSON in JSON', json({ input: json({ input: DIFF }) })],
  ['in a string in JSON', json({ input: json(DIFF) })],
  ['in a whole call', json({ name: 'apply_patch', arguments: json({ patch: DIFF }) })],
  ['in tags', `<parameter name="input">${DIFF}</parameter>`],
  ['in tags in JSON', json({ input: `<patch>\n${DIFF}\n</patch>` })],
  ['as a named argument', `input="${DIFF}"`],
  ['among prose', `Here it is:\n${DIFF}\nDone.`],
  ['as Python writes long texts', `{"input": """${DIFF}"""}`],
];

describe('calls', () => {
  for (const [what, args] of PATCHES) {
    it(`hold the patch ${what}, cut anywhere`, () => {
      const fields = { tools: [tool('apply_patch', 'custom')] };
      const name = 'apply_patch';
      assert.equal(
        outputOf([calls({ index: 0, id: 'c', name, args }), END], fields),
        `c:apply_patch<${DIFF}>`,
      );
      const pieces = [...args].map((piece) => calls({ index: 0, args: piece }));
      assert.equal(
        outputOf([calls({ index: 0, id: 'c', name }), ...pieces, END], fields),
        `c:apply_patch<${DIFF}>`,
      );
    });
  }

  it('hold a text for the patch tool that is none unchanged', () => {
    const fields = { tools: [tool('apply_patch', 'custom')] };
    for (const text of ['a', '', '{"a":1}', '*** Begin Patch', 'see *** Begin Patch and *** End Patch', '`'])
      assert.equal(
        outputOf(
          [calls({ index: 0, id: 'c', name: 'apply_patch', args: json({ input: text }) }), END],
          fields,
        ),
        `c:apply_patch<${text}>`,
      );
  });

  for (const [what, chunks, output] of CALLS) {
    it(`are understood: ${what}`, () => assert.equal(outputOf(chunks, TOOLS), output));
  }

  /** A call in fragments, whose name and arguments are cut anywhere. */
  const fragmented = (name: string, args: string) =>
    fc
      .tuple(cuts(name), cuts(args))
      .map(([names, pieces]) => [
        ...names.map((piece, at) => calls({ index: 0, ...(at === 0 ? { id: 'c' } : {}), name: piece })),
        ...pieces.map((piece) => calls({ index: 0, args: piece })),
        END,
      ]);

  const cuts = (text: string) =>
    fc.array(fc.nat(text.length), { maxLength: 6 }).map((at) => {
      const edges = [0, ...at.sort((a, b) => a - b), text.length];
      return edges.slice(1).map((end, piece) => text.slice(edges[piece], end));
    });

  const NAMED = {
    tools: [
      { type: 'namespace', name: 'mcp__a', tools: [tool('b.c')] },
      tool('get.weather', 'custom'),
      { type: 'namespace', name: 'mcp__long', tools: [tool('n'.repeat(70))] },
    ],
  };
  for (const [name, meant] of [
    ['mcp__a__b.c', 'mcp__a b.c'],
    ['mcp__a/b_c', 'mcp__a b.c'],
    ['mcp__a:b.c', 'mcp__a b.c'],
    ['functions.mcp.a.b.c', 'mcp__a b.c'],
    ['get_weather', ' get.weather'],
    ['functions.get.weather', ' get.weather'],
    ['getWeather', ' get.weather'],
    [`mcp__long__${'n'.repeat(70)}`, `mcp__long ${'n'.repeat(70)}`],
  ] as const) {
    it(`are understood: ${name}, as the client calls a tool that goes upstream under another name`, () => {
      const stream = streamFor(NAMED);
      eventsOf(stream, [calls({ index: 0, id: 'c', name, args: '{"input":"x"}' }), END]);
      const items = stream.response.output.map((item) =>
        'name' in item ? `${('namespace' in item && item.namespace) || ''} ${item.name}` : item.type,
      );
      assert.deepEqual(items, [meant]);
    });
  }

  const ANY_SPLIT: [name: string, args: string, output: string][] = [
    ['exec_command', '{"x":"a \\d\nb"}', 'c:exec_command{"x":"a \\\\d\\nb"}'],
    ['functions.exec_command', '{"x":1}}', 'c:exec_command{"x":1}'],
    ['exec', '"{\\"x\\":1}"', 'c:exec{"x":1}'],
    ['exec-command', '{"x":1}', 'c:exec_command{"x":1}'],
    ['Exec_Command', '{"x":1}', 'c:exec_command{"x":1}'],
    ['functions.execCommand:0', '{"x":1}', 'c:exec_command{"x":1}'],
    ['patch', '{"input":"a \\"b\\" \\d 😀\nc"}', 'c:patch<a "b" \\d 😀\nc>'],
    ['patch', '{"note":"n","patch":"*** Begin Patch\\n+a"}', 'c:patch<*** Begin Patch\n+a>'],
    ['patch', '{"input":{"diff":"a"}}', 'c:patch<a>'],
    ['patch', '{"input":"say "a" and "b""}', 'c:patch<say "a" and "b">'],
    ['patch', 'plain {text}', 'c:patch<plain {text}>'],
  ];
  for (const [name, args, output] of ANY_SPLIT) {
    it(`mean the same wherever they are cut: ${name} ${JSON.stringify(args)}`, () => {
      fc.assert(
        fc.property(fragmented(name, args), (chunks) => {
          assert.equal(outputOf(chunks, TOOLS), output);
        }),
      );
    });
  }
});
