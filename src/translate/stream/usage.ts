/**
 * Translates token usage from any provider's spelling to the API's, with every detail that Codex parses, as integers.
 */

import { asObject, isObject, type JsonObject } from '../../json.ts';
import type { ChatChoice, ChatChunk } from '../../wire/chat.ts';
import type { ResponseUsage } from '../../wire/responses.ts';
import { statedCost } from './stated-cost.ts';

type Count = 'input' | 'output' | 'total' | 'cached' | 'written' | 'reasoning';

/** The names of each count, in lower case, letters only. */
const NAMES: Readonly<Record<Count, readonly string[]>> = {
  input: [
    'prompttokens',
    'inputtokens',
    // Gemini, Bedrock and Ollama (2026-11), from gateways that pass their usage on unchanged.
    'prompttokencount',
    'inputtokencount',
    'promptevalcount',
    'tokensprompt',
  ],
  output: [
    'completiontokens',
    'outputtokens',
    'candidatestokencount',
    'outputtokencount',
    'evalcount',
    'generatedtokens',
    'tokenscompletion',
  ],
  total: ['totaltokens', 'totaltokencount'],
  cached: [
    'cachedtokens',
    'prompttokenscached',
    // DeepSeek, 2026-11.
    'promptcachehittokens',
    'cachehittokens',
    'cachereadinputtokens',
    'cachereadtokens',
    'cachedinputtokens',
    'inputcachedtokens',
    'cachedprompttokens',
    'promptcachedtokens',
    'tokenscached',
    'cachedcontenttokencount',
    'cachereadinputtokencount',
  ],
  written: [
    // OpenRouter; Qwen and Anthropic, 2026-11.
    'cachewritetokens',
    'cachecreationinputtokens',
    'cachecreationtokens',
    'cachewriteinputtokens',
    'cachewriteinputtokencount',
  ],
  reasoning: [
    'reasoningtokens',
    'reasoningoutputtokens',
    'thinkingtokens',
    'thoughtstokens',
    'tokensreasoning',
  ],
};

/**
 * Names used by providers that count cache reads and writes separately from the input: Anthropic's and Bedrock's own
 * (2026-11). Next to `prompt_tokens` the same names are a part of it (LiteLLM, Qwen).
 */
const BESIDE: ReadonlySet<string> = new Set([
  'cachereadinputtokens',
  'cachereadinputtokencount',
  'cachecreationinputtokens',
  'cachewriteinputtokens',
  'cachewriteinputtokencount',
]);
const OWN_INPUT: ReadonlySet<string> = new Set(['inputtokens', 'inputtokencount']);

const COUNTS: ReadonlyMap<string, Count> = new Map(
  (Object.keys(NAMES) as Count[]).flatMap((count) => NAMES[count].map((name) => [name, count] as const)),
);

/** Details are one level deep; more is for gateways that wrap what they received. */
const MAX_DEPTH = 3;

/**
 * Collects the usage of one answer. It may be split over chunks, repeated as it grows, or followed by zeros, so the
 * largest value of each count is the true one.
 */
export class UsageCounter {
  readonly #counts: Record<Count, number> = {
    input: 0,
    output: 0,
    total: 0,
    cached: 0,
    written: 0,
    reasoning: 0,
  };
  /** The names that this provider uses, so that a chunk costs only look-ups. */
  readonly #known = new Map<string, Count | undefined>();
  /**
   * Whether the cache was counted under a name that excludes it from the input, and the input under a name that
   * includes it.
   */
  #sawBeside = false;
  #sawWholeInput = false;
  #isStated = false;
  #cost: number | undefined;

  /** Reads the usage in a chunk, wherever its provider puts it. Most chunks have none. */
  read(chunk: ChatChunk): void {
    if (chunk.usage) this.#add(chunk.usage);
    const { choices } = chunk;
    if (Array.isArray(choices)) {
      for (let at = 0; at < choices.length; at++) {
        const choice = choices[at];
        if (choice) this.#readChoice(choice);
      }
    }
    // Groq, 2026-11: in its own envelope.
    if (chunk['x_groq']) this.#add(asObject(chunk['x_groq'])?.['usage']);
    if (mayEnd(chunk)) this.#readOthers(chunk);
    // Ollama's own API, 2026-11: the counts are in the chunk itself.
    if (chunk['eval_count'] !== undefined) {
      const { prompt_eval_count, eval_count } = chunk;
      this.#add({ prompt_eval_count, eval_count });
    }
  }

  /** Undefined if the provider stated none. */
  get usage(): ResponseUsage | undefined {
    if (!this.#isStated) return undefined;
    const { output: completed, total, cached, written, reasoning } = this.#counts;
    const input = this.#counts.input + (this.#isCacheBeside ? cached + written : 0);
    // xAI and Gemini, 2026-11: the output does not include the reasoning, as the total shows.
    const isOutside = reasoning > 0 && total === input + completed + reasoning;
    const output = isOutside ? completed + reasoning : completed;
    return {
      input_tokens: input,
      input_tokens_details: {
        cached_tokens: Math.min(cached, input),
        cache_write_tokens: Math.min(written, input),
      },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: Math.min(reasoning, output) },
      total_tokens: Math.max(total, input + output),
    };
  }

  /** The cost in USD as the provider states it; undefined if it does not. */
  get cost(): number | undefined {
    return this.#cost;
  }

  get #isCacheBeside(): boolean {
    const { input, output, total, cached, written } = this.#counts;
    if (!this.#sawBeside || !this.#sawWholeInput) return this.#sawBeside;
    // A cache count larger than the input cannot be part of it, unless the total says so.
    return cached + written > input && total !== input + output;
  }

  /**
   * Usage under other names: Gemini's (`usageMetadata`), Bedrock's (`amazon-bedrock-invocationMetrics`, `metrics`),
   * Cohere's (`meta`), and those of gateways (2026-11).
   */
  #readOthers(chunk: ChatChunk): void {
    for (const name of Object.keys(chunk)) {
      const value = chunk[name];
      if (name === 'usage' || name === 'x_groq' || !isObject(value) || !OTHER_NAME.test(name)) continue;
      if (this.#holdsCount(value, 1)) this.#add(value);
    }
  }

  #holdsCount(usage: JsonObject, depth: number): boolean {
    return Object.entries(usage).some(([field, value]) =>
      isObject(value)
        ? depth < MAX_DEPTH && this.#holdsCount(value, depth + 1)
        : this.#countOf(field) !== undefined,
    );
  }

  #readChoice(choice: ChatChoice): void {
    // Moonshot/Kimi, 2026-11: inside the choice; gateways to Anthropic: inside the message.
    if (choice.usage) this.#add(choice.usage);
    if (choice.delta?.usage) this.#add(choice.delta.usage);
    if (choice.message?.usage) this.#add(choice.message.usage);
  }

  #add(usage: unknown): void {
    if (!isObject(usage)) return;
    this.#isStated = true;
    this.#count(usage, 1);
    const cost = statedCost(usage);
    if (cost !== undefined) this.#cost = Math.max(this.#cost ?? 0, cost);
  }

  #count(usage: JsonObject, depth: number): void {
    for (const field of Object.keys(usage)) {
      const value = usage[field];
      if (isObject(value)) {
        if (depth < MAX_DEPTH) this.#count(value, depth + 1);
        continue;
      }
      const count = this.#countOf(field);
      const number = count === undefined ? 0 : numberOf(value);
      if (count === undefined || number === 0) continue;
      this.#counts[count] = Math.max(this.#counts[count], number);
      const name = plainName(field);
      this.#sawBeside ||= BESIDE.has(name);
      this.#sawWholeInput ||= count === 'input' && !OWN_INPUT.has(name);
    }
  }

  #countOf(field: string): Count | undefined {
    if (!this.#known.has(field)) {
      const name = plainName(field);
      this.#known.set(field, COUNTS.get(name) ?? COUNTS.get(shortName(name)));
    }
    return this.#known.get(field);
  }
}

/** `num_prompt_tokens` and `promptTokensCount` without what tells nothing. */
function shortName(name: string): string {
  return name
    .replace(/^(num|native)/, '')
    .replace(/counts?$/, '')
    .replace(/token$/, 'tokens');
}

const OTHER_NAME = /usage|metric|meta|token/i;

/** Whether usage may be in the chunk: most have a delta, and no usage. */
function mayEnd({ choices }: ChatChunk): boolean {
  return (
    !choices || choices.length === 0 || choices.some((choice) => choice?.finish_reason || !choice?.delta)
  );
}

function plainName(field: string): string {
  return field.toLowerCase().replace(/[^a-z]/g, '');
}

/**
 * More than any prompt or answer can have. An unsigned count that fell below zero wraps around to 2^32-1 or 2^64-1:
 * Codex could not parse the latter, and either would use up every budget.
 */
const MOST_TOKENS = 1e9;

/** Anything but a positive number that can be true, or the text of one, counts as 0. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number > 0 && number <= MOST_TOKENS ? Math.round(number) : 0;
}
