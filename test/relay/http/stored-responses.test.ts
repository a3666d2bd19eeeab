/** The stateful half of the Responses API, with OpenAI's own client over HTTP, on both history stores. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import { openDiskStore } from '../../../src/history/disk-store.ts';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryStore } from '../../../src/history/store.ts';
import { recordingLogger, temporaryDirectory } from '../../history/support.ts';
import { type Rig, startRig } from '../../support/relay-client.ts';
import {
  CUT,
  deltaChunk,
  errorReply,
  reasoningChunks,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';

const limits = DEFAULT_HISTORY_LIMITS;
const BACKENDS: Readonly<Record<string, (directory: string) => Promise<HistoryStore>>> = {
  memory: async () => createMemoryStore(limits),
  disk: (directory) => openDiskStore({ directory, limits, logger: recordingLogger() }),
};

const WEATHER = {
  type: 'function' as const,
  name: 'weather',
  parameters: { type: 'object' },
  strict: false,
};

for (const [backend, openHistory] of Object.entries(BACKENDS)) {
  describe(`stored responses in ${backend}`, () => {
    let place: Awaited<ReturnType<typeof temporaryDirectory>>;
    let rig: Rig;
    let client: OpenAI;
    const connect = async (script: Script) => {
      rig = await startRig(script, { history: await openHistory(join(place.path, 'history')) });
      client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'client-key', maxRetries: 0 });
    };
    beforeEach(async () => {
      place = await temporaryDirectory();
    });
    afterEach(async () => {
      await rig.stop();
      await place[Symbol.asyncDispose]();
    });

    it('are retrieved as they were created', async () => {
      await connect([streamReply(reasoningChunks(['hm']), textChunks('Hello'))]);
      const created = await client.responses.create({ model: 'm', input: 'hi', metadata: { topic: 'x' } });
      const retrieved = await client.responses.retrieve(created.id);
      assert.deepEqual(retrieved, created);
    });

    it('are continued over several turns, with reasoning and tool results in their places', async () => {
      await connect([
        streamReply(
          reasoningChunks(['weather?']),
          toolCallChunks({ id: 'c1', name: 'weather', arguments: {} }),
        ),
        streamReply(textChunks('Sunny.')),
        streamReply(textChunks('You asked about the weather.')),
      ]);
      const first = await client.responses.create({ model: 'm', input: 'Weather?', tools: [WEATHER] });
      const second = await client.responses.create({
        model: 'm',
        previous_response_id: first.id,
        input: [{ type: 'function_call_output', call_id: 'c1', output: 'sun' }],
        tools: [WEATHER],
      });
      const third = await client.responses.create({
        model: 'm',
        previous_response_id: second.id,
        input: 'What did I ask?',
      });
      assert.equal(third.previous_response_id, second.id);
      const { messages } = (await rig.upstream.chat(2)).body;
      assert.deepEqual(
        messages.map(({ role }) => role),
        ['user', 'assistant', 'tool', 'assistant', 'user'],
      );
      assert.equal(Reflect.get(messages[1] ?? {}, 'reasoning_content'), 'weather?');
    });

    it('can be continued in several ways', async () => {
      await connect(({ body }) => streamReply(textChunks(`${body.messages.length}`)));
      const root = await client.responses.create({ model: 'm', input: 'root' });
      const ask = (input: string) =>
        client.responses.create({ model: 'm', previous_response_id: root.id, input });
      const [left, right] = [await ask('left'), await ask('right')];
      assert.deepEqual([left.output_text, right.output_text], ['3', '3']);
    });

    it('are not kept with store: false', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const { id } = await client.responses.create({ model: 'm', input: 'hi', store: false });
      await assert.rejects(client.responses.retrieve(id), NotFoundError);
      await assert.rejects(
        client.responses.create({ model: 'm', previous_response_id: id, input: 'on' }),
        (error: unknown) => {
          assert.ok(error instanceof BadRequestError);
          assert.deepEqual(
            [error.code, error.param],
            ['previous_response_not_found', 'previous_response_id'],
          );
          assert.match(error.message, new RegExp(`Previous response with id '${id}' not found\\.`));
          return true;
        },
      );
      assert.equal(rig.upstream.chats.length, 1);
    });

    it('that continue a kept one are not kept with store: false either', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const kept = await client.responses.create({ model: 'm', input: 'hi' });
      const passing = await client.responses.create({
        model: 'm',
        previous_response_id: kept.id,
        input: 'on',
        store: false,
      });
      await assert.rejects(client.responses.retrieve(passing.id), NotFoundError);
      assert.equal((await client.responses.retrieve(kept.id)).id, kept.id);
    });

    it('are gone when deleted', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const { id } = await client.responses.create({ model: 'm', input: 'hi' });
      const deleted = await fetch(`${rig.relay.url}/v1/responses/${id}`, { method: 'DELETE' });
      assert.deepEqual(await deleted.json(), { id, object: 'response', deleted: true });
      await assert.rejects(client.responses.delete(id), NotFoundError);
      await assert.rejects(client.responses.retrieve(id), (error: unknown) => {
        assert.ok(error instanceof NotFoundError);
        assert.equal(error.code, 'response_not_found');
        assert.match(error.message, new RegExp(`Response with id '${id}' not found\\.`));
        return true;
      });
      await assert.rejects(client.responses.inputItems.list(id), NotFoundError);
      await assert.rejects(client.responses.cancel(id), NotFoundError);
      const next = client.responses.create({ model: 'm', previous_response_id: id, input: 'on' });
      await assert.rejects(next, BadRequestError);
    });

    it('list the items of their own input, page by page, in either order', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const texts = Array.from({ length: 25 }, (_, at) => `message ${at}`);
      const first = await client.responses.create({ model: 'm', input: 'before' });
      const { id } = await client.responses.create({
        model: 'm',
        previous_response_id: first.id,
        input: texts.map((content) => ({ role: 'user', content })),
      });
      const textsOf = async (query: OpenAI.Responses.InputItemListParams) => {
        const items = await Array.fromAsync(client.responses.inputItems.list(id, query));
        return items.map((item) => {
          assert.ok(item.type === 'message' && item.role === 'user' && item.id.startsWith('msg_'));
          assert.equal(item.status, 'completed');
          const [part] = item.content;
          return part?.type === 'input_text' ? part.text : undefined;
        });
      };
      assert.deepEqual(await textsOf({ order: 'asc', limit: 7 }), texts);
      assert.deepEqual(await textsOf({}), texts.toReversed());

      const page = await client.responses.inputItems.list(id, { order: 'asc', limit: 2 });
      const raw = await fetch(`${rig.relay.url}/v1/responses/${id}/input_items?order=asc&limit=2`);
      assert.deepEqual(await raw.json(), {
        object: 'list',
        data: page.data,
        first_id: page.data[0]?.id,
        last_id: page.data[1]?.id,
        has_more: true,
      });
    });

    it('list each kind of item with an id of its kind and with its status', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const kinds: readonly (readonly [item: object, prefix: string, status: string | undefined])[] = [
        [{ role: 'user', content: 'hi' }, 'msg', 'completed'],
        [{ type: 'reasoning', summary: [] }, 'rs', undefined],
        [{ type: 'function_call', call_id: 'a', name: 'weather', arguments: '{}' }, 'fc', 'completed'],
        [{ type: 'function_call_output', call_id: 'a', output: 'sun' }, 'fco', 'completed'],
        [{ type: 'custom_tool_call', call_id: 'b', name: 'patch', input: '' }, 'ctc', 'completed'],
        [{ type: 'custom_tool_call_output', call_id: 'b', output: 'ok' }, 'ctco', 'completed'],
        [
          { type: 'function_call_output', call_id: 'a', output: 'x', status: 'incomplete' },
          'fco',
          'incomplete',
        ],
      ];
      const input = kinds.map(([item]) => item);
      const { id } = await client.responses.create({
        model: 'm',
        input: input as OpenAI.Responses.ResponseInput,
      });
      const list = await fetch(`${rig.relay.url}/v1/responses/${id}/input_items?order=asc`);
      const { data } = (await list.json()) as { data: { id: string; status?: string }[] };
      assert.deepEqual(
        data.map((item) => [item.id.split('_')[0], item.status]),
        kinds.map(([, prefix, status]) => [prefix, status]),
      );
      const ids = data.map((item) => item.id);
      assert.equal(new Set(ids).size, ids.length);
    });

    it('that failed in mid-stream are retrieved and continued, with what was finished', async () => {
      const { promise: told, resolve: tell } = Promise.withResolvers<void>();
      await connect([
        { body: [...reasoningChunks(['hm']), deltaChunk({ content: 'half' }), told, CUT] },
        errorReply(400, 'no'),
        streamReply(textChunks('going on')),
      ]);
      const stream = await client.responses.create({ model: 'm', input: 'hi', stream: true });
      let id = '';
      // The client raises the error event before it sees `response.failed`.
      const listen = async () => {
        for await (const event of stream) {
          if (event.type === 'response.created') id = event.response.id;
          if (event.type === 'response.output_text.delta') tell();
        }
      };
      await listen().catch(() => undefined);
      const failed = await client.responses.retrieve(id);
      assert.deepEqual(
        [failed.status, failed.error?.code, failed.output.map((item) => item.type)],
        ['failed', 'server_error', ['reasoning']],
      );
      // A failure that the client learns of by its status leaves nothing behind.
      await assert.rejects(
        client.responses.create({ model: 'm', input: 'hi', stream: true }),
        BadRequestError,
      );
      const next = await client.responses.create({ model: 'm', previous_response_id: id, input: 'go on' });
      assert.equal(next.output_text, 'going on');
      assert.deepEqual(
        (await rig.upstream.chat(2)).body.messages.map(({ role }) => role),
        ['user', 'user'],
      );
    });

    it('are refused with the name of a wrong list parameter', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const { id } = await client.responses.create({ model: 'm', input: 'hi' });
      const wrong = { order: 'up', limit: '0', after: 'msg_none' };
      for (const [name, value] of Object.entries(wrong)) {
        const list = client.responses.inputItems.list(id, { [name]: value });
        await assert.rejects(list, (error: unknown) => {
          assert.ok(error instanceof BadRequestError);
          assert.equal(error.param, name);
          return true;
        });
      }
    });

    it('are cancelled while they run: upstream ends, the stream fails, what was finished stays', async () => {
      const never = new Promise(() => {});
      await connect([
        streamReply(reasoningChunks(['thinking']), textChunks('first').slice(0, 1), never as Promise<never>),
        streamReply(textChunks('going on')),
      ]);
      const stream = await client.responses.create({ model: 'm', input: 'hi', stream: true });
      const events = stream[Symbol.asyncIterator]();
      const created = (await events.next()).value;
      assert.ok(created?.type === 'response.created');
      const { id } = created.response;
      for (;;) if ((await events.next()).value?.type === 'response.output_text.delta') break;
      assert.equal((await client.responses.retrieve(id)).status, 'in_progress');

      const cancelled = await client.responses.cancel(id);
      assert.deepEqual([cancelled.id, cancelled.status, cancelled.error], [id, 'cancelled', null]);
      assert.equal(await (await rig.upstream.chat(0)).clientLeft, true);
      // The client raises the error event, and reads no further.
      await assert.rejects(events.next(), /cancelled/);

      // `output_text` is the client's own addition to what it retrieves.
      assert.deepEqual(await client.responses.retrieve(id), { ...cancelled, output_text: '' });
      await assert.rejects(client.responses.cancel(id), (error: unknown) => {
        assert.ok(error instanceof BadRequestError);
        assert.match(error.message, /is cancelled: only a running one can be cancelled/);
        return true;
      });
      const next = await client.responses.create({ model: 'm', previous_response_id: id, input: 'go on' });
      assert.equal(next.output_text, 'going on');
    });

    it('that run without store cannot be seen by others', async () => {
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      await connect([streamReply(textChunks('first').slice(0, 1), held, textChunks('second'))]);
      const stream = await client.responses.create({ model: 'm', input: 'hi', stream: true, store: false });
      const events = stream[Symbol.asyncIterator]();
      const created = (await events.next()).value;
      assert.ok(created?.type === 'response.created');
      await assert.rejects(client.responses.retrieve(created.response.id), NotFoundError);
      release();
      for (;;) if ((await events.next()).done) break;
    });

    it('are not streamed again', async () => {
      await connect(() => streamReply(textChunks('Hello')));
      const { id } = await client.responses.create({ model: 'm', input: 'hi' });
      await assert.rejects(client.responses.retrieve(id, { stream: true }), BadRequestError);
    });
  });
}

describe('stored responses on disk', () => {
  it('are continued after a restart of the relay', async () => {
    await using place = await temporaryDirectory();
    const open = () => openDiskStore({ directory: place.path, limits, logger: recordingLogger() });
    const script: Script = ({ body }) => streamReply(textChunks(`${body.messages.length} messages`));
    const run = async (input: string, previous: string | null) => {
      const rig = await startRig(script, { history: await open() });
      const client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'k', maxRetries: 0 });
      const response = await client.responses.create({ model: 'm', input, previous_response_id: previous });
      await rig.stop();
      return response;
    };
    const first = await run('one', null);
    const second = await run('two', first.id);
    const third = await run('three', second.id);
    assert.equal(third.output_text, '5 messages');
  });
});

describe('a history that fails', () => {
  it('costs earlier thinking, but no answer', async () => {
    const history = createMemoryStore();
    Object.defineProperty(history, 'hasReasoning', { value: true });
    history.reasoningByFingerprint = () => Promise.reject(new Error('disk gone'));
    const rig = await startRig([streamReply(textChunks('hi'))], {
      history,
      provider: 'deepseek',
      apiKey: 'a-key',
    });
    const call = { type: 'function_call', call_id: 'c1', name: 'run', arguments: '{}' };
    const output = { type: 'function_call_output', call_id: 'c1', output: 'ok' };
    const reply = await rig.post({ model: 'm', input: [{ role: 'user', content: 'go' }, call, output] });
    assert.equal(reply.status, 200);
    assert.ok(rig.log.some((line) => line.startsWith('error history: ') && line.includes('disk gone')));
    await rig.stop();
  });
});
