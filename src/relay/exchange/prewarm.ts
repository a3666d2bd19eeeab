/**
 * A request that wants no answer (`generate: false`): Codex sends its instructions and tools ahead of the user's first
 * words, and continues from there. No provider is asked, because Chat Completions has nothing to warm up.
 */
import { inputItems } from '../../translate/request/to-chat-request.ts';
import { newResponse } from '../../translate/stream/resource.ts';
import type { ResponseEvent, ResponsesRequest } from '../../wire/responses.ts';
import type { LastConversation } from './client-connection.ts';
import { newId } from './ids.ts';
import { recallItems, recallResponses } from './recall.ts';
import type { RelayParts } from './respond.ts';
import { retainResponse } from './retain.ts';

/** @throws RelayError where the request continues an unknown response */
export async function prewarm(
  asked: ResponsesRequest,
  memory: LastConversation,
  parts: RelayParts,
): Promise<ResponseEvent[]> {
  const history = await recallResponses(asked, parts.history, memory);
  const request = await recallItems(asked, history, parts.history);
  const now = Math.floor(Date.now() / 1000);
  const created = newResponse(request, newId('resp'), now);
  const completed = { ...created, status: 'completed' as const, completed_at: now };
  // As in every other answer, one that could not be kept does not claim to be.
  const store = created.store && (await retainResponse(request, completed, parts));
  memory.keep(created.id, [...history, ...inputItems(request.input)], store);
  return [
    { type: 'response.created', sequence_number: 0, response: created },
    { type: 'response.completed', sequence_number: 1, response: { ...completed, store } },
  ];
}
