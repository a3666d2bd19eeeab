/**
 * What the relay retains between requests: completed responses for `previous_response_id`, and the reasoning
 * that a provider wants back from clients which drop reasoning items. One interface, two backends.
 */
import type { ProviderReasoning } from '../translate/reasoning/reasoning.ts';
import type { InputItem, ResponseResource } from '../wire/responses.ts';

/** One completed exchange: what *this* request brought, and the response that it continues. */
export interface StoredExchange {
  /** The response as the client got it; `response.previous_response_id` links the chain. */
  response: ResponseResource;
  /** The items that this request brought, each with an id; of a client that sends its whole history, all of it. */
  input: readonly InputItem[];
}

/** Where an answer's reasoning can be found again when the client no longer sends it. */
export interface RetainedReasoning {
  /** The response that it came with, stored or not; deleting that one deletes it too. */
  responseId: string;
  /** What the calls of the answer are found by (`callFingerprint()`: an id alone recurs); may be empty. */
  callIds: readonly string[];
  /** `answerFingerprint()` of the answer. */
  fingerprint: string;
  reasoning: ProviderReasoning;
}

export interface HistoryStore {
  /**
   * All items of the conversation that ends with `responseId`, oldest first, input and output alternating.
   * Undefined when the response, or one that it continues, is unknown, expired or deleted.
   */
  conversation(responseId: string): Promise<readonly InputItem[] | undefined>;
  /** The exchange itself; undefined when unknown. */
  exchange(responseId: string): Promise<StoredExchange | undefined>;
  /**
   * A stored input or output item; undefined when unknown. Input items are known to the process that recorded or
   * read them.
   * @param responseId the response that it was made for, where the id tells
   */
  item(id: string, responseId: string | undefined): Promise<InputItem | undefined>;
  /** Resolves when the turn is retained (on disk: durable). */
  record(turn: StoredExchange): Promise<void>;
  /**
   * Deletes a response and its reasoning; false when there was no such response. Later turns of the chain stay
   * readable by their own id.
   */
  delete(responseId: string): Promise<boolean>;

  /** False while no reasoning is retained: looking for some would be in vain. */
  readonly hasReasoning: boolean;
  retainReasoning(entry: RetainedReasoning): Promise<void>;
  reasoningByCallId(callId: string): Promise<ProviderReasoning | undefined>;
  reasoningByFingerprint(fingerprint: string): Promise<ProviderReasoning | undefined>;

  /** Removes everything that is retained. */
  clear(): Promise<void>;
  /** Flushes and releases the backend; the store is not used afterwards. */
  close(): Promise<void>;
}

/** Limits of both backends; least recently used goes first. */
export interface HistoryLimits {
  /** Idle time to live, in hours. Default 168. */
  ttlHours: number;
  /** Responses kept for continuation. Default 256. */
  maxSessions: number;
  /** Budget for all that is retained, in MiB of stored JSON. Default 512. */
  maxMemoryMb: number;
}

export const DEFAULT_HISTORY_LIMITS: HistoryLimits = { ttlHours: 168, maxSessions: 256, maxMemoryMb: 512 };
