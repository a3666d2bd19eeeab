/** Which conversation a request belongs to, as far as its client says so. */
import { hash } from 'node:crypto';
import { readContent } from '../../translate/request/content.ts';
import { inputItems } from '../../translate/request/to-chat-request.ts';
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';
import type { RequestLabels } from '../roles.ts';

/** Ids of the client's own, or made from them; undefined where it names none. */
export interface Threads {
  /** What is bound to a target. */
  thread: string | undefined;
  /** The thread that began this one: a sub-agent gets its parent's history, and begins where its prompt is cached. */
  parent: string | undefined;
  /** What is shown and counted as one: sub-agents belong to the conversation that began them. */
  conversation: string | undefined;
}

/** What a client says about its conversations. */
interface ThreadClient {
  isCodex: boolean;
  /** From its header, or what a WebSocket has in place of it. */
  thread: string | undefined;
  labels: RequestLabels;
}

/** A longer id is remembered by its hash: clients may send megabytes, and a thousand threads are kept. */
const LONGEST_ID = 256;
/** More of a first message says no more about which conversation it begins. */
const FIRST_CHARS = 4_096;

/**
 * Codex sends the id of its thread as a header and as `prompt_cache_key`; that of a sub-agent is the key of the session
 * (0.145 to 0.171, 2026-11). Others use one key for everything that they ask, so theirs counts together with the words
 * that a conversation began with. An empty key names none.
 * @param history the items that came before the request's own
 */
export function threadsOf(
  request: ResponsesRequest,
  { isCodex, thread: header, labels }: ThreadClient,
  history: readonly InputItem[] = [],
): Threads {
  const key = shortId(request.prompt_cache_key);
  const named = shortId(header);
  const thread = named ?? (key === undefined || isCodex ? key : `${key} ${beginningOf(request, history)}`);
  const isSubagent = labels.subagent !== undefined && key !== undefined && key !== thread;
  return { thread, parent: isSubagent ? key : undefined, conversation: isSubagent ? key : thread };
}

/** Undefined for an empty id. */
function shortId(id: string | null | undefined): string | undefined {
  if (!id) return undefined;
  return id.length > LONGEST_ID ? hash('sha256', id) : id;
}

/** A hash of what the user said first, which stays the same from turn to turn. */
function beginningOf({ input }: ResponsesRequest, history: readonly InputItem[]): string {
  const isUsers = ({ role }: InputItem) => role === 'user';
  const first = history.find(isUsers) ?? inputItems(input).find(isUsers);
  return hash('sha256', readContent(first?.content).text.slice(0, FIRST_CHARS)).slice(0, 12);
}
