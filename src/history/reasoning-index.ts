/** Finds retained reasoning by the calls of its answer, by the answer itself, and by its response. */
import { type ReasoningHeader, reasoningKey } from './records.ts';

export class ReasoningIndex {
  /** If two answers share a call id, the later one. */
  readonly #byCallId = new Map<string, string>();
  readonly #byFingerprint = new Map<string, string>();
  readonly #byResponse = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#byFingerprint.size === 0;
  }

  /** These return a record's key; undefined if there is none. */
  byCallId(callId: string): string | undefined {
    return this.#byCallId.get(callId);
  }

  byFingerprint(fingerprint: string): string | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  byResponse(responseId: string): string | undefined {
    return this.#byResponse.get(responseId);
  }

  add(header: ReasoningHeader): void {
    const key = reasoningKey(header);
    this.#byFingerprint.set(header.fingerprint, key);
    this.#byResponse.set(header.response, key);
    for (const callId of header.call_ids) this.#byCallId.set(callId, key);
  }

  remove(header: ReasoningHeader): void {
    const key = reasoningKey(header);
    deleteIf(this.#byFingerprint, header.fingerprint, key);
    deleteIf(this.#byResponse, header.response, key);
    for (const callId of header.call_ids) deleteIf(this.#byCallId, callId, key);
  }
}

/** Keeps the id if it now leads to another record. */
function deleteIf(index: Map<string, string>, id: string, key: string): void {
  if (index.get(id) === key) index.delete(id);
}
