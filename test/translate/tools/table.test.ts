import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toChatRequest } from '../../../src/translate/request/to-chat-request.ts';
import type { Tool, ToolChoice } from '../../../src/wire/responses.ts';
import { toolCallChunks } from '../../support/scripted-upstream.ts';
import { eventsOf, PROFILE, requestOf, streamFor, translate } from '../../support/translating.ts';

const echo: Tool = {
  type: 'function',
  name: 'echo',
  description: 'Echoes.',
  parameters: { type: 'object', properties: {} },
};
const tiny: Tool = { type: 'namespace', name: 'mcp__tiny', tools: [echo, { ...echo, name: 'x'.repeat(80) }] };
const patch: Tool = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
};
const LEGAL = /^[A-Za-z0-9_-]{1,64}$/;

function namesOf(tools: Tool[]): string[] {
  return translate({ tools }).tools.chatTools.map((tool) => tool.function.name);
}

/** The item that the client gets when the model calls `upstreamName`. */
function restored(tools: Tool[], upstreamName: string, args: string) {
  const stream = streamFor({ tools });
  eventsOf(stream, toolCallChunks({ id: 'call_a', name: upstreamName, arguments: args }));
  return stream.response.output[0];
}

describe('tools', () => {
  it('keeps a plain function plain, in both directions', () => {
    assert.deepEqual(translate({ tools: [echo] }).body.tools, [
      {
        type: 'function',
        function: { name: 'echo', description: 'Echoes.', parameters: { type: 'object', properties: {} } },
      },
    ]);
    assert.deepEqual(restored([echo], 'echo', '{"a":1}'), {
      type: 'function_call',
      id: 'fc_1',
      status: 'completed',
      call_id: 'call_a',
      name: 'echo',
      arguments: '{"a":1}',
    });
  });

  it('flattens a namespace, aliases what is too long, and restores namespace and name', () => {
    const [short, long] = namesOf([tiny]);
    assert.equal(short, 'mcp__tiny__echo');
    assert.match(long ?? '', LEGAL);
    for (const [upstream, name] of [
      [short, 'echo'],
      [long, 'x'.repeat(80)],
    ] as const) {
      const item = restored([tiny], upstream ?? '', '{}');
      assert.deepEqual(item?.type === 'function_call' && [item.namespace, item.name], ['mcp__tiny', name]);
    }
  });

  describe('what a namespace says about its tools', () => {
    const described = (description: string | null, names: string[], name = 'mcp__tiny'): Tool => ({
      type: 'namespace',
      name,
      description,
      tools: names.map((each) => ({
        ...echo,
        name: each,
        description: each === 'silent' ? null : `Does ${each}.`,
      })),
    });
    const rules = described('Call begin first.', ['begin', 'work']);
    const told = 'About all mcp__tiny tools: Call begin first.';

    for (const [what, tools, descriptions] of [
      ['goes to the model with the first of them', [rules], [`${told}\n\nDoes begin.`, 'Does work.']],
      ['goes with a tool that says nothing itself', [described('Call begin first.', ['silent'])], [told]],
      [
        'goes with each namespace',
        [rules, described('Be kind.', ['work'], 'mcp__b')],
        [`${told}\n\nDoes begin.`, 'Does work.', 'About all mcp__b tools: Be kind.\n\nDoes work.'],
      ],
      [
        'goes once if the namespace comes in pieces',
        [rules, described('Call begin first.', ['end'])],
        [`${told}\n\nDoes begin.`, 'Does work.', 'Does end.'],
      ],
      [
        'is left out if it says nothing',
        [
          described('Tools in the mcp__tiny namespace.', ['work']),
          described('Tools for spawning and managing sub-agents.', ['spawn'], 'multi_agent_v1'),
          described('', ['end']),
          described(null, ['halt']),
        ],
        ['Does work.', 'Does spawn.', 'Does end.', 'Does halt.'],
      ],
    ] as const) {
      it(what, () => {
        const { chatTools } = translate({ tools: [...tools] }).tools;
        assert.deepEqual(
          chatTools.map((tool) => tool.function.description),
          descriptions,
        );
      });
    }

    it('goes with the first tool that is sent', () => {
      const { tools } = toChatRequest(requestOf({ input: 'x', tools: [rules] }), {
        profile: PROFILE,
        model: 'm',
        toolDenylist: new Set(['mcp__tiny__begin']),
      });
      assert.equal(tools.chatTools[0]?.function.description, `${told}\n\nDoes work.`);
    });

    it('comes with tools that a search has found', () => {
      const input = [{ type: 'tool_search_output', call_id: 'call_s', execution: 'client', tools: [rules] }];
      const { chatTools } = translate({ input, tools: [] }).tools;
      assert.equal(chatTools[0]?.function.description, `${told}\n\nDoes begin.`);
    });
  });

  it('does not take a plain name for a namespaced one', () => {
    const item = restored([{ ...echo, name: 'mcp__tiny__other' }, tiny], 'mcp__tiny__other', '{}');
    assert.deepEqual(item?.type === 'function_call' && [item.namespace, item.name], [
      undefined,
      'mcp__tiny__other',
    ]);
  });

  it('lowers a custom tool to a function whose text is described, and restores its text', () => {
    const [tool] = translate({ tools: [patch] }).tools.chatTools;
    assert.match(
      tool?.function.description ?? '',
      /Edits files\.[\s\S]*lark grammar:\nstart: "\*\*\* Begin Patch"/,
    );
    assert.deepEqual(restored([patch], 'apply_patch', JSON.stringify({ input: 'é "quoted"\n' })), {
      type: 'custom_tool_call',
      id: 'ctc_1',
      status: 'completed',
      call_id: 'call_a',
      name: 'apply_patch',
      input: 'é "quoted"\n',
    });
  });

  for (const [what, args, input] of [
    ['another field', '{"patch":"text"}', 'text'],
    ['another field first', '{"why":1,"input":"text"}', 'text'],
    ['no JSON at all', '*** Begin Patch', '*** Begin Patch'],
    ['a JSON string', '"text"', 'text'],
    ['a wrong declared field beside the right one', '{"note":"n","input":"text"}', 'text'],
  ] as const) {
    it(`reads a custom tool's text out of ${what}`, () => {
      const stream = streamFor({ tools: [patch] });
      const events = eventsOf(stream, toolCallChunks({ id: 'a', name: 'apply_patch', arguments: args }));
      const streamed = events.map((event) =>
        event.type === 'response.custom_tool_call_input.delta' ? event.delta : '',
      );
      const item = stream.response.output[0];
      assert.equal(item?.type === 'custom_tool_call' && item.input, input);
      assert.equal(streamed.join(''), input);
    });
  }

  it('restores a tool search with its arguments as an object', () => {
    const item = restored([{ type: 'tool_search', execution: 'client' }], 'tool_search', '{"query":"x"}');
    assert.deepEqual(item, {
      type: 'tool_search_call',
      id: 'tsc_1',
      status: 'completed',
      call_id: 'call_a',
      execution: 'client',
      arguments: { query: 'x' },
    });
  });

  it('drops hosted tools and names each kind once', () => {
    const { tools, body } = translate({
      tools: [{ type: 'web_search' }, { type: 'web_search' }, { type: 'constructor' }, echo],
    });
    assert.deepEqual([...tools.dropped], ['web_search', 'constructor']);
    assert.equal(body.tools?.length, 1);
  });

  it('removes what is on the denylist, by upstream name', () => {
    const { tools } = toChatRequest(requestOf({ input: 'x', tools: [echo, tiny] }), {
      profile: PROFILE,
      model: 'm',
      toolDenylist: new Set(['mcp__tiny__echo']),
    });
    const names = tools.chatTools.map((tool) => tool.function.name);
    assert.deepEqual(names, ['echo', namesOf([tiny])[1]]);
  });

  it('takes tools out of the history (Responses Lite, tool search) and never renders them as a message', () => {
    const { body } = translate({
      input: [
        { type: 'additional_tools', tools: [echo] },
        { role: 'user', content: 'hi' },
      ],
      tools: null,
    });
    assert.equal(body.tools?.length, 1);
    assert.equal(body.messages.length, 1);
  });

  it('gives every tool a legal name of its own, the same each time', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 90 }),
      fc.constantFrom('a', 'a__b', 'b', 'a.b', 'a b', 'é'),
    );
    const tool = fc.oneof(
      fc.record({ type: fc.constant('function'), name }),
      fc.record({
        type: fc.constant('namespace'),
        name,
        tools: fc.array(fc.record({ type: fc.constant('function'), name })),
      }),
    );
    fc.assert(
      fc.property(fc.array(tool, { maxLength: 12 }), (tools) => {
        const first = translate({ tools }).tools;
        const names = first.chatTools.map((entry) => entry.function.name);
        assert.equal(new Set(names).size, names.length);
        for (const upstream of names) {
          assert.match(upstream, LEGAL);
          const declared = first.resolve(upstream);
          assert.equal(first.upstreamName(declared?.namespace, declared?.name ?? ''), upstream);
        }
        assert.deepEqual(namesOf(tools), names);
      }),
    );
  });
});

describe('tool_choice', () => {
  const tools = [echo, tiny];
  const CASES: [string, ToolChoice | undefined, unknown][] = [
    ['nothing', undefined, undefined],
    ['auto', 'auto', 'auto'],
    ['required', 'required', 'required'],
    ['none', 'none', 'none'],
    ['a function', { type: 'function', name: 'echo' }, { type: 'function', function: { name: 'echo' } }],
    [
      'a namespaced function',
      { type: 'function', namespace: 'mcp__tiny', name: 'echo' },
      { type: 'function', function: { name: 'mcp__tiny__echo' } },
    ],
    ['an unknown function', { type: 'function', name: 'nope' }, undefined],
    ['a hosted tool', { type: 'web_search' }, undefined],
    [
      'allowed tools',
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'echo' }] },
      'required',
    ],
  ];
  for (const [what, tool_choice, expected] of CASES) {
    it(`understands ${what}`, () =>
      assert.deepEqual(translate({ tools, tool_choice }).body.tool_choice, expected));
  }

  it('sends only the allowed tools', () => {
    const tool_choice = { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'echo' }] };
    assert.equal(translate({ tools, tool_choice }).body.tools?.length, 1);
  });

  it('goes away, with the other tool settings, when no tool is left', () => {
    const { body } = translate({
      tools: [{ type: 'web_search' }],
      tool_choice: 'required',
      parallel_tool_calls: true,
    });
    assert.deepEqual(
      [body.tools, body.tool_choice, body['parallel_tool_calls']],
      [undefined, undefined, undefined],
    );
  });
});
