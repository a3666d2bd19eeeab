/**
 * Finds the call that a fragment of `tool_calls` belongs to. By the API, its `index` tells. But providers leave the
 * index out, keep it at 0, reuse it or start at 1, and they send the id late, twice, never, or a new one each time.
 */

import type { ChatToolCallDelta } from '../../wire/chat.ts';
import type { CallDraft } from './drafts/call.ts';

/** Makes the draft of a new call. */
export type NewCall = (
  /** Undefined if the provider sent none. */
  providerId: string | undefined,
  /** The call that already has this id, at another index. */
  twin: CallDraft | undefined,
) => CallDraft;

export class CallTracker {
  readonly #calls: CallDraft[] = [];
  readonly #byIndex = new Map<number, CallDraft>();
  readonly #byProviderId = new Map<string, CallDraft>();
  readonly #providerIds = new Map<CallDraft, string>();
  readonly #create: NewCall;
  /** How many calls there were when the current chunk began. */
  #callsBefore = 0;
  /** A complete call whose name came once more, without arguments: perhaps the beginning of another one. */
  #renamed: CallDraft | undefined;

  constructor(create: NewCall) {
    this.#create = create;
  }

  /** In the order in which they began. */
  get calls(): readonly CallDraft[] {
    return this.#calls;
  }

  /**
   * The call that a fragment belongs to, which may be a new one.
   * @param args its arguments as text
   * @param position of the fragment in its chunk's list of `siblings` fragments
   */
  resolve(fragment: ChatToolCallDelta, args: string, position: number, siblings: number): CallDraft {
    if (position === 0) this.#callsBefore = this.#calls.length;
    const index = indexOf(fragment);
    const id = fragment.id || undefined;
    const known = id === undefined ? undefined : this.#byProviderId.get(id);
    const atIndex = index === undefined ? undefined : this.#byIndex.get(index);
    // If several calls have the id, the index decides between them.
    const isOwn = id !== undefined && atIndex !== undefined && this.#providerIds.get(atIndex) === id;
    const own = isOwn ? atIndex : known;
    if (own !== undefined) return this.#ownOrTwin(own, fragment, args, index);
    const candidate = index === undefined ? this.#byPlace(position, siblings) : atIndex;
    if (candidate === undefined || this.#startsAnother(fragment, args, candidate))
      return this.#begin(id, index);
    if (this.#renamed === candidate && !fragment.function?.name && args.trimStart().startsWith('{'))
      return this.#beginAgain(candidate, index);
    this.#renamed =
      candidate.isWhole && fragment.function?.name && args.trim() === '' ? candidate : undefined;
    if (id !== undefined) this.#identify(candidate, id);
    return candidate;
  }

  /** A complete call that came without fragments. */
  add(): CallDraft {
    return this.#begin(undefined, undefined);
  }

  /** The call with the fragment's id, or a new one if the same call begins again at another index. */
  #ownOrTwin(
    own: CallDraft,
    fragment: ChatToolCallDelta,
    args: string,
    index: number | undefined,
  ): CallDraft {
    const name = fragment.function?.name || '';
    if (name === '') return own;
    const isElsewhere = index !== undefined && this.#byIndex.get(index) !== own && this.#hasIndex(own);
    const isAnother = isElsewhere
      ? !own.hasArguments || own.isWhole || !own.canGoOnWith(args)
      : // One id for all calls of an answer.
        own.isNamedOtherThan(name) || (own.isWhole && args.trimStart().startsWith('{'));
    return isAnother ? this.#begin(fragment.id || undefined, index, own) : own;
  }

  /** Another call of the same tool, unless it repeats the first. */
  #beginAgain(call: CallDraft, index: number | undefined): CallDraft {
    this.#renamed = undefined;
    const next = this.#begin(undefined, index, call);
    next.addName(call.name);
    return next;
  }

  #hasIndex(call: CallDraft): boolean {
    for (const indexed of this.#byIndex.values()) if (indexed === call) return true;
    return false;
  }

  #byPlace(position: number, siblings: number): CallDraft | undefined {
    // Kimi K2.5, 2026-11: no index, but the fragments of parallel calls keep their places in the list.
    return siblings > 1 ? this.#calls[position] : this.#calls.at(-1);
  }

  /** Whether a fragment that seems to belong to `candidate` begins a new call instead. */
  #startsAnother(fragment: ChatToolCallDelta, args: string, candidate: CallDraft): boolean {
    const name = fragment.function?.name || '';
    if (name === '' || candidate.name === '' || (!fragment.id && candidate.isContinuedBy(name))) return false;
    const index = indexOf(fragment);
    if (fragment.id && this.#providerIds.has(candidate)) {
      // Two entries of one list with different ids are two calls.
      if (index === undefined && this.#calls.indexOf(candidate) >= this.#callsBefore) return true;
      // Gemini and proxies, 2026-11: all parallel calls are at index 0, and only id and name tell them apart. But other
      // gateways make up an id for every chunk, so an incomplete call continues if it can.
      if (candidate.isWhole || candidate.name !== name) return true;
      return index === undefined
        ? args.trimStart().startsWith('{') || args === ''
        : !candidate.canGoOnWith(args);
    }
    // No ids at all: the name of another tool begins the next call, and so does any name after complete arguments,
    // unless everything is repeated.
    if (fragment.id) return false;
    if (!candidate.isWhole) return candidate.isNamedOtherThan(name) && !candidate.isOpenInside;
    if (index === undefined || candidate.name !== name) return true;
    // Some repeat the name with every fragment, also with the blank ones at the end.
    return args.trimStart().startsWith('{') && candidate.arguments !== args.trim();
  }

  #begin(id: string | undefined, index: number | undefined, twin?: CallDraft): CallDraft {
    const call = this.#create(id, twin);
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    if (id !== undefined) this.#identify(call, id);
    return call;
  }

  #identify(call: CallDraft, id: string): void {
    this.#byProviderId.set(id, call);
    if (!this.#providerIds.has(call)) this.#providerIds.set(call, id);
  }
}

/** Providers send the arguments as JSON text, or as the JSON value itself. */
export function argumentsOf({ function: called }: ChatToolCallDelta): string {
  const args = called?.arguments ?? '';
  return typeof args === 'string' ? args : JSON.stringify(args);
}

function indexOf({ index }: ChatToolCallDelta): number | undefined {
  const number = typeof index === 'string' && index !== '' ? Number(index) : index;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** An empty fragment begins no call: some gateways put these into `tool_calls` of plain text. */
export function isBlank({ id, function: called, extra_content }: ChatToolCallDelta): boolean {
  return !id && !called?.name && (called?.arguments ?? '') === '' && (extra_content ?? null) === null;
}
