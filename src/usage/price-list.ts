/**
 * What models cost according to the bundled price list, `@pydantic/genai-prices`, whose data is never fetched. It is
 * only loaded when the first price is needed, because it is half a megabyte.
 */
import type { ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import type { TokenUsage } from '../relay/options.ts';

/**
 * The names of our presets in the list. Absent ones have no prices there or bill in yuan (Kimi and MiniMax in China).
 */
const LISTED_AS: ReadonlyMap<string, string> = new Map([
  ['azure', 'azure'],
  ['cerebras', 'cerebras'],
  ['deepseek', 'deepseek'],
  ['fireworks', 'fireworks'],
  ['gemini', 'google'],
  ['groq', 'groq'],
  ['kimi', 'moonshotai'],
  ['minimax', 'minimax'],
  ['mistral', 'mistral'],
  ['novita', 'novita'],
  ['openai', 'openai'],
  ['openrouter', 'openrouter'],
  ['together', 'together'],
  ['xai', 'x-ai'],
  ['zai', 'zai'],
  ['zhipu', 'zhipuai'],
]);

/** Prices only change on the hour or half hour. */
const STEP_MS = 30 * 60_000;

/** The prices of one model: constant, or by half hour. */
type KnownPrices = { always: ModelPrice | undefined } | { at: Map<number, ModelPrice | undefined> };

export interface PriceList {
  /**
   * What an answer of this size cost at this moment, in USD; undefined if the list has no price.
   * @param service a preset's id
   * @param time milliseconds since the epoch
   */
  costOf(service: string, model: string, tokens: TokenUsage, time: number): number | undefined;
}

/** A list that also tells its rates. */
export interface RateList extends PriceList {
  /** What a million tokens cost, for a short prompt and its answer; undefined unless the list has both. */
  ratesOf(service: string, model: string, time: number): Rates | undefined;
}

/** In USD per million tokens. */
export interface Rates {
  input: number;
  output: number;
}

export async function loadPriceList(): Promise<RateList> {
  const { calcPrice } = await import('@pydantic/genai-prices');
  /** By service, then by model. */
  const known = new Map<string, Map<string, KnownPrices>>();

  function ask(providerId: string, model: string, time: number) {
    const found = calcPrice({}, model, { providerId, timestamp: new Date(time) });
    return { changes: Array.isArray(found?.model.prices), price: found?.model_price };
  }

  function priceAt(service: string, model: string, time: number): ModelPrice | undefined {
    const providerId = LISTED_AS.get(service);
    if (providerId === undefined) return undefined;
    const step = Math.floor(time / STEP_MS);
    let models = known.get(service);
    if (models === undefined) {
      models = new Map();
      known.set(service, models);
    }
    let prices = models.get(model);
    if (prices === undefined) {
      const { changes, price } = ask(providerId, model, time);
      prices = changes ? { at: new Map([[step, price]]) } : { always: price };
      models.set(model, prices);
    }
    if ('always' in prices) return prices.always;
    if (!prices.at.has(step)) prices.at.set(step, ask(providerId, model, time).price);
    return prices.at.get(step);
  }

  return {
    costOf(service, model, tokens, time) {
      const price = priceAt(service, model, time);
      return price && costAt(price, tokens);
    },
    ratesOf(service, model, time) {
      const { input_mtok: input, output_mtok: output } = priceAt(service, model, time) ?? {};
      if (input === undefined || output === undefined) return undefined;
      return { input: rateOf(input, 0), output: rateOf(output, 0) };
    },
  };
}

/** The sum for all kinds of tokens in a request; undefined if the list has no price for any of them. */
function costAt(price: ModelPrice, tokens: TokenUsage): number | undefined {
  const { input_mtok: input, output_mtok: output, requests_kcount: requests } = price;
  if (input === undefined && output === undefined) return undefined;
  const { cache_read_mtok: read, cache_write_mtok: write, output_reasoning_mtok: thought } = price;
  const { inputTokens, outputTokens } = tokens;
  const cached = read === undefined ? 0 : Math.min(tokens.cachedTokens, inputTokens);
  const written = write === undefined ? 0 : Math.min(tokens.cacheWriteTokens, inputTokens - cached);
  const reasoned = thought === undefined ? 0 : Math.min(tokens.reasoningTokens, outputTokens);
  const rate = (of: number | TieredPrices | undefined) => rateOf(of, inputTokens);
  const perMillion =
    rate(input) * (inputTokens - cached - written) +
    rate(read) * cached +
    rate(write) * written +
    rate(output) * (outputTokens - reasoned) +
    rate(thought) * reasoned;
  return perMillion / 1e6 + rate(requests) / 1e3;
}

/** The tier of its input determines the rate for the whole request. */
function rateOf(price: number | TieredPrices | undefined, inputTokens: number): number {
  if (price === undefined || typeof price === 'number') return price ?? 0;
  const tiers = price.tiers.toSorted((left, right) => left.start - right.start);
  return tiers.findLast(({ start }) => inputTokens > start)?.price ?? price.base;
}
