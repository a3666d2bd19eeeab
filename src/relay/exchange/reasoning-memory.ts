/** Reasoning of clients that drop reasoning items: kept when an answer ends, found when its turn comes back. */
import type { HistoryStore } from '../../history/store.ts';
import type { ProviderReasoning, ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import { joinReasoning } from '../../translate/reasoning/replay.ts';
import { type AssistantTurn, assistantTurnOf } from '../../translate/request/conversation.ts';
import {
  type ChatTranslation,
  type TranslationOptions,
  toChatRequest,
} from '../../translate/request/to-chat-request.ts';
import type { ToolTable } from '../../translate/tools/table.ts';
import type { InputItem, ResponseResource, ResponsesRequest } from '../../wire/responses.ts';
import { turnFingerprint } from './turn-fingerprint.ts';

const SEALED_FIELD = 'reasoning.encrypted_content';

/** A client that asks for the sealed reasoning sends it back, as Codex does: nothing needs to be kept for it. */
export function carriesReasoning(request: ResponsesRequest): boolean {
  return request.include?.includes(SEALED_FIELD) ?? false;
}

/** Keeps what the provider wants back of an answer. Rejects when the store cannot. */
export async function retainReasoning(
  { id: responseId, output }: ResponseResource,
  tools: ToolTable,
  seal: ReasoningSeal,
  history: HistoryStore,
): Promise<void> {
  const opened = output.flatMap((item) => {
    const sealed = item.type === 'reasoning' ? item.encrypted_content : undefined;
    return (sealed === undefined ? undefined : seal.open(sealed)) ?? [];
  });
  const reasoning = joinReasoning(opened);
  if (reasoning === undefined) return;
  const turn = assistantTurnOf(output as readonly InputItem[], tools);
  const callIds = turn.calls.map((call) => call.callId);
  await history.retainReasoning({ responseId, callIds, fingerprint: turnFingerprint(turn), reasoning });
}

/**
 * Translates with the reasoning that the history has for turns whose reasoning the client dropped. The
 * translation is pure and the store is not: a first pass tells which turns lack theirs, and where some of it
 * is found a second one puts it in.
 */
export async function translateWithMemory(
  request: ResponsesRequest,
  options: TranslationOptions,
  history: HistoryStore,
): Promise<ChatTranslation> {
  if (!history.hasReasoning) return toChatRequest(request, options);
  const lacking: AssistantTurn[] = [];
  const recall = (turn: AssistantTurn) => {
    lacking.push(turn);
    return undefined;
  };
  const translation = toChatRequest(request, { ...options, recall });
  const found = await find(lacking, history);
  if (found.size === 0) return translation;
  return toChatRequest(request, { ...options, recall: (turn) => found.get(turnFingerprint(turn)) });
}

async function find(
  turns: readonly AssistantTurn[],
  history: HistoryStore,
): Promise<Map<string, ProviderReasoning>> {
  const found = new Map<string, ProviderReasoning>();
  for (const turn of turns) {
    const fingerprint = turnFingerprint(turn);
    const [call] = turn.calls;
    // The fingerprint is exact; a call id alone still serves a client that rewrote the turn's text.
    const reasoning =
      (await history.reasoningByFingerprint(fingerprint)) ??
      (call === undefined ? undefined : await history.reasoningByCallId(call.callId));
    if (reasoning !== undefined) found.set(fingerprint, reasoning);
  }
  return found;
}
