import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { ANSWER, BASE_URL, expectError, play, REFUSED, TEXT, textOf, WEATHER } from './cases.mjs';

const model = createOpenAI({ baseURL: BASE_URL, apiKey: 'none' }).responses('scripted');
const tools = {
  get_weather: tool({
    inputSchema: jsonSchema(WEATHER),
    execute: ({ city }) => (city === 'Oslo' ? '21' : 'unknown'),
  }),
};
const withTools = { model, tools, stopWhen: stepCountIs(3), prompt: 'What is the weather?' };

/** Its text streams end without an error unless one listens. */
async function streamed(settings) {
  let failure;
  const result = streamText({
    ...settings,
    onError: ({ error }) => {
      failure = error;
    },
  });
  const text = await textOf(result.textStream);
  if (failure !== undefined) throw failure;
  return text;
}

await play({
  text: async () => assert.equal((await generateText({ model, prompt: 'Say hello' })).text, TEXT),
  stream: async () => assert.equal(await streamed({ model, prompt: 'Say hello' }), TEXT),
  tools: async () => assert.equal((await generateText(withTools)).text, ANSWER),
  streamed_tools: async () => assert.equal(await streamed(withTools), ANSWER),
  refusal: () => expectError(() => generateText({ model, prompt: 'Be refused' }), REFUSED),
  broken: () => expectError(() => streamed({ model, prompt: 'Break off' })),
});
