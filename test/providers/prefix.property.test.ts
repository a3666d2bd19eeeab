/** Prompt caches keep hitting: in every dialect, a longer conversation begins with the messages of the shorter one. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PRESETS, type Preset, profileFor } from '../../src/providers/index.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import type { ChatMessage } from '../../src/wire/chat.ts';
import type { InputItem } from '../../src/wire/responses.ts';
import { FAMILIES } from './strict/index.ts';

const PIXEL = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
const TOOLS = [
  { type: 'function', name: 'run' },
  { type: 'custom', name: 'patch' },
];
const FORMAT = { type: 'json_schema', name: 'answer', schema: { type: 'object', properties: {} } };

const id = fc.constantFrom('call_0', 'functions.run:0', 'Abc123xyz');
const call = (call_id: string, cmd: string): InputItem => ({
  type: 'function_call',
  call_id,
  name: 'run',
  arguments: JSON.stringify({ cmd }),
});
const output = (call_id: string, text: InputItem['output']): InputItem => ({
  type: 'function_call_output',
  call_id,
  output: text,
});

/** What may happen between two requests; each leaves no call open. */
const step: fc.Arbitrary<InputItem[]> = fc.oneof(
  fc.constantFrom<InputItem[]>(
    [{ role: 'assistant', content: 'text' }],
    [{ role: 'developer', content: 'note' }],
    [{ role: 'user', content: [PIXEL] }],
  ),
  id.map((one) => [call(one, 'a'), output(one, 'done')]),
  id.map((one) => [output(one, 'of before the compaction')]),
  fc
    .tuple(id, id)
    .map(([one, two]) => [call(one, 'a'), call(two, 'b'), output(two, [PIXEL]), output(one, 'x')]),
);

describe('the messages of a conversation', () => {
  for (const preset of PRESETS) {
    const models = FAMILIES.filter(({ presets }) => presets.includes(preset.profile.id)).flatMap(
      (family) => family.models,
    );
    for (const model of models.length === 0 ? ['model'] : models) {
      it(`are only added to: ${preset.profile.id}, ${model}`, () => {
        fc.assert(
          fc.property(fc.array(step, { maxLength: 5 }), fc.array(step, { maxLength: 4 }), (before, after) => {
            const history = [
              { role: 'user', content: 'Go.' },
              ...before.flat(),
              { role: 'user', content: 'And?' },
            ];
            const shorter = messagesOf(preset, model, history);
            const longer = messagesOf(preset, model, [...history, ...after.flat()]);
            // Where neighbours are joined, the last message may grow.
            const kept = profileFor(preset, model).joinUserMessages ? shorter.slice(0, -1) : shorter;
            assert.deepEqual(longer.slice(0, kept.length), kept);
          }),
          { numRuns: 40 },
        );
      });
    }
  }
});

function messagesOf(preset: Preset, model: string, input: InputItem[]): ChatMessage[] {
  const request = { model, input, instructions: 'Be kind.', tools: TOOLS, text: { format: FORMAT } };
  return toChatRequest(request, { profile: profileFor(preset, model), model }).body.messages;
}
