/**
 * The real providers, for every key in the environment: `npm run test:live`. A few short requests each, over the
 * relay, as any Responses client would make them. Nothing that a provider says is printed but its errors.
 */
import assert from 'node:assert/strict';
import { type RelayHandle, start } from '../../src/index.ts';
import { presetById } from '../../src/providers/index.ts';
import type { ResponseResource } from '../../src/wire/responses.ts';
import { assertEventRules } from '../support/event-rules.ts';
import { allEvents, responseOf, textIn } from '../support/relay-client.ts';

const PROVIDERS = ['deepseek', 'kimi', 'qwen', 'mistral', 'groq', 'xai', 'openrouter'];
/** Where the preset names no model of its own. */
const MODELS: Readonly<Record<string, string>> = { openrouter: 'deepseek/deepseek-v4-pro' };

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const QUESTION = {
  role: 'user',
  content: 'Call get_weather for Paris, then say in one sentence what it told.',
};

describe('live', () => {
  for (const id of PROVIDERS) {
    const preset = presetById(id);
    const variable = preset?.keyVariable ?? '';
    const apiKey = process.env[variable];
    if (!apiKey) {
      it(`${id}: skipped, ${variable} is not set`);
      continue;
    }
    describe(id, () => {
      let relay: RelayHandle;
      let model = '';

      before(async () => {
        relay = await start({ port: 0, provider: id, apiKey });
        const listed = await relay.models();
        const wanted = preset?.defaultModel ?? MODELS[id] ?? '';
        model = listed.includes(wanted) ? wanted : (listed[0] ?? wanted);
      });

      after(() => relay.stop());

      const post = (fields: object) =>
        fetch(`${relay.url}/v1/responses`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model, ...fields }),
        });

      async function complete(fields: object): Promise<ResponseResource> {
        const reply = await post(fields);
        if (reply.status !== 200) assert.fail(`${model}: HTTP ${reply.status} ${await reply.text()}`);
        const response = await responseOf(reply);
        assert.equal(response.status, 'completed');
        return response;
      }

      it('lists models', async () => assert.ok((await relay.models()).length > 0));

      it('answers in one piece, and counts tokens', async () => {
        const response = await complete({ input: 'Say the single word: ready' });
        assert.match(textIn(response), /ready/i);
        assert.ok(response.usage && response.usage.input_tokens > 0 && response.usage.output_tokens > 0);
      });

      it('streams', async () => {
        const events = await allEvents(await post({ input: 'Count from 1 to 5.', stream: true }));
        assertEventRules(events);
        assert.equal(events.at(-1)?.type, 'response.completed');
        assert.ok(events.some(({ type }) => type === 'response.output_text.delta'));
      });

      it('calls a tool, gets its reasoning back, and goes on', async () => {
        const asked = { reasoning: { effort: 'low', summary: 'auto' }, tools: [WEATHER] };
        const first = await complete({ ...asked, input: [QUESTION] });
        const [call] = first.output.filter((item) => item.type === 'function_call');
        assert.ok(call, 'no call was made');
        assert.equal(call.name, 'get_weather');
        const result = { type: 'function_call_output', call_id: call.call_id, output: 'Sunny, 21 degrees.' };
        const second = await complete({ ...asked, input: [QUESTION, ...first.output, result] });
        assert.match(textIn(second), /21|sunny/i);
      });

      it('answers in a given form', async () => {
        const schema = {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        };
        const format = { type: 'json_schema', name: 'city', strict: true, schema };
        const response = await complete({ input: 'The capital of France?', text: { format } });
        assert.equal(JSON.parse(textIn(response)).city, 'Paris');
      });
    });
  }
});
