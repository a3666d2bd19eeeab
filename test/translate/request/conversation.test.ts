import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Profile } from '../../../src/translate/profile.ts';
import type { ProviderReasoning } from '../../../src/translate/reasoning/reasoning.ts';
import { readConversation, writeChatRequest } from '../../../src/translate/request/to-chat-request.ts';
import type { InputItem } from '../../../src/wire/responses.ts';
import { messagesOf, PLAIN_SEAL, PROFILE, requestOf, translate } from '../../support/translating.ts';

const call = (call_id: string, name = 'run', args = '{}'): InputItem => ({
  type: 'function_call',
  call_id,
  name,
  arguments: args,
});
const output = (call_id: string, text: InputItem['output'] = 'done'): InputItem => ({
  type: 'function_call_output',
  call_id,
  output: text,
});
const says = (text: string): InputItem => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const user = (text: string): InputItem => ({ role: 'user', content: text });
const chatCall = (id: string, name = 'run', args = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' };
const chatImage = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'high' } };

interface Case {
  name: string;
  input: InputItem[];
  profile?: Partial<Profile>;
  messages: unknown[];
}

const CASES: Case[] = [
  {
    name: 'leading developer and system messages become one block, joined in order',
    input: [{ role: 'developer', content: 'first' }, { role: 'system', content: 'second' }, user('hi')],
    messages: [
      { role: 'system', content: 'first\n\nsecond' },
      { role: 'user', content: 'hi' },
    ],
  },
  {
    name: 'a late developer message stays where it is',
    input: [user('hi'), { role: 'developer', content: 'note' }, user('go on')],
    profile: { lateInstructions: 'keep' },
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'system', content: 'note' },
      { role: 'user', content: 'go on' },
    ],
  },
  {
    name: 'a late developer message is folded into the block where the provider wants the system first',
    input: [{ role: 'developer', content: 'first' }, user('hi'), { role: 'developer', content: 'note' }],
    profile: { lateInstructions: 'fold' },
    messages: [
      { role: 'system', content: 'first\n\nnote' },
      { role: 'user', content: 'hi' },
    ],
  },
  {
    name: 'a late developer message speaks as a labelled user where the profile says so',
    input: [user('hi'), { role: 'developer', content: 'note' }],
    profile: { lateInstructions: 'user', instructionRole: 'developer' },
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'user', content: '[instructions]\nnote' },
    ],
  },
  {
    name: 'consecutive calls stand in one message and their outputs follow in the order of the calls',
    input: [user('hi'), call('a'), call('b'), output('b', 'B'), output('a', 'A')],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [chatCall('a'), chatCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
    ],
  },
  {
    name: 'a message between a call and its output joins the assistant turn',
    input: [call('a'), says('working on it'), output('a')],
    messages: [
      { role: 'assistant', content: 'working on it', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
    ],
  },
  {
    name: 'what stands between a call and its output goes before the call: an output that came last stays last',
    input: [call('a'), call('b'), output('a', 'A'), user('wait'), output('b', 'B')],
    messages: [
      { role: 'user', content: 'wait' },
      { role: 'assistant', tool_calls: [chatCall('a'), chatCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
    ],
  },
  {
    name: 'call, output, call, output stay two turns',
    input: [call('a'), output('a', 'A'), call('b'), output('b', 'B')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'assistant', tool_calls: [chatCall('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
    ],
  },
  {
    name: 'a call without an output gets a neutral one',
    input: [call('a'), user('stop')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a')] },
      {
        role: 'tool',
        tool_call_id: 'a',
        content: '[no output was recorded for this call: it was interrupted]',
      },
      { role: 'user', content: 'stop' },
    ],
  },
  {
    name: 'an output without a call keeps its text',
    input: [output('gone', 'text'), user('hi')],
    messages: [
      { role: 'user', content: '[output of tool call gone, which is no longer in the history]\ntext' },
      { role: 'user', content: 'hi' },
    ],
  },
  {
    name: 'an output that stands before a call of its id belongs to no call',
    input: [output('a', 'old'), call('a'), output('a', 'new')],
    messages: [
      { role: 'user', content: '[output of tool call a, which is no longer in the history]\nold' },
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'new' },
    ],
  },
  {
    name: 'an output without a call keeps its images',
    input: [output('gone', [{ type: 'input_text', text: 'see' }, image])],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: '[output of tool call gone, which is no longer in the history]\nsee' },
          chatImage,
        ],
      },
    ],
  },
  {
    name: 'a call id used again in a later answer gets an id of its own, and takes its own output',
    input: [call('a'), output('a', 'one'), call('a'), output('a', 'two'), call('a'), output('a', 'three')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'assistant', tool_calls: [chatCall('a_2')] },
      { role: 'tool', tool_call_id: 'a_2', content: 'two' },
      { role: 'assistant', tool_calls: [chatCall('a_3')] },
      { role: 'tool', tool_call_id: 'a_3', content: 'three' },
    ],
  },
  {
    name: 'an output goes to the newest open call of its id; the older one was interrupted',
    input: [
      call('a', 'run', '{"x":1}'),
      says('stopped'),
      user('again'),
      call('a', 'run', '{"x":2}'),
      output('a'),
    ],
    messages: [
      { role: 'assistant', content: 'stopped', tool_calls: [chatCall('a', 'run', '{"x":1}')] },
      {
        role: 'tool',
        tool_call_id: 'a',
        content: '[no output was recorded for this call: it was interrupted]',
      },
      { role: 'user', content: 'again' },
      { role: 'assistant', tool_calls: [chatCall('a_2', 'run', '{"x":2}')] },
      { role: 'tool', tool_call_id: 'a_2', content: 'done' },
    ],
  },
  {
    name: 'a call that a client sends once more before it has an output is one call',
    input: [user('hi'), call('a'), user('hi'), call('a'), output('a')],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
    ],
  },
  {
    name: 'a call that comes twice at once is one call where it has one output',
    input: [call('a'), call('a'), output('a'), user('next'), output('a', 'late')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
      { role: 'user', content: 'next' },
      { role: 'user', content: '[output of tool call a, which is no longer in the history]\nlate' },
    ],
  },
  {
    name: 'outputs of different calls with one id belong to them in order',
    input: [call('a', 'run', '{"x":1}'), call('a', 'run', '{"x":2}'), output('a', 'one'), output('a', 'two')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a', 'run', '{"x":1}'), chatCall('a_2', 'run', '{"x":2}')] },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'a_2', content: 'two' },
    ],
  },
  {
    name: 'calls and outputs without an id belong together, and get one',
    input: [
      { ...call(''), call_id: null },
      { ...output('', 'one'), call_id: null },
      call('', 'exec'),
      output('', 'two'),
      { ...call('c'), id: 'fc_1' },
      { ...output('', 'three'), call_id: null, id: 'c' },
    ],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('call_0_0')] },
      { role: 'tool', tool_call_id: 'call_0_0', content: 'one' },
      { role: 'assistant', tool_calls: [chatCall('call_1_0', 'exec')] },
      { role: 'tool', tool_call_id: 'call_1_0', content: 'two' },
      { role: 'assistant', tool_calls: [chatCall('c')] },
      { role: 'tool', tool_call_id: 'c', content: 'three' },
    ],
  },
  {
    name: 'text without a word is left out, and a blank output is told to be empty',
    input: [user('  '), user('hi'), says('\n\n'), call('a'), output('a', ' \n'), says('\n'), user('next')],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '[empty output]' },
      { role: 'user', content: 'next' },
    ],
  },
  {
    name: 'a call that comes twice at once, with two outputs, is two calls',
    input: [call('a'), call('a'), call('a'), output('a', 'one'), output('a', 'two'), output('a', 'three')],
    messages: [
      {
        role: 'assistant',
        tool_calls: [chatCall('a'), chatCall('a_2'), chatCall('a_3')],
      },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'a_2', content: 'two' },
      { role: 'tool', tool_call_id: 'a_3', content: 'three' },
    ],
  },
  {
    name: 'arguments that are no object are wrapped; none become an empty object',
    input: [call('a', 'run', ''), call('b', 'run', 'oops'), output('a'), output('b')],
    messages: [
      {
        role: 'assistant',
        tool_calls: [chatCall('a'), chatCall('b', 'run', '{"malformed_arguments":"oops"}')],
      },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
      { role: 'tool', tool_call_id: 'b', content: 'done' },
    ],
  },
  {
    name: 'arguments of another type are wrapped; an output that is no list of parts keeps its text',
    input: [
      { ...call('a'), arguments: ['x'] },
      {
        type: 'function_call_output',
        call_id: 'a',
        output: [null, 'text', 7, { type: 'input_text', text: 'part' }],
      },
    ],
    messages: [
      {
        role: 'assistant',
        tool_calls: [chatCall('a', 'run', '{"malformed_arguments":["x"]}')],
      },
      { role: 'tool', tool_call_id: 'a', content: 'null\ntext\n7\npart' },
    ],
  },
  {
    name: 'an answer without text has null content where the profile says so',
    input: [call('a'), output('a')],
    profile: { emptyAssistantContent: 'null' },
    messages: [
      { role: 'assistant', content: null, tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
    ],
  },
  {
    name: 'an answer without text has empty content where the profile says so',
    input: [call('a'), output('a')],
    profile: { emptyAssistantContent: 'empty' },
    messages: [
      { role: 'assistant', content: '', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
    ],
  },
  {
    name: 'calls of one answer stand one after the other where the chat template knows one call a message',
    input: [
      says('both'),
      call('a'),
      call('b'),
      call('c'),
      output('c', [image]),
      output('a', 'A'),
      user('next'),
    ],
    profile: { callHistory: 'serial' },
    messages: [
      { role: 'assistant', content: 'both', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'assistant', tool_calls: [chatCall('b')] },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: '[no output was recorded for this call: it was interrupted]',
      },
      { role: 'assistant', tool_calls: [chatCall('c')] },
      { role: 'tool', tool_call_id: 'c', content: '[the output is an image; it follows as a message]' },
      { role: 'user', content: [{ type: 'text', text: 'Images from the tool outputs above:' }, chatImage] },
      { role: 'user', content: 'next' },
    ],
  },
  {
    name: 'users and assistants take turns where the chat template wants it',
    input: [
      user('one'),
      { role: 'user', content: [{ type: 'input_text', text: 'two' }, image] },
      { role: 'developer', content: 'late' },
      call('a'),
      user('wait'),
      says('on it'),
      output('a'),
    ],
    profile: { joinUserMessages: true },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
          chatImage,
          { type: 'text', text: '[instructions]\nlate' },
          { type: 'text', text: 'wait' },
        ],
      },
      { role: 'assistant', content: 'on it', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
    ],
  },
  {
    name: 'an output in parts becomes text, never empty',
    input: [
      call('a'),
      call('b'),
      output('a', [
        { type: 'input_text', text: 'one' },
        { type: 'input_text', text: 'two' },
      ]),
      output('b', []),
    ],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a'), chatCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'one\ntwo' },
      { role: 'tool', tool_call_id: 'b', content: '[empty output]' },
    ],
  },
  {
    name: 'an image in an output follows as a user message behind all outputs of the turn',
    input: [call('a'), call('b'), output('a', [image]), output('b', 'B')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a'), chatCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '[the output is an image; it follows as a message]' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'user', content: [{ type: 'text', text: 'Images from the tool outputs above:' }, chatImage] },
    ],
  },
  {
    name: 'an image in an output stays inside where the provider takes it',
    input: [call('a'), output('a', [{ type: 'input_text', text: 'see' }, image])],
    profile: { toolImages: 'inline' },
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'see' }, chatImage] },
    ],
  },
  {
    name: 'user parts stay in order where there is an image, and are plain text where there is none',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'look' }, image] },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_text', text: 'b' },
        ],
      },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'look' }, chatImage] },
      { role: 'user', content: 'a\nb' },
    ],
  },
  {
    name: 'images of the user become a note for models that read only text',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'look' }, image] }],
    profile: { userImages: 'note' },
    messages: [{ role: 'user', content: 'look\n[an image was here; this model reads text only]' }],
  },
  {
    name: 'a custom tool call goes up as the lowered function was declared',
    input: [
      { type: 'custom_tool_call', call_id: 'a', name: 'apply_patch', input: '*** Begin\n"x"' },
      { type: 'custom_tool_call_output', call_id: 'a', output: 'ok' },
    ],
    messages: [
      {
        role: 'assistant',
        tool_calls: [chatCall('a', 'apply_patch', '{"input":"*** Begin\\n\\"x\\""}')],
      },
      { role: 'tool', tool_call_id: 'a', content: 'ok' },
    ],
  },
  {
    name: 'a namespaced call that is no longer declared keeps its flat name',
    input: [{ ...call('a', 'echo'), namespace: 'mcp__tiny__' }, output('a')],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a', 'mcp__tiny__echo')] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
    ],
  },
  {
    name: 'a message between agents shows its plain and its "encrypted" text',
    input: [
      {
        type: 'agent_message',
        author: 'root',
        recipient: 'worker',
        content: [
          { type: 'input_text', text: 'task' },
          { type: 'encrypted_content', encrypted_content: 'details' } as never,
        ],
      },
    ],
    messages: [{ role: 'user', content: '[message from agent root to worker]\ntask\ndetails' }],
  },
  {
    name: 'a tool search tells what it found, by the names under which it can be called',
    input: [
      { type: 'tool_search_call', call_id: 'a', arguments: { query: 'x' } },
      {
        type: 'tool_search_output',
        call_id: 'a',
        tools: [
          { type: 'namespace', name: 'mcp__tiny', tools: [{ type: 'function', name: 'echo.back' }] },
          { type: 'function', name: 'plain' },
        ],
      },
      { type: 'tool_search_call', call_id: 'b', arguments: { query: 'y' } },
      { type: 'tool_search_output', call_id: 'b', tools: [] },
    ],
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a', 'tool_search', '{"query":"x"}')] },
      { role: 'tool', tool_call_id: 'a', content: 'Found: mcp__tiny__echo_back_1eebea0d, plain' },
      { role: 'assistant', tool_calls: [chatCall('b', 'tool_search', '{"query":"y"}')] },
      { role: 'tool', tool_call_id: 'b', content: 'No tool was found.' },
    ],
  },
  {
    name: 'old images, wherever they stood, are notes for models that read only text',
    input: [
      call('a'),
      output('a', [image]),
      output('gone', [image]),
      { type: 'tomorrow_item', content: [image] as never },
      { role: 'user', content: [image] },
    ],
    profile: { userImages: 'note', toolImages: 'note' },
    messages: [
      { role: 'assistant', tool_calls: [chatCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '[the output is an image; this model reads text only]' },
      {
        role: 'user',
        content:
          '[output of tool call gone, which is no longer in the history]\n\n[an image was here; this model reads text only]',
      },
      { role: 'user', content: '[an image was here; this model reads text only]' },
      { role: 'user', content: '[an image was here; this model reads text only]' },
    ],
  },
  {
    name: 'an image that only an upload at OpenAI holds is not lost without a word',
    input: [
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'see' }, { type: 'input_image' }, image],
      },
      { type: 'message', role: 'user', content: [{ type: 'input_image', image_url: '' }] },
    ],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'text', text: '[an image was attached; it cannot be read here]' },
          chatImage,
        ],
      },
      { role: 'user', content: '[an image was attached; it cannot be read here]' },
    ],
  },
  {
    name: 'an unknown item keeps its text, a foreign compaction says nothing',
    input: [
      { type: 'tomorrow_item', content: [{ type: 'x', text: 'kept' }] },
      { type: 'compaction', encrypted_content: 'opaque' },
      { type: 'compaction', summary: [{ type: 'summary_text', text: 'what was before' }] },
      { type: 'tomorrow_output', output: [{ type: 'input_text', text: 'seen' }, image] },
      user('hi'),
    ],
    messages: [
      { role: 'user', content: 'kept' },
      { role: 'user', content: 'what was before' },
      { role: 'user', content: [{ type: 'text', text: 'seen' }, chatImage] },
      { role: 'user', content: 'hi' },
    ],
  },
];

describe('conversation', () => {
  for (const { name, input, profile, messages } of CASES) {
    it(name, () => assert.deepEqual(messagesOf(input, profile), messages));
  }

  it('puts instructions before developer messages and loses none', () => {
    const { messages } = translate({
      instructions: 'base',
      input: [{ role: 'developer', content: 'more' }, user('hi')],
    }).body;
    assert.deepEqual(messages[0], { role: 'system', content: 'base\n\nmore' });
  });

  it('only appends: what was sent stays the same, unless an output comes later', () => {
    const ids = fc.constantFrom('a', 'b', 'a_2');
    const items = fc.oneof(
      fc.constant([user('more')]),
      fc.constant([says('text')]),
      fc.constant([{ role: 'developer', content: 'note' }]),
      ids.map((id) => [output(id, 'orphan')]),
      ids.map((id) => [call(id), output(id)]),
      fc
        .tuple(ids, ids)
        .map(([one, two]) => [call(one, 'run', '{"x":1}'), call(two), output(two), output(one)]),
      ids.map((id) => [call(id), user('interrupted')]),
    );
    fc.assert(
      fc.property(fc.array(items, { minLength: 2, maxLength: 8 }), fc.nat(), (steps, cut) => {
        const at = 1 + (cut % (steps.length - 1));
        const shorter = [user('hi'), ...steps.slice(0, at).flat(), user('go on')];
        const added = steps.slice(at).flat();
        // An open call of an earlier answer may still get its output: then it moves.
        fc.pre(!hasOpenCallFor(shorter, added));
        const before = messagesOf(shorter);
        assert.deepEqual(messagesOf([...shorter, ...added]).slice(0, before.length), before);
      }),
    );
  });
});

/** Whether an output may belong to an earlier call. */
function hasOpenCallFor(history: readonly InputItem[], added: readonly InputItem[]): boolean {
  const open = new Map<string, number>();
  for (const { type, call_id: id } of history) {
    if (!id) continue;
    const step = type === 'function_call' ? 1 : -1;
    open.set(id, Math.max(0, (open.get(id) ?? 0) + step));
  }
  return added.some(({ call_id: id }) => id && open.get(id));
}

describe('reasoning on its way back', () => {
  const reasoning = (over: Partial<ProviderReasoning> = {}): InputItem => ({
    type: 'reasoning',
    summary: [],
    encrypted_content: PLAIN_SEAL.seal({
      provider: 'test',
      model: 'model-1',
      text: 'thought',
      field: 'reasoning_content',
      ...over,
    }),
  });
  const assistant = (items: InputItem[], profile: Partial<Profile> = {}) =>
    messagesOf([...items, call('a'), output('a')], profile).find((message) => message.role === 'assistant');

  it('returns under the field in which it came', () => {
    assert.equal(Reflect.get(assistant([reasoning()]) ?? {}, 'reasoning_content'), 'thought');
    assert.equal(Reflect.get(assistant([reasoning({ field: 'reasoning' })]) ?? {}, 'reasoning'), 'thought');
  });

  it('returns under the field that the profile names', () => {
    const replay = { answers: 'all', field: 'reasoning', placeholder: null } as const;
    assert.equal(
      Reflect.get(assistant([reasoning()], { reasoningReplay: replay }) ?? {}, 'reasoning'),
      'thought',
    );
  });

  it('joins the reasoning of one turn', () => {
    const message = assistant([reasoning({ text: 'a' }), says('x'), reasoning({ text: 'b' })]);
    assert.equal(Reflect.get(message ?? {}, 'reasoning_content'), 'ab');
  });

  it('goes back with tool turns only, unless the profile wants all', () => {
    const items = [reasoning(), says('answer'), user('next')];
    assert.equal('reasoning_content' in (messagesOf(items)[0] ?? {}), false);
    const replay = { answers: 'all', field: 'reasoning_content', placeholder: null } as const;
    assert.equal(
      Reflect.get(messagesOf(items, { reasoningReplay: replay })[0] ?? {}, 'reasoning_content'),
      'thought',
    );
  });

  it('never goes to another provider or model family, and foreign ciphertext is dropped', () => {
    const strangers = [
      reasoning({ provider: 'other' }),
      reasoning({ model: 'claude-5' }),
      { type: 'reasoning', summary: [], encrypted_content: 'gAAAA' },
    ];
    for (const item of strangers) assert.equal('reasoning_content' in (assistant([item]) ?? {}), false);
  });

  it('is replaced by the placeholder if it was lost and the provider insists', () => {
    const replay = { answers: 'with-calls', field: 'reasoning_content', placeholder: ' ' } as const;
    assert.equal(Reflect.get(assistant([], { reasoningReplay: replay }) ?? {}, 'reasoning_content'), ' ');
  });

  it('returns details merged and in order, and metadata with its own call', () => {
    const message = assistant([
      reasoning({
        field: 'reasoning_details',
        details: [{ type: 'reasoning.text', index: 0, text: 'a', signature: null }],
        callExtras: { a: { google: { thought_signature: 'sig' } } },
      }),
      reasoning({
        field: 'reasoning_details',
        text: '',
        details: [{ type: 'reasoning.text', index: 0, signature: 's' }],
      }),
    ]);
    assert.deepEqual(Reflect.get(message ?? {}, 'reasoning_details'), [
      { type: 'reasoning.text', index: 0, text: 'a', signature: 's' },
    ]);
    const [first] = Reflect.get(message ?? {}, 'tool_calls') as { extra_content: unknown }[];
    assert.deepEqual(first?.extra_content, { google: { thought_signature: 'sig' } });
  });

  it('is recalled for a client that drops its reasoning items', () => {
    const found: ProviderReasoning = {
      provider: 'test',
      model: 'model-1',
      text: 'recalled',
      field: 'reasoning_content',
    };
    const conversation = readConversation(requestOf({ input: [user('hi'), call('a'), output('a')] }), {
      profile: PROFILE,
      model: 'model-1',
    });
    const [answer, ...others] = conversation.lacking;
    assert.ok(answer !== undefined && others.length === 0);
    const { body } = writeChatRequest(conversation, new Map([[answer, found]]));
    assert.equal(Reflect.get(body.messages[1] ?? {}, 'reasoning_content'), 'recalled');
  });
});
