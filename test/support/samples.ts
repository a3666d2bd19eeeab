/**
 * What providers really send, sample by sample: `fixtures/providers/<id>/<case>.sse` holds the bytes of a stream
 * (its model in a comment on the first line), `<case>.reply.json` any other reply, and `<case>.golden.json`
 * what becomes of it. Each sample goes through the relay's own reader and reducer, without a network.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { RelayError } from '../../src/errors.ts';
import { presetById, profileFor } from '../../src/providers/index.ts';
import { ChatStreamReader } from '../../src/relay/exchange/chat-stream.ts';
import { upstreamError } from '../../src/translate/errors/upstream.ts';
import type { Profile } from '../../src/translate/profile.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import { ResponseReducer } from '../../src/translate/stream/reducer.ts';
import type { InputItem, OutputItem, ResponseEvent, ResponsesRequest } from '../../src/wire/responses.ts';
import { PLAIN_SEAL } from './translating.ts';

const ROOT = new URL('../../fixtures/providers/', import.meta.url);

export interface Sample {
  provider: string;
  name: string;
  profile: Profile;
  model: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

export function readSamples(): Sample[] {
  return readdirSync(ROOT).flatMap((provider) =>
    readdirSync(new URL(`${provider}/`, ROOT))
      .filter((file) => file.endsWith('.sse') || file.endsWith('.reply.json'))
      .map((file) => readSample(provider, file)),
  );
}

function readSample(provider: string, file: string): Sample {
  const bytes = readFileSync(new URL(`${provider}/${file}`, ROOT));
  const preset = presetById(provider);
  if (preset === undefined) throw new Error(`fixtures/providers/${provider}: no preset has this id`);
  const name = file.replace(/\.(sse|reply\.json)$/, '');
  const reply = file.endsWith('.json') ? JSON.parse(bytes.toString()) : undefined;
  const told: string | undefined = reply?.model ?? /^\ufeff?: model: (.+?)\r?\n/.exec(bytes.toString())?.[1];
  const model = told ?? preset.defaultModel ?? 'model-1';
  const of = { provider, name, profile: profileFor(preset, model), model };
  if (reply === undefined) {
    return { ...of, status: 200, headers: { 'content-type': 'text/event-stream' }, body: bytes };
  }
  return { ...of, status: reply.status, headers: reply.headers, body: Buffer.from(reply.body) };
}

export function readGolden({ provider, name }: Sample): unknown {
  return JSON.parse(readFileSync(new URL(`${provider}/${name}.golden.json`, ROOT), 'utf8'));
}

export function writeGolden({ provider, name }: Sample, golden: unknown): void {
  writeFileSync(new URL(`${provider}/${name}.golden.json`, ROOT), `${JSON.stringify(golden, null, 1)}\n`);
}

// ------------------------------------------------------------------------------------------- running

/** As Codex asks: a plain function, a freeform tool, an MCP tool, one without parameters. */
const REQUEST: ResponsesRequest = {
  model: 'client-model',
  input: [{ type: 'message', role: 'user', content: 'Go.' }],
  reasoning: { summary: 'auto' },
  tools: [
    {
      type: 'function',
      name: 'exec_command',
      parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
    },
    { type: 'custom', name: 'apply_patch' },
    {
      type: 'namespace',
      name: 'mcp__tiny',
      tools: [{ type: 'function', name: 'echo_back', parameters: { type: 'object', properties: {} } }],
    },
    { type: 'function', name: 'get_goal', parameters: { type: 'object', properties: {} } },
  ],
};

/** The events of a stream that arrives in these pieces. */
export function eventsOf(sample: Sample, pieces: Iterable<Uint8Array>): ResponseEvent[] {
  const { profile, model } = sample;
  const { tools } = toChatRequest(REQUEST, { profile, model });
  let ids = 0;
  const stream = new ResponseReducer({
    request: REQUEST,
    profile,
    model,
    tools,
    responseId: 'resp_0',
    newId: (prefix) => `${prefix}_${++ids}`,
    now: () => 1_790_000_000,
    seal: PLAIN_SEAL,
    isCodex: true,
  });
  const reader = new ChatStreamReader(profile);
  const events = stream.start();
  try {
    for (const piece of pieces) for (const chunk of reader.feed(piece)) events.push(...stream.feed(chunk));
    for (const chunk of reader.end()) events.push(...stream.feed(chunk));
    if (reader.problem !== undefined) throw reader.problem;
    return [...events, ...stream.finish()];
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return [...events, ...stream.fail(error)];
  }
}

/** What a person checks in a sample: the events, the answer, and what goes back with the next turn. */
export function outcomeOf(sample: Sample): unknown {
  if (sample.status >= 300) {
    const { status, headers, profile, model } = sample;
    const retryAfter = headers['retry-after'];
    const retryAfterSeconds = retryAfter === undefined ? undefined : Number(retryAfter);
    const body = Buffer.from(sample.body).toString();
    const {
      code,
      message,
      status: shown,
    } = upstreamError({ status, body, retryAfterSeconds }, profile, model);
    return { error: { code, message, status: shown } };
  }
  const events = eventsOf(sample, [sample.body]);
  const last = events.at(-1);
  if (last === undefined || !('response' in last)) throw new Error('the last event is no terminal event');
  const { status, output, usage, error, incomplete_details } = last.response;
  return JSON.parse(
    JSON.stringify({
      events: events.map(inOneLine),
      response: { status, incomplete_details, error, usage },
      output: output.map(withSealOpened),
      nextTurn: status === 'completed' ? nextTurn(sample, output) : undefined,
    }),
  );
}

function inOneLine(event: ResponseEvent): string {
  const where = 'output_index' in event ? ` ${event.output_index}` : '';
  const what =
    'delta' in event ? ` ${JSON.stringify(event.delta)}` : 'item' in event ? ` ${event.item.type}` : '';
  return event.type.replace(/^response\./, '') + where + what;
}

function withSealOpened(item: OutputItem): unknown {
  if (item.type !== 'reasoning' || item.encrypted_content === undefined) return item;
  return { ...item, encrypted_content: PLAIN_SEAL.open(item.encrypted_content) };
}

/** The messages behind the first one, once the client has run the calls and asks again. */
function nextTurn({ profile, model }: Sample, output: readonly OutputItem[]): unknown {
  const outputs = output.flatMap((item): InputItem[] =>
    'call_id' in item && item.type.endsWith('_call') && typeof item.call_id === 'string'
      ? [{ type: `${item.type}_output`, call_id: item.call_id, output: 'ran' }]
      : [],
  );
  const input = [...(REQUEST.input as InputItem[]), ...(output as InputItem[]), ...outputs];
  return toChatRequest({ ...REQUEST, input }, { profile, model, seal: PLAIN_SEAL }).body.messages.slice(1);
}
