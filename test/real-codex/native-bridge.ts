/**
 * A provider with a Responses API of its own that is scripted in Chat Completions, so that the scenes of one road run
 * on the other too: what it is sent becomes a chat for the script, and what the script says becomes events.
 */
import { BASE_PROFILE } from '../../src/providers/base-profile.ts';
import { createReasoningSeal } from '../../src/relay/exchange/seal.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import { ResponseReducer } from '../../src/translate/stream/reducer.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';
import type { InputItem, ResponseEvent, ResponsesRequest } from '../../src/wire/responses.ts';
import {
  type BodyStep,
  DONE,
  type OtherRoutes,
  type ReceivedChat,
  type Script,
  scriptedReply,
} from '../support/scripted-upstream.ts';

const PROFILE = { ...BASE_PROFILE, id: 'bridge', name: 'Bridge' };
const SEAL = createReasoningSeal();

/** @param chats gets each request as the chat that it became, with the text that was really sent */
export function nativeBridge(script: Script, chats: ReceivedChat[]): OtherRoutes {
  return async ({ method, path, headers, text }) => {
    if (method !== 'POST' || !path.endsWith('/responses')) return undefined;
    const request = withSealedThoughts(parseRequest(JSON.parse(text)));
    const { body, tools } = toChatRequest(request, { profile: PROFILE, model: request.model, seal: SEAL });
    const chat = { path, headers, text, body, clientLeft: Promise.resolve(false) };
    const index = chats.push(chat) - 1;
    const reply = await scriptedReply(script, chat, index);
    if (reply.status !== undefined && reply.status >= 300) return reply;
    let ids = 0;
    const reducer = new ResponseReducer({
      request,
      profile: PROFILE,
      model: request.model,
      tools,
      responseId: `resp_bridge_${index}`,
      newId: (prefix) => `${prefix}_bridge_${index}_${ids++}`,
      now: () => 1_700_000_000,
      seal: SEAL,
    });
    return { body: [...sse(reducer.start()), ...reply.body.flatMap((step) => eventsOf(step, reducer))] };
  };
}

function eventsOf(step: BodyStep, reducer: ResponseReducer): BodyStep[] {
  if (step === DONE) return [...sse(reducer.finish()), DONE];
  const isChunk = typeof step === 'object' && !(step instanceof Promise) && !(step instanceof Uint8Array);
  return isChunk ? sse(reducer.feed(step)) : [step];
}

function sse(events: readonly ResponseEvent[]): string[] {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** Thinking that came back as text is the provider's own as well. */
function withSealedThoughts(request: ResponsesRequest): ResponsesRequest {
  if (typeof request.input === 'string') return request;
  return { ...request, input: request.input.map((item) => withSeal(item, request.model)) };
}

function withSeal(item: InputItem, model: string): InputItem {
  if (item.type !== 'reasoning' || item.encrypted_content) return item;
  const parts = [item.content ?? [], item.summary ?? []].find((held) => held.length > 0) ?? [];
  const text = typeof parts === 'string' ? parts : parts.map((part) => part.text ?? '').join('');
  const sealed = SEAL.seal({ provider: PROFILE.id, model, text, field: 'reasoning_content' });
  return { ...item, ...(sealed === undefined ? {} : { encrypted_content: sealed }) };
}
