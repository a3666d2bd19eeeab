/** What is asked of a real model server through the relay, and the expected results. */
import assert from 'node:assert/strict';
import type { RelayHandle } from '../../src/index.ts';
import { parseObject } from '../../src/json.ts';
import type { ResponseResource } from '../../src/wire/responses.ts';
import { AS_CODEX } from '../support/relay-client.ts';
import { SCRIPTS, TOOL_NAME } from './scripted-model.ts';

/** A relay in front of the server. */
export interface Served {
  relay: RelayHandle;
  /** The server's context window, in tokens. */
  window: number;
  /** How many requests the relay has sent to the server. */
  asked(): number;
}

export interface Check {
  what: string;
  /** Resolves with what was seen, in a few words; rejects where it is wrong. */
  run(served: Served): Promise<string>;
}

const TOOL = {
  type: 'function',
  name: TOOL_NAME,
  description: 'Runs a command',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
  strict: false,
};
const FORMAT = {
  type: 'json_schema',
  name: 'answer',
  strict: true,
  schema: {
    type: 'object',
    properties: { answer: { type: 'string' } },
    required: ['answer'],
    additionalProperties: false,
  },
};
const THINKING = /Let me ponder this briefly/;
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const calls = (call_id: string, text = '{"cmd":"ls"}') => ({
  type: 'function_call',
  call_id,
  name: TOOL_NAME,
  arguments: text,
});
const gives = (call_id: string) => ({ type: 'function_call_output', call_id, output: 'a.txt' });

export const CHECKS: readonly Check[] = [
  {
    what: 'text',
    run: async (served) => {
      assert.equal(textOf(await blocking(served, { input: 'PLAY hello' })), SCRIPTS.hello);
      const { response, deltas } = await streamed(served, { input: 'PLAY hello' });
      assert.deepEqual([deltas, textOf(response)], [SCRIPTS.hello, SCRIPTS.hello]);
      const { input_tokens = 0, output_tokens = 0 } = response.usage ?? {};
      assert.ok(input_tokens > 0 && output_tokens > 0, 'usage is counted');
      return 'blocking and streamed, with usage';
    },
  },
  {
    what: 'thinking',
    run: async (served) => {
      const reasoning = { effort: 'medium', summary: 'auto' };
      const { response } = await streamed(served, { input: 'PLAY think', reasoning });
      assert.deepEqual(types(response), ['reasoning', 'message']);
      assert.match(JSON.stringify(response.output[0]), THINKING);
      assert.equal(textOf(response), 'The pondered answer is 42.');
      return 'a reasoning item, then the answer';
    },
  },
  {
    what: 'tool call',
    run: async (served) => {
      const { response } = await streamed(served, { input: 'PLAY tool', tools: [TOOL] });
      assert.deepEqual(commands(response), ['echo scripted-output']);
      return commands(response).join();
    },
  },
  {
    what: 'forced tool call',
    run: async (served) => {
      // Text in front of the call is the server's own: the grammar asks for a call, not for nothing but a call.
      const { response } = await streamed(served, {
        input: 'PLAY hello',
        tools: [TOOL],
        tool_choice: 'required',
      });
      assert.deepEqual(commands(response), ['echo scripted-output']);
      return types(response).join(', ');
    },
  },
  {
    what: 'two calls at once',
    run: async (served) => {
      const asked = { input: 'PLAY two', tools: [TOOL] };
      for (const response of [await blocking(served, asked), (await streamed(served, asked)).response]) {
        assert.deepEqual(commands(response), ['echo first', 'echo second']);
      }
      return 'in order, blocking and streamed';
    },
  },
  {
    what: 'tool round trip',
    run: async (served) => {
      const input = [says('PLAY two'), calls('c1'), calls('c2'), gives('c1'), gives('c2')];
      const { response } = await streamed(served, { input, tools: [TOOL] });
      assert.equal(textOf(response), SCRIPTS.done);
      return 'the model reads both results';
    },
  },
  {
    what: 'JSON schema',
    run: async (served) => {
      const response = await blocking(served, { input: 'PLAY hello', text: { format: FORMAT } });
      const answer = parseObject(textOf(response));
      assert.deepEqual(Object.keys(answer ?? {}), ['answer'], textOf(response));
      return 'kept, against the will of the model';
    },
  },
  {
    what: 'JSON schema with tools',
    run: async (served) => {
      const asked = { input: 'PLAY tool', tools: [TOOL], text: { format: FORMAT } };
      assert.deepEqual(types(await blocking(served, asked)), ['function_call']);
      return 'tools stay callable';
    },
  },
  {
    what: 'a call in the history that is no JSON',
    run: async (served) => {
      const input = [says('PLAY tool'), calls('c1', '{"cmd": "grep \\d+"}'), gives('c1')];
      const { response } = await streamed(served, { input, tools: [TOOL] });
      assert.equal(textOf(response), SCRIPTS.done);
      return 'taken';
    },
  },
  {
    what: 'an image in the history',
    run: async (served) => {
      const picture = { role: 'user', content: [{ type: 'input_image', image_url: PIXEL }] };
      const { response } = await streamed(served, { input: [picture, says('PLAY hello')] });
      assert.equal(textOf(response), SCRIPTS.hello);
      return 'taken by a model that sees none';
    },
  },
  {
    what: 'overflow',
    run: async (served) => {
      const before = served.asked();
      const input = '0 1 2 3 '.repeat(served.window);
      const reply = await ask(served, { input }, {});
      const { error } = (await reply.json()) as { error: { code: string; message: string } };
      assert.deepEqual([reply.status, error.code], [400, 'context_length_exceeded'], error.message);
      assert.equal(served.asked() - before, 1, 'one attempt');
      return `400 ${error.code} after one attempt`;
    },
  },
  {
    what: 'stop in mid-stream',
    run: async (served) => {
      const stop = new AbortController();
      const reply = await ask(served, { input: 'PLAY slow', stream: true }, AS_CODEX, stop.signal);
      let heard = '';
      for await (const piece of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        heard += piece;
        if (heard.includes('output_text.delta')) break;
      }
      stop.abort();
      // There is one slot, and the script never ends: only a server that was told to stop can answer.
      assert.equal(textOf(await blocking(served, { input: 'PLAY hello' })), SCRIPTS.hello);
      return 'the slot is free for the next request';
    },
  },
  {
    what: 'window',
    run: async ({ relay, window }) => {
      await relay.learnModels();
      const [model] = relay.catalog()[0]?.listed ?? [];
      assert.equal(model?.contextWindow, window);
      return `${window} tokens, read from the server`;
    },
  },
];

const says = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] });

function ask({ relay }: Served, fields: object, headers: object, stop?: AbortSignal): Promise<Response> {
  const limit = AbortSignal.timeout(60_000);
  return fetch(`${relay.url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'scripted', store: false, ...fields }),
    signal: stop ? AbortSignal.any([stop, limit]) : limit,
  });
}

async function blocking(served: Served, fields: object): Promise<ResponseResource> {
  const reply = await ask(served, fields, {});
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  return completed(JSON.parse(text) as ResponseResource);
}

async function streamed(
  served: Served,
  fields: object,
): Promise<{ response: ResponseResource; deltas: string }> {
  const reply = await ask(served, { ...fields, stream: true }, AS_CODEX);
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as StreamedEvent);
  const deltas = events.map(({ type, delta }) => (type === 'response.output_text.delta' ? delta : ''));
  return { response: completed(events.at(-1)?.response), deltas: deltas.join('') };
}

interface StreamedEvent {
  type: string;
  delta?: string;
  response?: ResponseResource;
}

function completed(response: ResponseResource | undefined): ResponseResource {
  assert.ok(response !== undefined, 'the stream ends with a response');
  assert.equal(response.status, 'completed', JSON.stringify(response.error));
  return response;
}

function types({ output }: ResponseResource): string[] {
  return output.map(({ type }) => type);
}

function textOf({ output }: ResponseResource): string {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  return parts.map((part) => ('text' in part ? part.text : '')).join('');
}

/** What the calls of an answer would run. */
function commands({ output }: ResponseResource): unknown[] {
  return output.flatMap((item) =>
    item.type === 'function_call' ? [parseObject(item.arguments)?.['cmd']] : [],
  );
}
