/** Any history that a client may send, at every strict upstream: no dialect has an order that it breaks. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { presetById, profileFor } from '../../src/providers/index.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../src/wire/responses.ts';
import { PLAIN_SEAL } from '../support/translating.ts';
import { FAMILIES } from './strict/index.ts';
import { complaintAbout } from './strict/rules.ts';

const PIXEL = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
const callId = fc.constantFrom('call_a', 'functions.x:0', 'Abc123xyz', `call_${'y'.repeat(60)}`);
const words = fc.constantFrom('', 'text', '\ud83d', '{"a":1}', '<think>');
/** What the relay sealed of some provider's answers, this one's own among them. */
const sealed = fc
  .constantFrom(
    ['deepseek', 'deepseek-v4-pro', 'reasoning_content'],
    ['kimi', 'kimi-k3', 'reasoning_content'],
    ['mistral', 'mistral-large-4', 'thinking_block'],
    ['openrouter', 'deepseek/deepseek-v4-pro', 'reasoning'],
    ['openrouter', 'anthropic/claude-sonnet-5', 'reasoning_details'],
    ['minimax', 'MiniMax-M3', 'reasoning_details'],
    ['vllm', 'Qwen/Qwen3.6-27B', 'think_tags'],
  )
  .chain(([provider, model, field]) =>
    fc.record({
      provider: fc.constant(provider),
      model: fc.constant(model),
      field: fc.constant(field),
      text: fc.constantFrom('', 'thought'),
    }),
  );
const output = fc.oneof(
  words,
  fc.constant([PIXEL]),
  fc.constant([{ type: 'input_text', text: 'see' }, PIXEL]),
  fc.constant([]),
);

const item: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'assistant', 'developer', 'system'), content: words }),
  fc.record({ role: fc.constant('user'), content: fc.constant([PIXEL]) }),
  sealed.map((reasoning) => ({
    type: 'reasoning',
    summary: [],
    encrypted_content: PLAIN_SEAL.seal(reasoning as never),
  })),
  fc.record({
    type: fc.constant('function_call'),
    call_id: callId,
    name: fc.constantFrom('run', '1st.tool', 'gone'),
    arguments: fc.constantFrom('{"cmd":"a"}', '{}', '', 'no json'),
  }),
  fc.record({
    type: fc.constant('custom_tool_call'),
    call_id: callId,
    name: fc.constant('patch'),
    input: words,
  }),
  fc.record({ type: fc.constant('function_call_output'), call_id: callId, output }),
  fc.record({ type: fc.constant('unknown_item'), content: words }),
);

const request = fc.record({
  input: fc
    .array(item, { minLength: 1, maxLength: 12 })
    .map((items) => [{ role: 'user', content: 'Go.' }, ...items]),
  instructions: fc.option(fc.constant('Be kind.')),
  effort: fc.constantFrom(undefined, 'none', 'low', 'xhigh'),
  hasTools: fc.boolean(),
});

const TOOLS = [
  { type: 'function', name: 'run', parameters: { type: 'object', properties: { cmd: { type: 'string' } } } },
  { type: 'function', name: '1st.tool', parameters: null },
  { type: 'custom', name: 'patch' },
];

describe('any history', () => {
  for (const family of FAMILIES) {
    for (const model of family.models) {
      const [id = ''] = family.presets;
      it(`keeps the rules of ${id}, ${model}`, () => {
        const preset = presetById(id);
        assert.ok(preset);
        const profile = profileFor(preset, model);
        fc.assert(
          fc.property(request, ({ input, instructions, effort, hasTools }) => {
            const asked: ResponsesRequest = {
              model,
              input: input as InputItem[],
              instructions,
              reasoning: { effort },
              tools: hasTools ? TOOLS : [],
            };
            const { body } = toChatRequest(asked, { profile, model, seal: PLAIN_SEAL });
            const headers = { ...preset.headers };
            const chat = { body, headers, path: '', text: '', clientLeft: Promise.resolve(false) };
            assert.equal(complaintAbout(family, chat), undefined, JSON.stringify(body.messages, null, 1));
          }),
          { numRuns: 150 },
        );
      });
    }
  }
});
