import assert from 'node:assert/strict';
import type { Profile } from '../../../src/translate/profile.ts';
import type { ResponsesRequest } from '../../../src/wire/responses.ts';
import { translate } from '../../support/translating.ts';

const schema = { type: 'object', properties: { a: { type: 'string' } } };
const format = { type: 'json_schema', name: 'answer', schema, strict: true };

interface Case {
  name: string;
  request: Partial<ResponsesRequest>;
  profile?: Partial<Profile>;
  /** Fields of the body; undefined means absent. */
  body: Record<string, unknown>;
}

const CASES: Case[] = [
  { name: 'the model and streaming', request: {}, body: { model: 'model-1', stream: true } },
  { name: 'usage', request: {}, body: { stream_options: { include_usage: true } } },
  {
    name: 'no usage request',
    request: {},
    profile: { usageRequest: 'none' },
    body: { stream_options: undefined },
  },
  {
    name: 'the token limit',
    request: { max_output_tokens: 9 },
    body: { max_tokens: 9, max_completion_tokens: undefined },
  },
  {
    name: 'the token limit under its other name',
    request: { max_output_tokens: 9 },
    profile: { maxTokensField: 'max_completion_tokens' },
    body: { max_tokens: undefined, max_completion_tokens: 9 },
  },
  { name: 'sampling', request: { temperature: 0, top_p: 0.5 }, body: { temperature: 0, top_p: 0.5 } },
  {
    name: 'nothing that the profile does not allow',
    request: { temperature: 0, top_p: 0.5, service_tier: 'flex', prompt_cache_key: 'k', metadata: {} },
    profile: { optionalFields: ['top_p'] },
    body: {
      temperature: undefined,
      top_p: 0.5,
      service_tier: undefined,
      prompt_cache_key: undefined,
      metadata: undefined,
    },
  },
  { name: 'effort as it is', request: { reasoning: { effort: 'high' } }, body: { reasoning_effort: 'high' } },
  {
    name: 'effort clamped to what is known',
    request: { reasoning: { effort: 'xhigh' } },
    profile: { effortLevels: ['low', 'medium', 'high'] },
    body: { reasoning_effort: 'high' },
  },
  {
    name: 'an unknown effort is left out where levels are known',
    request: { reasoning: { effort: 'banana' } },
    profile: { effortLevels: ['low', 'high'] },
    body: { reasoning_effort: undefined },
  },
  { name: 'no effort', request: { reasoning: {} }, body: { reasoning_effort: undefined } },
  {
    name: 'a JSON schema',
    request: { text: { format } },
    body: { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } },
  },
  {
    name: 'JSON mode',
    request: { text: { format: { type: 'json_object' } } },
    body: { response_format: { type: 'json_object' } },
  },
  {
    name: 'a format beside tools where the profile allows it',
    request: { text: { format: { type: 'json_object' } }, tools: [{ type: 'function', name: 'run' }] },
    profile: { formatWithTools: true },
    body: { response_format: { type: 'json_object' } },
  },
  {
    name: 'parallel calls as they were asked for',
    request: { parallel_tool_calls: true, tools: [{ type: 'function', name: 'run' }] },
    body: { parallel_tool_calls: true },
  },
  {
    name: 'parallel calls only where they are forbidden, as the profile says',
    request: { parallel_tool_calls: true, tools: [{ type: 'function', name: 'run' }] },
    profile: { parallelTrue: false },
    body: { parallel_tool_calls: undefined },
  },
  {
    name: 'that parallel calls are forbidden',
    request: { parallel_tool_calls: false, tools: [{ type: 'function', name: 'run' }] },
    profile: { parallelTrue: false },
    body: { parallel_tool_calls: false },
  },
  {
    name: 'no log probabilities: they have no place in the answer',
    request: { top_logprobs: 3 },
    body: { top_logprobs: undefined, logprobs: undefined },
  },
  {
    name: 'plain text',
    request: { text: { format: { type: 'text' } } },
    body: { response_format: undefined },
  },
  {
    name: 'extra fields',
    request: {},
    profile: { extraFields: { tool_stream: true } },
    body: { tool_stream: true },
  },
];

describe('settings', () => {
  for (const { name, request, profile, body } of CASES) {
    it(`sends ${name}`, () => {
      const sent = translate(request, profile).body;
      for (const [field, value] of Object.entries(body)) assert.deepEqual(sent[field], value, field);
    });
  }

  const words = /^Your final answer must be one JSON object[\s\S]*"properties"/;
  const tools = [{ type: 'function', name: 'run' }];
  const WORDS: [string, Partial<ResponsesRequest>, Partial<Profile>, unknown][] = [
    ['where only JSON mode is spoken', {}, { responseFormat: 'json_object' }, { type: 'json_object' }],
    ['where no format is spoken', {}, { responseFormat: 'prompt' }, undefined],
    ['beside tools, where a format shuts them off', { tools }, { formatWithTools: false }, undefined],
  ];
  for (const [where, request, profile, sent] of WORDS) {
    it(`puts a schema into words ${where}, as part of the instructions`, () => {
      const { body } = translate({ input: 'question', text: { format }, ...request }, profile);
      assert.deepEqual(body['response_format'], sent);
      const [instructions, ...rest] = body.messages;
      assert.equal(instructions?.role, 'system');
      assert.match(String(instructions.content), words);
      assert.deepEqual(rest, [{ role: 'user', content: 'question' }]);
    });
  }

  it('keeps prefix and order of a conversation whose format is in words', () => {
    const input = [
      { role: 'developer', content: 'be kind' },
      { role: 'user', content: 'question' },
      { type: 'function_call', call_id: 'a', name: 'run', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'done' },
    ];
    const profile = { formatWithTools: false, bridgeAfterTool: 'Understood.' };
    const [first, second] = [input.slice(0, 2), input].map(
      (items) => translate({ input: items, tools, text: { format } }, profile).body.messages,
    );
    assert.deepEqual(second?.slice(0, 2), first);
    assert.deepEqual(
      second?.map(({ role }) => role),
      ['system', 'user', 'assistant', 'tool'],
    );
  });

  it('marks the instructions, and nothing else, for a prompt cache that asks for it', () => {
    const request = { instructions: 'base', text: { format }, tools };
    const { messages } = translate(request, { cacheMark: true, formatWithTools: false }).body;
    const [instructions, ...rest] = messages;
    assert.ok(Array.isArray(instructions?.content));
    const [part, ...others] = instructions.content;
    assert.ok(part?.type === 'text');
    assert.match(String(part.text), /^base\n\nYour final answer/);
    assert.deepEqual([part.cache_control, others], [{ type: 'ephemeral' }, []]);
    assert.deepEqual(rest, [{ role: 'user', content: 'hello' }]);
  });

  const CHOICES: [
    asked: 'auto' | 'none' | 'required',
    all: Profile['toolChoices'],
    thinking: Profile['toolChoices'],
    sent: unknown,
  ][] = [
    ['required', ['auto', 'none', 'required'], ['auto', 'none'], undefined],
    ['auto', ['auto', 'none', 'required'], ['auto', 'none'], 'auto'],
    // What is refused without thinking is refused with it, too.
    ['auto', [], ['auto', 'none'], undefined],
    ['none', ['auto'], ['auto', 'none'], undefined],
  ];
  for (const [tool_choice, toolChoices, toolChoicesThinking, sent] of CHOICES) {
    it(`sends ${sent} for ${tool_choice} of [${toolChoices}], while thinking of [${toolChoicesThinking}]`, () => {
      const profile = { toolChoices, toolChoicesThinking, thinksByDefault: true };
      assert.equal(translate({ tools, tool_choice }, profile).body['tool_choice'], sent);
    });
  }

  it('gives the same bytes for the same request', () => {
    const request = {
      input: 'x',
      tools: [
        { type: 'function', name: 'b' },
        { type: 'function', name: 'a' },
      ],
    };
    assert.equal(JSON.stringify(translate(request).body), JSON.stringify(translate(request).body));
  });
});
