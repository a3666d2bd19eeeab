/**
 * What the relay retains between requests: completed responses for `previous_response_id`, and the reasoning that
 * providers want back and some clients drop. One interface, several backends.
 */
import type { ProviderReasoning } from '../translate/reasoning/reasoning.ts';
import type { InputItem, ResponseResource } from '../wire/responses.ts';

/** One completed exchange: the response, and the items that *this* request brought. */
export interface StoredExchange {
  /** The response as the client got it; `response.previous_response_id` links the chain. */
  response: ResponseResource;
  /** The items that this request brought, each with an id; the whole history if that is what the client sends. */
  input: readonly InputItem[];
}

/** How an answer's reasoning can be found again if the client does not send it. */
export interface RetainedReasoning {
  /** The response that it came with, stored or not; deleting that response deletes the reasoning, too. */
  responseId: string;
  /** Identifies the answer's calls (by `callFingerprint()`, because ids recur); may be empty. */
  callIds: readonly string[];
  /** `answerFingerprint()` of the answer. */
  fingerprint: string;
  reasoning: ProviderReasoning;
}

export interface HistoryStore {
  /**
   * All items of the conversation that ends with `responseId`, oldest first, input and output alternating. Undefined if
   * the response, or one that it continues, is unknown, expired or deleted.
   */
  conversation(responseId: string): Promise<readonly InputItem[] | undefined>;
  /** The exchange itself; undefined if unknown. */
  exchange(responseId: string): Promise<StoredExchange | undefined>;
  /**
   * A stored input or output item; undefined if unknown. Input items are only known to the process that recorded or
   * read them.
   * @param responseId the response that it was made for, if the id tells
   */
  item(id: string, responseId: string | undefined): Promise<InputItem | undefined>;
  /**
   * Resolves when the turn is retained (on disk: durable); with false if it was not, because with what it continues it
   * is larger than the whole budget. The log has said so then.
   */
  record(turn: StoredExchange): Promise<boolean>;
  /**
   * Deletes a response and its reasoning; false if there was no such response. Later turns of the chain stay readable
   * by their own ids.
   */
  delete(responseId: string): Promise<boolean>;

  /** False while no reasoning is retained, so that there is no need to look for any. */
  readonly hasReasoning: boolean;
  retainReasoning(entry: RetainedReasoning): Promise<void>;
  reasoningByCallId(callId: string): Promise<ProviderReasoning | undefined>;
  reasoningByFingerprint(fingerprint: string): Promise<ProviderReasoning | undefined>;

  /** Removes everything that is retained. */
  clear(): Promise<void>;
  /** Flushes and releases the backend; the store must not be used afterwards. */
  close(): Promise<void>;
}

/** Limits of every backend; the least recently used goes first. */
export interface HistoryLimits {
  /** Idle time to live, in hours. Default 168. */
  ttlHours: number;
  /** Responses kept for continuation. Default 256. */
  maxSessions: number;
  /** Budget for everything retained, in MiB of stored JSON. Default 512. */
  maxMemoryMb: number;
}

export const DEFAULT_HISTORY_LIMITS: HistoryLimits = { ttlHours: 168, maxSessions: 256, maxMemoryMb: 512 };
