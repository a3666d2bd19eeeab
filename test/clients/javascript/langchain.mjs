import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { ANSWER, BASE_URL, expectError, play, REFUSED, TEXT, WEATHER } from './cases.mjs';

const chat = new ChatOpenAI({
  model: 'scripted',
  apiKey: 'none',
  useResponsesApi: true,
  configuration: { baseURL: BASE_URL },
});
const weather = tool(({ city }) => (city === 'Oslo' ? '21' : 'unknown'), {
  name: 'get_weather',
  description: 'The weather of a city',
  schema: WEATHER,
});
const withTools = chat.bindTools([weather]);

async function streamed(model, messages) {
  let whole;
  for await (const piece of await model.stream(messages)) whole = whole?.concat(piece) ?? piece;
  return whole;
}

async function answerCalls(ask) {
  const messages = [new HumanMessage('What is the weather?')];
  const first = await ask(messages);
  assert.deepEqual(
    first.tool_calls.map(({ name }) => name),
    ['get_weather'],
  );
  const results = await Promise.all(
    first.tool_calls.map(
      async ({ id, args }) => new ToolMessage({ content: await weather.invoke(args), tool_call_id: id }),
    ),
  );
  assert.equal((await ask([...messages, first, ...results])).text, ANSWER);
}

await play({
  text: async () => assert.equal((await chat.invoke('Say hello')).text, TEXT),
  stream: async () => assert.equal((await streamed(chat, 'Say hello')).text, TEXT),
  tools: () => answerCalls((messages) => withTools.invoke(messages)),
  streamed_tools: () => answerCalls((messages) => streamed(withTools, messages)),
  refusal: () => expectError(() => chat.invoke('Be refused'), REFUSED),
  broken: () => expectError(() => streamed(chat, 'Break off')),
});
