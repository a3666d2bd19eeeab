import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { ANSWER, BASE_URL, expectError, play, REFUSED, TEXT, textOf, WEATHER } from './cases.mjs';

const client = new OpenAI({ baseURL: BASE_URL, apiKey: 'none' });
const model = 'scripted';
const tools = [{ type: 'function', name: 'get_weather', parameters: WEATHER, strict: false }];

const ask = (fields) => client.responses.create({ model, ...fields });
const final = (fields) => client.responses.stream({ model, ...fields }).finalResponse();

async function* deltas(input) {
  for await (const event of client.responses.stream({ model, input })) {
    if (event.type === 'response.output_text.delta') yield event.delta;
  }
}

async function answerCalls(send) {
  const input = [{ role: 'user', content: 'What is the weather?' }];
  const { output } = await send({ input, tools });
  const calls = output.filter(({ type }) => type === 'function_call');
  assert.deepEqual(
    calls.map((call) => [call.name, JSON.parse(call.arguments)]),
    [['get_weather', { city: 'Oslo' }]],
  );
  const results = calls.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: '21' }));
  const second = await send({ input: [...input, ...output, ...results], tools });
  assert.equal(second.output_text, ANSWER);
}

await play({
  text: async () => assert.equal((await ask({ input: 'Say hello' })).output_text, TEXT),
  stream: async () => assert.equal(await textOf(deltas('Say hello')), TEXT),
  tools: () => answerCalls(ask),
  streamed_tools: () => answerCalls(final),
  refusal: () => expectError(() => ask({ input: 'Be refused' }), REFUSED),
  broken: () => expectError(() => textOf(deltas('Break off'))),
});
