/** Sends a recorded scene through the translator alone: no Codex, no network, no clock, no random ids. */
import { isDeepStrictEqual } from 'node:util';
import { BASE_PROFILE } from '../../src/providers/base-profile.ts';
import { upstreamError } from '../../src/translate/errors/upstream.ts';
import type { ProviderReasoning, ReasoningSeal } from '../../src/translate/reasoning/reasoning.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import { ResponseReducer } from '../../src/translate/stream/reducer.ts';
import type { ToolTable } from '../../src/translate/tools/table.ts';
import type { ChatChunk, ChatRequest } from '../../src/wire/chat.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';
import type { ResponseEvent, ResponsesRequest } from '../../src/wire/responses.ts';
import type { Exchange, Fixture } from './fixtures.ts';
import type { BodyStep } from './scripted-upstream.ts';

/** What becomes of one exchange: the request to the provider, and the events, or the error, for Codex. */
export interface Replayed {
  chat: ChatRequest;
  events?: ResponseEvent[];
  error?: { code: string; message: string };
}

const PROFILE = BASE_PROFILE;

/** Seals reasoning as plain JSON, so that fixtures can be read, and outlive the relay's own way of packing it. */
export const FIXTURE_SEAL = {
  seal: (reasoning) => JSON.stringify(reasoning),
  open: (sealed) => JSON.parse(sealed) as ProviderReasoning,
} satisfies ReasoningSeal;

export function replay({ exchanges }: Fixture): Replayed[] {
  return exchanges.map(replayExchange);
}

function replayExchange({ request: { body }, upstream }: Exchange): Replayed {
  const request = parseRequest(body);
  const { body: chat, tools } = toChatRequest(request, {
    profile: PROFILE,
    model: request.model,
    seal: FIXTURE_SEAL,
  });
  if (upstream.status === 200) return { chat, events: eventsOf(request, tools, upstream.body) };
  const failure = { status: upstream.status, body: upstream.body.join('') };
  const { code, message } = upstreamError(failure, PROFILE, request.model);
  return { chat, error: { code, message } };
}

function eventsOf(request: ResponsesRequest, tools: ToolTable, body: readonly BodyStep[]): ResponseEvent[] {
  let ids = 0;
  const stream = new ResponseReducer({
    request,
    profile: PROFILE,
    model: request.model,
    tools,
    responseId: 'resp_0',
    newId: (prefix) => `${prefix}_${++ids}`,
    now: () => 1_700_000_000,
    seal: FIXTURE_SEAL,
    isCodex: true,
  });
  const chunks = body.filter((step): step is ChatChunk => typeof step === 'object');
  return [stream.start(), ...chunks.map((chunk) => stream.feed(chunk)), stream.finish()].flat();
}

// --------------------------------------------------------------------------------------- golden files

const SAME_TOOLS = 'same as in the exchange before';

/**
 * The replayed scene as a golden file holds it: responses inside events are cut to what an answer changes in
 * them, and tools are written once where all exchanges have the same.
 */
export function toGolden(replayed: readonly Replayed[]): unknown {
  return replayed.map(({ chat, events, ...error }, index) => {
    const isSame = isDeepStrictEqual(chat.tools, replayed[index - 1]?.chat.tools);
    return {
      chat: isSame ? { ...chat, tools: SAME_TOOLS } : chat,
      ...(events && { events: events.map(withResponseCut) }),
      ...error,
    };
  });
}

function withResponseCut(event: ResponseEvent): object {
  if (!('response' in event)) return event;
  const { id, status, output, usage, error, incomplete_details } = event.response;
  return { ...event, response: { id, status, output, usage, error, incomplete_details } };
}
