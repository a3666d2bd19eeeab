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

  it('puts a schema into words where the provider speaks only JSON mode', () => {
    const { body } = translate({ input: 'question', text: { format } }, { responseFormat: 'json_object' });
    assert.deepEqual(body['response_format'], { type: 'json_object' });
    const { content } = body.messages.at(-1) ?? {};
    assert.match(String(content), /^question\n\nAnswer with one JSON object[\s\S]*"properties"/);
  });

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
