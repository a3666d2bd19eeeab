import assert from 'node:assert/strict';
import type { ChatUsage } from '../../../src/wire/chat.ts';
import { AS_CODEX, responseOf, startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks, usageChunk } from '../../support/scripted-upstream.ts';

/** Some 72,000 characters of instructions, tools and what was said. */
const REQUEST = {
  model: 'm',
  instructions: 'Do as the user asks. '.repeat(1500),
  input: [
    { role: 'user', content: [{ type: 'input_text', text: 'Look at it. '.repeat(1000) }] },
    {
      type: 'function_call',
      call_id: 'c',
      name: 'run',
      arguments: JSON.stringify({ text: 'y'.repeat(9000) }),
    },
    { type: 'function_call_output', call_id: 'c', output: 'line of output\n'.repeat(800) },
  ],
  tools: [
    { type: 'function', name: 'run', description: 'Runs it. '.repeat(900), parameters: { type: 'object' } },
  ],
};

/** The warnings after this request was sent twice, to a provider that counts so. */
async function warningsFor(
  request: object,
  usage: readonly [tokens: number, more?: ChatUsage],
  provider: string,
) {
  const [tokens, more = {}] = usage;
  const rig = await startRig(() => streamReply(textChunks('ok'), usageChunk(tokens, 5, more)), { provider });
  const headers = 'codex' in request && request.codex === false ? {} : AS_CODEX;
  for (let turn = 0; turn < 2; turn++) {
    assert.equal((await responseOf(await rig.post(request, headers))).status, 'completed');
  }
  await rig.stop();
  return rig.log.filter((line) => line.startsWith('warn') && line.includes('cut the prompt'));
}

describe('a prompt that the server cut', () => {
  for (const tokens of [1, 2_050, 4_096]) {
    it(`is reported once, with the cure, when ${tokens} tokens are counted`, async () => {
      const lines = await warningsFor(REQUEST, [tokens], 'ollama');
      assert.equal(lines.length, 1);
      assert.match(
        lines[0] ?? '',
        new RegExp(`Ollama counted only ${tokens} tokens .*OLLAMA_CONTEXT_LENGTH=`),
      );
    });
  }

  it('is reported of any server', async () => {
    const [line = ''] = await warningsFor(REQUEST, [2_000], 'openai-compatible');
    assert.match(line, /Give the server a larger context window/);
    assert.doesNotMatch(line, /OLLAMA/);
  });

  const QUIET: Readonly<Record<string, readonly [request: object, usage: readonly [number, ChatUsage?]]>> = {
    'a plausible count': [REQUEST, [18_000]],
    'a count of dense text': [REQUEST, [9_000]],
    'no count': [REQUEST, [0]],
    'a cache that is counted apart': [REQUEST, [100, { prompt_tokens_details: { cached_tokens: 17_000 } }]],
    'a part from a cache': [REQUEST, [5_000, { cached_tokens: 4_000 }]],
    'a short prompt': [{ ...REQUEST, instructions: 'Hi.', input: 'Hi.', tools: [] }, [5]],
    'another client': [{ ...REQUEST, codex: false }, [2_000]],
    'images, which have no characters': [
      {
        ...REQUEST,
        instructions: 'Hi.',
        input: [
          {
            role: 'user',
            content: [{ type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(90_000)}` }],
          },
        ],
        tools: [],
      },
      [800],
    ],
  };
  for (const [what, [request, usage]] of Object.entries(QUIET)) {
    it(`is not suspected in ${what}`, async () => {
      assert.deepEqual(await warningsFor(request, usage, 'openai-compatible'), []);
    });
  }
});
