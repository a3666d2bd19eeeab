import assert from 'node:assert/strict';
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import { z } from 'zod';
import { ANSWER, BASE_URL, expectError, play, REFUSED, TEXT, textOf } from './cases.mjs';

const modelProvider = new OpenAIProvider({ baseURL: BASE_URL, apiKey: 'none', useResponses: true });
const runner = new Runner({ modelProvider, tracingDisabled: true });
const get_weather = tool({
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => (city === 'Oslo' ? '21' : 'unknown'),
});
const plain = new Agent({ name: 'Plain', model: 'scripted' });
const withTools = new Agent({ name: 'With tools', model: 'scripted', tools: [get_weather] });

const ask = async (agent, input) => (await runner.run(agent, input)).finalOutput;

async function streamed(agent, input) {
  const result = await runner.run(agent, input, { stream: true });
  const text = await textOf(result.toTextStream());
  await result.completed;
  return text;
}

await play({
  text: async () => assert.equal(await ask(plain, 'Say hello'), TEXT),
  stream: async () => assert.equal(await streamed(plain, 'Say hello'), TEXT),
  tools: async () => assert.equal(await ask(withTools, 'What is the weather?'), ANSWER),
  streamed_tools: async () => assert.equal(await streamed(withTools, 'What is the weather?'), ANSWER),
  refusal: () => expectError(() => ask(plain, 'Be refused'), REFUSED),
  broken: () => expectError(() => streamed(plain, 'Break off')),
});
