import assert from 'node:assert/strict';
import type { InputItem } from '../../../src/wire/responses.ts';
import { responseOf, startRig } from '../../support/relay-client.ts';
import { reasoningChunks, streamReply, textChunks, toolCallChunks } from '../../support/scripted-upstream.ts';

const TOOLS = [{ type: 'function', name: 'run', parameters: { type: 'object' } }];
const ASK = { role: 'user', content: 'run it' };
const OUTPUT = { type: 'function_call_output', call_id: 'c1', output: 'ok' };

/** Two requests of a client that treats reasoning items as `keep` does; gives the second one's assistant message. */
async function secondTurn(
  first: object,
  keep: (output: readonly InputItem[]) => InputItem[],
): Promise<object> {
  const rig = await startRig([
    streamReply(reasoningChunks(['because']), toolCallChunks({ id: 'c1', name: 'run', arguments: { a: 1 } })),
    streamReply(textChunks('done')),
  ]);
  const { output } = await responseOf(await rig.post({ model: 'm', input: [ASK], tools: TOOLS, ...first }));
  const input = [ASK, ...keep(output as readonly InputItem[]), OUTPUT];
  await (await rig.post({ model: 'm', input, tools: TOOLS })).text();
  const { messages } = (await rig.upstream.chat(1)).body;
  await rig.stop();
  return messages.find((message) => message.role === 'assistant') ?? {};
}

const withoutReasoning = (output: readonly InputItem[]) => output.filter((item) => item.type !== 'reasoning');

describe('reasoning of the turn before', () => {
  it('comes back from the sealed item of a client that replays it', async () => {
    const message = await secondTurn({ store: false, include: ['reasoning.encrypted_content'] }, (output) => [
      ...output,
    ]);
    assert.equal(Reflect.get(message, 'reasoning_content'), 'because');
  });

  it('comes back from memory for a client that drops it', async () => {
    const message = await secondTurn({}, withoutReasoning);
    assert.equal(Reflect.get(message, 'reasoning_content'), 'because');
  });

  it('comes back by call id for a client that rewrites the turn as well', async () => {
    const message = await secondTurn({}, (output) => [
      { type: 'message', role: 'assistant', content: 'rewritten' },
      ...withoutReasoning(output),
    ]);
    assert.equal(Reflect.get(message, 'reasoning_content'), 'because');
  });

  it('is not kept for a client that asked for the sealed item', async () => {
    const message = await secondTurn({ include: ['reasoning.encrypted_content'] }, withoutReasoning);
    assert.equal('reasoning_content' in message, false);
  });

  const CALL = { type: 'function_call', call_id: 'c1', name: 'run', arguments: '{"a":1}' };
  const OTHERS: Readonly<Record<string, readonly object[]>> = {
    'with a call of the same id': [
      { role: 'user', content: 'other' },
      { ...CALL, arguments: '{"b":2}' },
      OUTPUT,
    ],
    'with the very same call': [{ role: 'user', content: 'other' }, CALL, OUTPUT],
    'with the same call and other words before it': [
      { role: 'user', content: 'other' },
      { type: 'message', role: 'assistant', content: 'I run it.' },
      CALL,
      OUTPUT,
    ],
    'with the same question and another call of that id': [ASK, { ...CALL, arguments: '{"b":2}' }, OUTPUT],
    'with the same question and another tool': [ASK, { ...CALL, name: 'stop' }, OUTPUT],
  };
  for (const [what, input] of Object.entries(OTHERS)) {
    it(`never reaches another conversation: ${what}`, async () => {
      const rig = await startRig([
        streamReply(
          reasoningChunks(['SECRET']),
          toolCallChunks({ id: 'c1', name: 'run', arguments: { a: 1 } }),
        ),
        streamReply(textChunks('done')),
      ]);
      await (await rig.post({ model: 'm', input: [ASK], tools: TOOLS })).text();
      await (await rig.post({ model: 'm', input, tools: TOOLS })).text();
      assert.doesNotMatch((await rig.upstream.chat(1)).text, /SECRET/);
      await rig.stop();
    });
  }
});
