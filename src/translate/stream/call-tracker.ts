/**
 * Tells which call a fragment of `tool_calls` belongs to. The API says: its `index` tells. But providers leave the
 * index out, keep it at 0, reuse it or start at 1, and they send the id late, twice or never.
 */

import type { ChatToolCallDelta } from '../../wire/chat.ts';
import type { CallDraft } from './drafts/call.ts';

export class CallTracker {
  readonly #calls: CallDraft[] = [];
  readonly #byIndex = new Map<number, CallDraft>();
  readonly #byProviderId = new Map<string, CallDraft>();
  readonly #providerIds = new Map<CallDraft, string>();
  readonly #create: (providerId: string | undefined) => CallDraft;

  /** @param create makes the draft of a new call; `providerId` is undefined where the provider sent none */
  constructor(create: (providerId: string | undefined) => CallDraft) {
    this.#create = create;
  }

  /** In the order in which they began. */
  get calls(): readonly CallDraft[] {
    return this.#calls;
  }

  /**
   * The call that a fragment belongs to; a new one where it begins one.
   * @param position of the fragment in its chunk's list, which holds `siblings` fragments
   */
  resolve(fragment: ChatToolCallDelta, position: number, siblings: number): CallDraft {
    const index = typeof fragment.index === 'number' ? fragment.index : undefined;
    const id = fragment.id || undefined;
    const known = id === undefined ? undefined : this.#byProviderId.get(id);
    const candidate = known ?? this.#candidate(index, position, siblings);
    if (candidate === undefined) return this.#begin(id, index);
    const candidateId = this.#providerIds.get(candidate);
    if (known === undefined && startsAnother(fragment, candidate, candidateId)) return this.#begin(id, index);
    if (id !== undefined && candidateId === undefined) this.#identify(candidate, id);
    return candidate;
  }

  #candidate(index: number | undefined, position: number, siblings: number): CallDraft | undefined {
    if (index !== undefined) return this.#byIndex.get(index);
    // Kimi K2.5, 2026-11: no index; the fragments of parallel calls keep their places in the list.
    return siblings > 1 ? this.#calls[position] : this.#calls.at(-1);
  }

  #begin(id: string | undefined, index: number | undefined): CallDraft {
    const call = this.#create(id);
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    if (id !== undefined) this.#identify(call, id);
    return call;
  }

  #identify(call: CallDraft, id: string): void {
    this.#byProviderId.set(id, call);
    this.#providerIds.set(call, id);
  }
}

/** Whether a fragment that seems to belong to `candidate` begins a new call after all. */
function startsAnother(
  fragment: ChatToolCallDelta,
  candidate: CallDraft,
  candidateId: string | undefined,
): boolean {
  const name = fragment.function?.name || '';
  if (name === '') return false;
  // Gemini and proxies, 2026-11: all parallel calls are at index 0, and only id and name tell them apart.
  if (fragment.id && candidateId !== undefined && fragment.id !== candidateId) return true;
  // No ids at all: a name that follows whole arguments begins the next call.
  return !fragment.id && candidate.isWhole;
}
