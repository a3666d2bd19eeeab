/**
 * Ids of tool calls in a form that the provider accepts. A provider's own ids fit its rule and come back from the
 * client unchanged; ids from another provider or from this relay, and ids that recur, get an alias that stays the same
 * in every request of the conversation.
 */
import type { Profile } from '../profile.ts';

type Rule = Profile['toolCallIds'];

const FITS: Readonly<Record<Rule, RegExp>> = {
  any: /^/,
  // Mistral, 2026-11.
  alnum9: /^[A-Za-z0-9]{9}$/,
  // OpenAI, 2026-11.
  max40: /^.{1,40}$/s,
  // OpenAI's Responses API, 2026-11.
  max64: /^.{1,64}$/s,
  // Anthropic's models behind gateways, 2026-11.
  word: /^[A-Za-z0-9_-]{1,64}$/,
};
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HASH_LENGTH = 9;

/** The ids of one request, assigned call by call in the order of the conversation. */
export class CallIds {
  readonly #rule: Rule;
  /** How often each of the client's ids was used so far: some providers restart numbering in every answer. */
  readonly #uses = new Map<string, number>();
  readonly #taken = new Set<string>();

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  /** The provider's id for the next call with the client's id `callId`; no two calls share one. */
  next(callId: string): string {
    const use = (this.#uses.get(callId) ?? 0) + 1;
    this.#uses.set(callId, use);
    const wanted = use === 1 ? callId : `${callId}_${use}`;
    let id = FITS[this.#rule].test(wanted) ? wanted : this.#alias(wanted);
    for (let salt = 1; this.#taken.has(id); salt++) id = this.#alias(`${wanted}\n${salt}`);
    this.#taken.add(id);
    return id;
  }

  #alias(callId: string): string {
    const hash = hash9(callId);
    if (this.#rule === 'alnum9') return hash;
    return `${callId.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40 - HASH_LENGTH - 1)}_${hash}`;
  }
}

/** Nine characters from two FNV-1a hashes: short, deterministic, and enough to tell a conversation's calls apart. */
function hash9(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  let rest = (high >>> 0) * 0x100000 + ((low >>> 0) & 0xfffff);
  let hash = '';
  while (hash.length < HASH_LENGTH) {
    hash += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length);
  }
  return hash;
}
