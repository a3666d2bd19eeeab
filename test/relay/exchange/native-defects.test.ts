/**
 * What Responses endpoints are known to do wrong in their streams (reports of 2026), over real HTTP: what can be
 * understood without doubt arrives as it should have been sent, and what was cut is never taken for an answer.
 */
import assert from 'node:assert/strict';
import { type RelayOptions, start } from '../../../src/index.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { OutputItem, ResponseEvent, ResponseResource } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import {
  call,
  nativeEvents,
  nativeReply,
  openThought,
  type Said,
  sse,
  startNativeUpstream,
  text,
  thought,
  USAGE,
} from '../../support/native-upstream.ts';
import { AS_CODEX, allEvents } from '../../support/relay-client.ts';
import { CUT, DONE, jsonReply, type ScriptedReply } from '../../support/scripted-upstream.ts';

const RUN = {
  type: 'function',
  name: 'run',
  description: 'Runs.',
  parameters: { type: 'object', properties: { cmd: { type: 'string' }, count: { type: 'integer' } } },
};
const MCP = { type: 'namespace', name: 'mcp__tiny', description: 'Tiny.', tools: [{ ...RUN, name: 'echo' }] };

interface Answer {
  status: number;
  events: ResponseEvent[];
  response: ResponseResource;
}

/** Asks a relay whose provider answers like this, as Codex does. */
async function ask(reply: ScriptedReply, options: RelayOptions = {}, body: JsonObject = {}): Promise<Answer> {
  const upstream = await startNativeUpstream(() => reply, ['m']);
  const relay = await start({ port: 0, upstream: upstream.url, wire: 'responses', model: 'm', ...options });
  try {
    const answer = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...AS_CODEX },
      body: JSON.stringify({ model: 'm', input: 'hi', stream: true, tools: [RUN, MCP], ...body }),
    });
    if (!answer.ok)
      return { status: answer.status, events: [], response: (await answer.json()) as ResponseResource };
    const events = await allEvents(answer);
    assertEventRules(events);
    const last = events.at(-1);
    assert.ok(last !== undefined && 'response' in last);
    return { status: 200, events, response: last.response };
  } finally {
    await relay.stop();
    await upstream.stop();
  }
}

const stream = (events: readonly JsonObject[], ...end: (string | typeof CUT)[]): ScriptedReply => ({
  body: [...sse(events), ...(end.length > 0 ? end : [DONE])],
});

/** The events of an answer, each changed. */
const changed = (change: (event: JsonObject) => JsonObject | undefined, ...said: Said[]) =>
  stream(
    nativeEvents(...said)
      .map(change)
      .filter((event) => event !== undefined),
  );

const without = (type: RegExp, ...said: Said[]) =>
  changed((event) => (type.test(String(event['type'])) ? undefined : event), ...said);

const textOf = (output: readonly OutputItem[]) =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => ('text' in part ? part.text : ''))
    .join('');
const callsOf = (output: readonly OutputItem[]) => output.filter((item) => item.type === 'function_call');
const object = (value: unknown) => value as JsonObject;

/** Answers that say all they were meant to say. */
const MENDED: [what: string, reply: () => ScriptedReply, check: (answer: Answer) => void][] = [
  [
    'ids that are UUIDs, another in each event',
    () => {
      let count = 0;
      const other = () => `3f2b8c1e-0000-4000-8000-${String(count++).padStart(12, '0')}`;
      return changed(
        (event) => {
          const item = event['item'];
          return {
            ...event,
            ...('item_id' in event && { item_id: other() }),
            ...(item !== undefined && { item: { ...object(item), id: other() } }),
          };
        },
        text('said'),
        call('run', { cmd: 'ls' }),
      );
    },
    ({ response: { output } }) => {
      assert.equal(textOf(output), 'said');
      assert.equal(callsOf(output)[0]?.arguments, '{"cmd":"ls"}');
    },
  ],
  [
    'the content of a message as an object',
    () =>
      changed((event) => {
        const item = event['item'];
        if (item === undefined) return event;
        const [content = {}] = (object(item)['content'] ?? []) as JsonObject[];
        return { ...event, item: { ...object(item), content } };
      }, text('said')),
    ({ response: { output } }) => assert.equal(textOf(output), 'said'),
  ],
  ...[
    {},
    null,
    { ...USAGE, total_tokens: undefined },
    { ...USAGE, input_tokens: 120.0, output_tokens: 30.5 },
  ].map((usage): (typeof MENDED)[number] => [
    `usage ${JSON.stringify(usage)}`,
    () =>
      changed((event) => {
        const { response } = event;
        return response === undefined
          ? event
          : { ...event, response: { ...object(response), usage: usage as never } };
      }, text('said')),
    ({ response }) => {
      assert.equal(response.status, 'completed');
      for (const value of Object.values(response.usage ?? {})) {
        assert.ok(typeof value === 'object' || Number.isInteger(value), `${value} is an integer`);
      }
    },
  ]),
  [
    'a complete JSON response to a stream request',
    () => {
      const last = nativeEvents(thought('Hm.'), text('said')).at(-1);
      return jsonReply(object(last)['response']);
    },
    ({ response: { output } }) => assert.equal(textOf(output), 'said'),
  ],
  [
    "a trace of the provider's own search, as a call",
    () => {
      const trace = {
        type: 'custom_tool_call',
        id: 'xs_1',
        call_id: 'xs_call_1',
        name: 'x_search',
        input: '{}',
      };
      const [created, begun, ...rest] = nativeEvents(text('found'));
      const moved = rest.map((event) => ('output_index' in event ? { ...event, output_index: 1 } : event));
      const events = [
        created,
        begun,
        { type: 'response.output_item.added', output_index: 0, item: { ...trace, status: 'in_progress' } },
        { type: 'response.output_item.done', output_index: 0, item: { ...trace, status: 'completed' } },
        ...moved,
      ];
      return stream(events as JsonObject[]);
    },
    ({ response: { output } }) =>
      assert.deepEqual(
        output.map(({ type }) => type),
        ['message'],
      ),
  ],
  [
    'text deltas and an end, and no event of an item',
    () => {
      const events = nativeEvents(text('Hel', 'lo'));
      const kept = events.filter(({ type }) => /output_text\.delta|completed/.test(String(type)));
      return stream(
        kept.map((event) =>
          event['response'] === undefined
            ? event
            : { ...event, response: { ...object(event['response']), id: 'chatcmpl-1', output: [] } },
        ),
      );
    },
    ({ response: { output } }) => assert.equal(textOf(output), 'Hello'),
  ],
  [
    'arguments only as a whole',
    () => without(/arguments\.delta/, call('run', { cmd: 'ls' })),
    ({ response: { output } }) => assert.equal(callsOf(output)[0]?.arguments, '{"cmd":"ls"}'),
  ],
  [
    'a finished call without its name',
    () =>
      changed(
        (event) =>
          event['type'] === 'response.output_item.done'
            ? { ...event, item: { ...object(event['item']), name: '' } }
            : event,
        call('run', { cmd: 'ls' }),
      ),
    ({ response: { output } }) => assert.equal(callsOf(output)[0]?.name, 'run'),
  ],
  [
    'a call without an id',
    () =>
      changed(
        (event) => {
          const { item_id: _, ...rest } = event;
          if (event['item'] === undefined) return rest;
          const { id: __, ...item } = object(event['item']);
          return { ...rest, item };
        },
        call('run', { cmd: 'ls' }),
      ),
    ({ response: { output } }) => {
      assert.equal(callsOf(output)[0]?.name, 'run');
      assert.match(callsOf(output)[0]?.id ?? '', /^fc_/);
    },
  ],
  [
    'the namespace once more as the name',
    () => nativeReply(call('mcp__tiny__echo', { cmd: 'x' }, { namespace: 'mcp__tiny__echo' })),
    ({ response: { output } }) => {
      const [echo] = callsOf(output);
      assert.deepEqual([echo?.namespace, echo?.name], ['mcp__tiny', 'echo']);
    },
  ],
  [
    'thinking as text without an index, and a message that begins before it is done',
    () => {
      const [created, begun, added, , delta, done, , finished, ...rest] = nativeEvents(
        openThought('Hm.'),
        text('said'),
      );
      const { content_index: _, ...bare } = object(delta);
      const [messageAdded, ...message] = rest;
      return stream([created, begun, added, bare, messageAdded, done, finished, ...message] as JsonObject[]);
    },
    ({ response: { output } }) => {
      assert.deepEqual(
        output.map(({ type }) => type),
        ['reasoning', 'message'],
      );
      assert.equal(textOf(output), 'said');
    },
  ],
  [
    'an event that is sent twice',
    () => {
      const events = nativeEvents(text('Hel', 'lo'));
      return stream(events.flatMap((event) => (event['delta'] === undefined ? [event] : [event, event])));
    },
    ({ response: { output } }) => assert.equal(textOf(output), 'Hello'),
  ],
  [
    'whole numbers with a point in arguments',
    () => nativeReply(call('run', '{"cmd":"a","count":92116.0}')),
    ({ response: { output } }) => assert.equal(callsOf(output)[0]?.arguments, '{"cmd":"a","count":92116}'),
  ],
  [
    'pings and comments between its events',
    () => {
      const events = sse(nativeEvents(text('said')));
      return {
        body: [...events.flatMap((event) => [event, ': ping\n\n', 'event: ping\ndata: {}\n\n']), DONE],
      };
    },
    ({ response: { output } }) => assert.equal(textOf(output), 'said'),
  ],
  [
    'no numbers, no indexes and no [DONE]',
    () => {
      const events = nativeEvents(thought('Hm.'), text('said'), call('run', { cmd: 'ls' }));
      const bare = events.map(
        ({ sequence_number: _, output_index: __, content_index: ___, summary_index: ____, ...event }) =>
          event,
      );
      return { body: sse(bare) };
    },
    ({ response: { output } }) => {
      assert.equal(textOf(output), 'said');
      assert.equal(callsOf(output)[0]?.arguments, '{"cmd":"ls"}');
    },
  ],
];

/** Answers that failed, and are reported as failures that Codex understands. */
const FAILED: [what: string, reply: () => ScriptedReply, message: RegExp][] = [
  [
    'a socket that closes after finished items, without an end',
    () => stream(nativeEvents(text('said')).slice(0, -1), CUT),
    /broke off|closed/i,
  ],
  [
    'arguments that are cut, and no end',
    () =>
      stream(
        nativeEvents(call('run', '{"cmd":"l')).filter(({ type }) => !/done|completed/.test(String(type))),
        '',
      ),
    /closed|inside|finished/i,
  ],
  [
    'an end that calls half a call complete',
    () => changed((event) => event, call('run', '{"cmd":"l')),
    /tool call|arguments/i,
  ],
  [
    'an error event with code null in mid-text',
    () => {
      const events = nativeEvents(text('Hel', 'lo')).slice(0, 5);
      return stream([...events, { type: 'error', code: null, message: 'Upstream boom', param: null }], '');
    },
    /boom/,
  ],
  [
    'an error event around an error object',
    () => {
      const events = nativeEvents(text('Hel', 'lo')).slice(0, 5);
      return stream(
        [...events, { type: 'error', error: { message: 'Nested boom', code: 'server_error' } }],
        '',
      );
    },
    /boom/,
  ],
  [
    'response.failed',
    () => {
      const events = nativeEvents(text('Hel')).slice(0, 3);
      const response = { id: 'r', status: 'failed', error: { code: 'server_error', message: 'Failed boom' } };
      return stream([...events, { type: 'response.failed', response } as JsonObject]);
    },
    /boom/,
  ],
];

describe('the stream of a Responses endpoint', () => {
  for (const [what, reply, check] of MENDED) {
    it(`is mended: ${what}`, async () => {
      const answer = await ask(reply(), what.includes('search') ? { provider: 'xai' } : {});
      assert.equal(answer.response.status, 'completed', JSON.stringify(answer.response.error));
      check(answer);
    });
  }

  for (const [what, reply, message] of FAILED) {
    it(`is reported as failed: ${what}`, async () => {
      const { status, response } = await ask(reply());
      if (status === 200) assert.equal(response.status, 'failed');
      assert.match(response.error?.message ?? '', message);
      assert.deepEqual(callsOf(response.output ?? []), [], 'no half call is offered');
    });
  }

  it('ends without its terminal event if the provider is known to forget it', async () => {
    const held = new Promise(() => {});
    const events = sse(nativeEvents(text('said')).slice(0, -1));
    const { response } = await ask({ body: [...events, held] }, { provider: 'deepseek' });
    assert.equal(response.status, 'completed');
    assert.equal(textOf(response.output), 'said');
  });

  it('keeps a useful answer that was cut by the length', async () => {
    const reply = changed((event) => {
      if (event['type'] !== 'response.completed') return event;
      const response = {
        ...object(event['response']),
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
      };
      return { ...event, type: 'response.incomplete', response };
    }, text('useful'));
    const { response } = await ask(reply);
    assert.equal(textOf(response.output), 'useful');
    assert.ok(response.status === 'incomplete' || response.status === 'completed');
  });

  for (const body of [
    { success: false, code: 1113, msg: 'Insufficient balance' },
    { error: { message: 'Insufficient balance', code: 'insufficient_quota' } },
  ]) {
    it(`is an error if HTTP 200 comes with ${JSON.stringify(body).slice(0, 40)}`, async () => {
      const { response } = await ask(jsonReply(body));
      assert.match(response.error?.message ?? '', /balance/i);
    });
  }

  it('reports an overflow if error_type does, whatever the code', async () => {
    const response = {
      id: 'r',
      status: 'failed',
      error: { code: 'invalid_prompt', message: 'Bad request' },
      error_type: 'context_length_exceeded',
    };
    const events = [
      ...nativeEvents(text('x')).slice(0, 2),
      { type: 'response.failed', response, error_type: 'context_length_exceeded' },
    ];
    const answer = await ask(stream(events as JsonObject[]));
    assert.equal(answer.response.error?.code, 'context_length_exceeded');
  });
});
