/** What tests of the translator share: a request in two lines, and a stream with readable ids. */
import { BASE_PROFILE } from '../../src/providers/base-profile.ts';
import type { Profile } from '../../src/translate/profile.ts';
import type { ProviderReasoning, ReasoningSeal } from '../../src/translate/reasoning/reasoning.ts';
import { type ChatTranslation, toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import type { ReducerOptions } from '../../src/translate/stream/options.ts';
import { ResponseReducer } from '../../src/translate/stream/reducer.ts';
import type { ChatChunk } from '../../src/wire/chat.ts';
import type { InputItem, ResponseEvent, ResponsesRequest } from '../../src/wire/responses.ts';

export const PROFILE: Profile = { ...BASE_PROFILE, id: 'test', name: 'Test provider' };

/** Readable in a failing test, unlike the real one. */
export const PLAIN_SEAL = {
  seal: (reasoning) => `plain:${JSON.stringify(reasoning)}`,
  open: (sealed) =>
    sealed.startsWith('plain:') ? (JSON.parse(sealed.slice(6)) as ProviderReasoning) : undefined,
} satisfies ReasoningSeal;

export function requestOf(
  fields: Partial<ResponsesRequest> & { input: ResponsesRequest['input'] },
): ResponsesRequest {
  return { model: 'client-model', ...fields };
}

export function translate(
  fields: Partial<ResponsesRequest>,
  profile: Partial<Profile> = {},
): ChatTranslation {
  const request = requestOf({ input: 'hello', ...fields });
  return toChatRequest(request, { profile: { ...PROFILE, ...profile }, model: 'model-1', seal: PLAIN_SEAL });
}

/** The Chat messages of some items. */
export function messagesOf(input: readonly InputItem[], profile: Partial<Profile> = {}) {
  return translate({ input }, profile).body.messages;
}

/** A stream for a request; ids count up per prefix: `msg_1`, `fc_1`. */
export function streamFor(
  fields: Partial<ResponsesRequest> = {},
  options: Partial<ReducerOptions> = {},
): ResponseReducer {
  const request = requestOf({ input: 'hello', reasoning: { summary: 'auto' }, ...fields });
  const { tools } = toChatRequest(request, { profile: PROFILE, model: 'model-1' });
  const counts = new Map<string, number>();
  return new ResponseReducer({
    request,
    profile: PROFILE,
    model: 'model-1',
    tools,
    responseId: 'resp_1',
    newId: (prefix) => {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}_${count}`;
    },
    now: () => 1_700_000_000,
    seal: PLAIN_SEAL,
    ...options,
  });
}

/** All events of a stream that gets these chunks and then ends. */
export function eventsOf(stream: ResponseReducer, chunks: readonly ChatChunk[]): ResponseEvent[] {
  return [...stream.start(), ...chunks.flatMap((chunk) => stream.feed(chunk)), ...stream.finish()];
}
