/** Token usage, from any provider's spelling to the API's: with every detail that Codex parses, in integers. */

import { asObject, isObject, type JsonObject } from '../../json.ts';
import type { ChatChoice, ChatChunk } from '../../wire/chat.ts';
import type { ResponseUsage } from '../../wire/responses.ts';
import { statedCost } from './stated-cost.ts';

type Count = 'input' | 'output' | 'total' | 'cached' | 'written' | 'reasoning';

/** The names of a count, in lower case and without anything but letters. */
const NAMES: Readonly<Record<Count, readonly string[]>> = {
  input: [
    'prompttokens',
    'inputtokens',
    // Gemini, Bedrock and Ollama, 2026-11, where gateways pass their usage on as it is.
    'prompttokencount',
    'inputtokencount',
    'promptevalcount',
    'numprompttokens',
  ],
  output: [
    'completiontokens',
    'outputtokens',
    'candidatestokencount',
    'outputtokencount',
    'evalcount',
    'generatedtokens',
    'numcompletiontokens',
  ],
  total: ['totaltokens', 'totaltokencount'],
  cached: [
    'cachedtokens',
    'prompttokenscached',
    // DeepSeek, 2026-11.
    'promptcachehittokens',
    'cachehittokens',
    // Mistral, 2026-11.
    'numcachedtokens',
    'cachereadinputtokens',
    'cachereadtokens',
    'cachedinputtokens',
    'inputcachedtokens',
    'cachedprompttokens',
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
  reasoning: ['reasoningtokens', 'reasoningoutputtokens', 'thinkingtokens', 'thoughtstokencount'],
};

/**
 * Names of providers that count what came from a cache, and went into one, beside the input and not in it: Anthropic's
 * and Bedrock's own, 2026-11. Beside `prompt_tokens` the same names are a detail of it (LiteLLM, Qwen).
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

/** Details stand one level deep; deeper is for gateways that wrap what they got. */
const MAX_DEPTH = 3;

/**
 * Collects the usage of one answer. It may be split over chunks, repeated as it grows, or followed by zeros: of
 * each count the largest number is the true one.
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
  /** The names that this provider uses, so that a chunk costs no more than look-ups. */
  readonly #known = new Map<string, Count | undefined>();
  /** Whether the cache was counted under a name that means beside the input, and the input under one that means all. */
  #sawBeside = false;
  #sawWholeInput = false;
  #isStated = false;
  #cost: number | undefined;

  /** Takes the usage that a chunk carries, wherever its provider puts it. Most chunks carry none. */
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
    // Gemini's and Bedrock's own names, 2026-11, and others that gateways have.
    if (chunk['usageMetadata']) this.#add(chunk['usageMetadata']);
    if (chunk['usage_metadata']) this.#add(chunk['usage_metadata']);
    if (chunk['token_usage']) this.#add(chunk['token_usage']);
    if (chunk['x_usage']) this.#add(chunk['x_usage']);
    // Ollama's own API, 2026-11: the counts stand in the chunk itself.
    if (chunk['eval_count'] !== undefined) {
      const { prompt_eval_count, eval_count } = chunk;
      this.#add({ prompt_eval_count, eval_count });
    }
  }

  /** Undefined where the provider stated none. */
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

  /** What the provider says that the answer cost, in USD; undefined where it does not say. */
  get cost(): number | undefined {
    return this.#cost;
  }

  get #isCacheBeside(): boolean {
    const { input, output, total, cached, written } = this.#counts;
    if (!this.#sawBeside || !this.#sawWholeInput) return this.#sawBeside;
    // What is more than all of the input is no part of it, unless the total says so.
    return cached + written > input && total !== input + output;
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
    if (!this.#known.has(field)) this.#known.set(field, COUNTS.get(plainName(field)));
    return this.#known.get(field);
  }
}

function plainName(field: string): string {
  return field.toLowerCase().replace(/[^a-z]/g, '');
}

/** What is not a positive number, or the text of one, counts as 0. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? Math.round(number) : 0;
}
