/** Compaction over real HTTP: the route, the trigger, and the summary at the next model. */
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError } from 'openai';
import { sealSummary } from '../../../src/translate/compaction.ts';
import type { InputItem } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { AS_CODEX, allEvents, errorOf, type Rig, responseOf, startRig } from '../../support/relay-client.ts';
import {
  CUT,
  errorReply,
  finishChunk,
  reasoningChunks,
  type ScriptedReply,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';

const SUMMARY = 'They look for a café in Ulm; 東京 comes later.';
const RUN = { type: 'function' as const, name: 'run', parameters: {}, strict: false };
const TRIGGER = { type: 'compaction_trigger' as const };

const CONVERSATION: InputItem[] = [
  { role: 'developer', content: 'Be brief.' },
  { role: 'user', content: 'first' },
  { type: 'function_call', call_id: 'c1', name: 'run', arguments: '{"secret":"step"}' },
  { type: 'function_call_output', call_id: 'c1', output: 'what came out' },
  { role: 'assistant', content: 'an answer' },
  { role: 'user', content: [{ type: 'input_text', text: 'second' }] },
];

describe('compaction', () => {
  let rig: Rig;
  let client: OpenAI;
  const connect = async (...args: Parameters<typeof startRig>) => {
    rig = await startRig(...args);
    client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'client-key', maxRetries: 0 });
  };
  const sent = async (at: number) => (await rig.upstream.chat(at)).body;
  const compact = (body: object) => rig.post(body, {}, '/v1/responses/compact');
  afterEach(() => rig.stop());

  describe('by its route', () => {
    it("answers the official client with the user's messages and one item", async () => {
      await connect([streamReply(reasoningChunks(['hm']), textChunks(SUMMARY), usageChunk(30, 4))]);
      const compacted = await client.responses.compact({
        model: 'm',
        input: CONVERSATION as OpenAI.Responses.ResponseInput,
      });
      assert.deepEqual(Object.keys(compacted), ['id', 'object', 'created_at', 'output', 'usage']);
      assert.match(compacted.id, /^resp_/);
      assert.equal(compacted.object, 'response.compaction');
      assert.ok(Number.isInteger(compacted.created_at));
      assert.equal(compacted.usage.total_tokens, 34);
      const [first, second, last] = compacted.output as InputItem[];
      for (const [item, text] of [
        [first, 'first'],
        [second, 'second'],
      ] as const) {
        assert.match(item?.id ?? '', /^msg_/);
        assert.deepEqual(
          [item?.type, item?.role, item?.status, item?.content],
          ['message', 'user', 'completed', [{ type: 'input_text', text }]],
        );
      }
      assert.match(last?.id ?? '', /^cmp_/);
      assert.deepEqual(
        [compacted.output.length, last?.type, last?.encrypted_content],
        [3, 'compaction', sealSummary(SUMMARY)],
      );
    });

    it('shows the model the whole conversation, offers no tools, and asks in the last message', async () => {
      await connect([streamReply(textChunks(SUMMARY))]);
      await compact({ model: 'm', input: CONVERSATION, tools: [RUN], tool_choice: 'required' });
      const { messages, tools, tool_choice } = await sent(0);
      assert.deepEqual(
        messages.map(({ role }) => role),
        ['system', 'user', 'assistant', 'tool', 'assistant', 'user', 'user'],
      );
      assert.match(String(messages.at(-1)?.content), /Summarise this conversation/);
      assert.deepEqual([tools, tool_choice], [undefined, undefined]);
    });

    it('continues a stored response, and another model continues from the summary', async () => {
      await connect([
        streamReply(textChunks('stored answer')),
        streamReply(textChunks(SUMMARY)),
        streamReply(textChunks('on it goes')),
      ]);
      const stored = await client.responses.create({ model: 'm', input: 'stored question' });
      const compacted = await client.responses.compact({ model: 'm', previous_response_id: stored.id });
      assert.deepEqual(
        (await sent(1)).messages.slice(0, 2).map(({ content }) => content),
        ['stored question', 'stored answer'],
      );
      await client.responses.create({
        model: 'other',
        input: [
          // The client's own types do not take its output for input.
          ...(compacted.output as OpenAI.Responses.ResponseInput),
          { role: 'user', content: 'go on' },
        ],
      });
      assert.deepEqual((await sent(2)).messages, [
        { role: 'user', content: 'stored question' },
        { role: 'user', content: `[summary of the conversation up to here]\n${SUMMARY}` },
        { role: 'user', content: 'go on' },
      ]);
    });

    it('replaces an earlier summary by the next one', async () => {
      await connect([streamReply(textChunks('newer'))]);
      const older = { type: 'compaction', encrypted_content: sealSummary('older') };
      const reply = await compact({
        model: 'm',
        input: [{ role: 'user', content: 'a' }, older, { role: 'assistant', content: 'b' }],
      });
      const { output } = (await reply.json()) as { output: InputItem[] };
      assert.deepEqual(
        output.map(({ type, encrypted_content }) => [type, encrypted_content]),
        [
          ['message', undefined],
          ['compaction', sealSummary('newer')],
        ],
      );
      assert.match(JSON.stringify((await sent(0)).messages), /older/);
    });

    for (const [name, body, param] of [
      ['no model', { input: 'x' }, 'model'],
      ['nothing to compact', { model: 'm' }, 'input'],
      ['an empty input', { model: 'm', input: [] }, 'input'],
      ['a wrong item', { model: 'm', input: [{ role: 7 }] }, 'input[0].role'],
      [
        'a response that nobody knows',
        { model: 'm', previous_response_id: 'resp_no' },
        'previous_response_id',
      ],
      ['state that is kept elsewhere', { model: 'm', input: 'x', conversation: 'conv_1' }, 'conversation'],
    ] as const) {
      it(`refuses ${name}`, async () => {
        await connect([]);
        const reply = await compact(body);
        assert.deepEqual([reply.status, (await errorOf(reply)).param], [400, param]);
      });
    }

    it('gives the official client an error, not a compaction, if the provider refuses', async () => {
      await connect([errorReply(400, 'No such thing.')]);
      await assert.rejects(client.responses.compact({ model: 'm', input: 'x' }), BadRequestError);
    });
  });

  describe('by a compaction_trigger', () => {
    const ask = (more: object = {}) =>
      rig.post({ model: 'm', stream: true, input: [...CONVERSATION, TRIGGER], ...more }, AS_CODEX);

    for (const [name, reply] of [
      ['text', streamReply(textChunks('They look for a café', ' in Ulm; 東京 comes later.'))],
      ['thinking and text', streamReply(reasoningChunks(['hm']), textChunks(SUMMARY))],
      ['thinking in tags', streamReply(textChunks('<think>hm</think>', SUMMARY))],
      [
        'text beside a call',
        streamReply(
          textChunks(SUMMARY).slice(0, -1),
          toolCallChunks({ id: 'c', name: 'run', arguments: {} }),
        ),
      ],
    ] satisfies [string, ScriptedReply][]) {
      it(`streams exactly one item, made of ${name}`, async () => {
        await connect([reply]);
        const events = await allEvents(await ask());
        assertEventRules(events);
        assert.deepEqual(
          events.map(({ type }) => type),
          [
            'response.created',
            'response.in_progress',
            'response.output_item.added',
            'response.output_item.done',
            'response.completed',
          ],
        );
        const last = events.at(-1);
        const output = last !== undefined && 'response' in last ? last.response.output : [];
        assert.deepEqual(
          output.map((item) => [item.type, 'encrypted_content' in item && item.encrypted_content]),
          [['compaction', sealSummary(SUMMARY)]],
        );
      });
    }

    for (const [name, reply, message] of [
      ['nothing', streamReply(textChunks('  ')), /without a summary/],
      [
        'a call alone',
        streamReply(toolCallChunks({ id: 'c', name: 'run', arguments: {} })),
        /without a summary/,
      ],
      [
        'a summary that was cut',
        streamReply(textChunks('They').slice(0, -1), finishChunk('length')),
        /inside the summary/,
      ],
      ['a stream that broke off', streamReply(textChunks('They').slice(0, -1), CUT), /./],
    ] satisfies [string, ScriptedReply, RegExp][]) {
      it(`fails on ${name}: the client keeps its history`, async () => {
        await connect(() => reply);
        const events = await allEvents(await ask());
        const last = events.at(-1);
        assert.equal(last?.type, 'response.failed');
        assert.deepEqual(last.response.output, []);
        assert.match(last.response.error?.message ?? '', message);
        assert.ok(events.every(({ type }) => !type.startsWith('response.output_item')));
      });
    }

    it('answers a blocking client in the same way, and a stored answer continues from the summary', async () => {
      await connect([streamReply(textChunks(SUMMARY)), streamReply(textChunks('on'))]);
      const first = await responseOf(await rig.post({ model: 'm', input: [...CONVERSATION, TRIGGER] }));
      assert.deepEqual(
        first.output.map(({ type }) => type),
        ['compaction'],
      );
      await rig.post({ model: 'm', previous_response_id: first.id, input: 'go on' });
      assert.deepEqual(
        (await sent(1)).messages.map(({ role, content }) => [role, content]),
        [
          ['system', 'Be brief.'],
          ['user', 'first'],
          ['user', 'second'],
          ['user', `[summary of the conversation up to here]\n${SUMMARY}`],
          ['user', 'go on'],
        ],
      );
    });

    it('goes to the model that the user set for compaction', async () => {
      await connect([streamReply(textChunks(SUMMARY))], { roles: { compaction: 'cheap' } });
      await ask();
      assert.equal((await sent(0)).model, 'cheap');
    });

    it('does not read calls that the summary quotes', async () => {
      const quoted = 'It wrote <tool_call>{"name":"run","arguments":{}}</tool_call> in vain.';
      await connect([streamReply(textChunks(quoted))]);
      const tools = { type: 'additional_tools', tools: [RUN] };
      const events = await allEvents(await ask({ input: [tools, ...CONVERSATION, TRIGGER] }));
      const done = events.find(({ type }) => type === 'response.output_item.done');
      assert.equal(
        done && 'item' in done && 'encrypted_content' in done.item && done.item.encrypted_content,
        sealSummary(quoted),
      );
    });
  });

  for (const [name, sealed] of [
    ["another service's", 'gAAAAABopaque'],
    ['damaged', `${sealSummary(SUMMARY)}*`],
  ] as const) {
    it(`ignores a summary that is ${name}, and logs that once`, async () => {
      await connect(() => streamReply(textChunks('ok')));
      const input = [
        { type: 'compaction', encrypted_content: sealed },
        { role: 'user', content: 'hi' },
      ];
      for (let at = 0; at < 2; at++) await rig.post({ model: 'm', input });
      assert.deepEqual((await sent(1)).messages, [{ role: 'user', content: 'hi' }]);
      assert.equal(rig.log.filter((line) => line.includes('cannot be opened')).length, 1);
    });
  }
});
