import assert from 'node:assert/strict';
import { openDiskStore } from '../../../src/history/disk-store.ts';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import type { HistoryStore } from '../../../src/history/store.ts';
import type { ResponseResource } from '../../../src/wire/responses.ts';
import { recordingLogger, temporaryDirectory } from '../../history/support.ts';
import { errorOf, type Rig, responseOf, startRig } from '../../support/relay-client.ts';
import {
  reasoningChunks,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';

const TOOLS = [{ type: 'function', name: 'run', parameters: { type: 'object' } }];
const SCRIPT: Script = ({ body }) =>
  body.messages.at(-1)?.content === 'run it'
    ? streamReply(
        reasoningChunks(['because']),
        toolCallChunks({ id: 'c1', name: 'run', arguments: { a: 1 } }),
      )
    : streamReply(textChunks('Hello.'));
const USER = (content: string) => ({ role: 'user', content });
const REFERENCE = (id: string | undefined) => ({ type: 'item_reference', id });

function idOf(response: ResponseResource, type: string): string {
  return response.output.find((item) => item.type === type)?.id ?? assert.fail(`no ${type}`);
}

describe('item references', () => {
  let rig: Rig;
  const connect = async (history: HistoryStore = createMemoryStore()) => {
    rig = await startRig(SCRIPT, { history });
  };
  const ask = async (body: object) => responseOf(await rig.post({ model: 'm', tools: TOOLS, ...body }));
  const lastRoles = () => rig.upstream.chats.at(-1)?.body.messages.map(({ role }) => role);
  afterEach(() => rig.stop());

  for (const withType of [true, false]) {
    it(`stand for what the model said, ${withType ? 'with' : 'without'} a type`, async () => {
      await connect();
      const id = idOf(await ask({ input: 'hi' }), 'message');
      await ask({ input: [USER('hi'), withType ? REFERENCE(id) : { id }, USER('roles?')] });
      assert.deepEqual(lastRoles(), ['user', 'assistant', 'user']);
      assert.equal(rig.upstream.chats.at(-1)?.body.messages[1]?.content, 'Hello.');
    });
  }

  it('stand for calls and their reasoning, so that outputs find their calls', async () => {
    await connect();
    const first = await ask({ input: 'run it' });
    const output = { type: 'function_call_output', call_id: 'c1', output: 'ok' };
    const references = ['reasoning', 'function_call'].map((type) => REFERENCE(idOf(first, type)));
    await ask({ input: [USER('run it'), ...references, output] });
    assert.deepEqual(lastRoles(), ['user', 'assistant', 'tool']);
    const [, assistant] = rig.upstream.chats.at(-1)?.body.messages ?? [];
    assert.equal(assistant?.role === 'assistant' && assistant.tool_calls?.[0]?.id, 'c1');
    assert.equal(Reflect.get(assistant ?? {}, 'reasoning_content'), 'because');
  });

  it('stand for items of earlier input, whose references were resolved too', async () => {
    await connect();
    const first = await ask({ input: [USER('hi'), USER('there')] });
    const second = await ask({ input: [REFERENCE(idOf(first, 'message')), USER('and?')] });
    const list = await fetch(`${rig.relay.url}/v1/responses/${second.id}/input_items?order=asc`);
    const { data } = (await list.json()) as { data: { id: string; role: string; content: unknown }[] };
    assert.deepEqual(
      data.map(({ role }) => role),
      ['assistant', 'user'],
    );
    await ask({ input: data.map(({ id }) => REFERENCE(id)) });
    assert.deepEqual(lastRoles(), ['assistant', 'user']);
  });

  it('to items of the continued conversation repeat nothing', async () => {
    await connect();
    const first = await ask({ input: 'hi' });
    const reference = REFERENCE(idOf(first, 'message'));
    await ask({ previous_response_id: first.id, input: [reference, reference, USER('roles?')] });
    assert.deepEqual(lastRoles(), ['user', 'assistant', 'user']);
    assert.equal(rig.upstream.chats.at(-1)?.body.messages[1]?.content, 'Hello.');
  });

  it('survive a restart with a history on disk', async () => {
    await using place = await temporaryDirectory();
    const open = () => openDiskStore({ directory: place.path, logger: recordingLogger() });
    await connect(await open());
    const id = idOf(await ask({ input: 'hi' }), 'message');
    await rig.stop();
    await connect(await open());
    await ask({ input: [USER('hi'), REFERENCE(id), USER('roles?')] });
    assert.deepEqual(lastRoles(), ['user', 'assistant', 'user']);
  });

  it('to unknown items are refused by id, before any provider is asked', async () => {
    await connect();
    const passing = await ask({ input: 'hi', store: false });
    const stored = await ask({ input: 'hi' });
    const deleted = await ask({ input: 'hi' });
    await fetch(`${rig.relay.url}/v1/responses/${deleted.id}`, { method: 'DELETE' });
    const asked = rig.upstream.chats.length;
    for (const id of [
      'msg_unknown',
      '__proto__',
      idOf(passing, 'message'),
      idOf(deleted, 'message'),
      idOf(stored, 'message').replace('msg_', 'fc_'),
      stored.id,
    ]) {
      for (const stream of [true, false]) {
        const reply = await rig.post({ model: 'm', stream, input: [USER('hi'), REFERENCE(id)] });
        const { message, param } = await errorOf(reply);
        assert.deepEqual([reply.status, message, param], [400, `Item with id '${id}' not found.`, 'input']);
      }
    }
    assert.equal(rig.upstream.chats.length, asked);
  });
});
