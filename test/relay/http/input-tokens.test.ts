/** `POST /v1/responses/input_tokens`: a guess by a stated rule, without a word to the provider. */
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { errorOf, type Rig, startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';

const IMAGE = `data:image/png;base64,${'A'.repeat(40_000)}`;
const TOOL = { type: 'function' as const, name: 'run', parameters: { type: 'object' }, strict: false };

describe('the count of input tokens', () => {
  let rig: Rig;
  let client: OpenAI;
  const count = async (body: OpenAI.Responses.InputTokenCountParams) =>
    (await client.responses.inputTokens.count(body)).input_tokens;
  beforeEach(async () => {
    rig = await startRig([streamReply(textChunks('a long answer '.repeat(20)))]);
    client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'client-key', maxRetries: 0 });
  });
  afterEach(() => rig.stop());

  it('has the documented shape, and asks nobody', async () => {
    const counted = await client.responses.inputTokens.count({ model: 'm', input: 'hi' });
    assert.deepEqual(Object.keys(counted).toSorted(), ['input_tokens', 'object']);
    assert.equal(counted.object, 'response.input_tokens');
    assert.equal(rig.upstream.chats.length, 0);
  });

  for (const [name, more, atLeast, atMost] of [
    ['4,000 Latin letters', { input: 'word '.repeat(800) }, 1000, 1020],
    ['1,000 Chinese characters', { input: '東'.repeat(1000) }, 750, 770],
    ['instructions', { input: 'hi', instructions: 'x'.repeat(400) }, 100, 130],
    [
      'an image, whatever its bytes',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: IMAGE, detail: 'auto' }] }] },
      1000,
      1030,
    ],
    ['a tool', { input: 'hi', tools: [TOOL] }, 30, 60],
    ['no model', { model: null, input: 'hi' }, 5, 20],
    ['nothing at all', { model: null }, 1, 10],
  ] satisfies [string, OpenAI.Responses.InputTokenCountParams, number, number][]) {
    it(`counts ${name}`, async () => {
      const tokens = await count({ model: 'm', ...more });
      assert.ok(tokens >= atLeast && tokens <= atMost, `${tokens}`);
    });
  }

  it('includes a stored response', async () => {
    const input = 'and now?';
    const { id } = await client.responses.create({ model: 'm', input: 'x'.repeat(4000) });
    const alone = await count({ model: 'm', input });
    const after = await count({ model: 'm', input, previous_response_id: id });
    assert.ok(after >= alone + 1070, `${alone} ${after}`);
  });

  for (const [name, body, param] of [
    ['a wrong input', { model: 'm', input: 7 }, 'input'],
    ['a response that nobody knows', { model: 'm', previous_response_id: 'resp_no' }, 'previous_response_id'],
    ['a conversation that is kept elsewhere', { model: 'm', conversation: 'conv_1' }, 'conversation'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const reply = await rig.post(body, {}, '/v1/responses/input_tokens');
      assert.deepEqual([reply.status, (await errorOf(reply)).param], [400, param]);
    });
  }
});
