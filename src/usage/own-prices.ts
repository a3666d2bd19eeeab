/** The user's own prices: `codex-relay.prices.json` in Codex's folder. */
import * as z from 'zod/mini';
import { RelayError } from '../errors.ts';
import { parseJson, withoutByteOrderMark } from '../json.ts';
import type { TokenUsage } from '../relay/options.ts';

export const PRICES_FILE = 'codex-relay.prices.json';

const USD = 'must be USD per million tokens, 0 or more';
const usd = z.number(USD).check(z.nonnegative(USD));
const prices = z.record(
  z.string(),
  z.strictObject(
    { input: usd, output: usd, cached: z.optional(usd), cacheWrite: z.optional(usd) },
    'takes input, output, cached and cacheWrite, nothing else, the first two always',
  ),
  'must be an object with one entry a model',
);

/** In USD per million tokens. Tokens read from or written to a cache cost as much as input by default. */
export type OwnPrice = z.infer<(typeof prices)['_zod']['def']['valueType']>;

/** Keyed by `upstream/model`, `model` or `upstream/*`. */
export type OwnPrices = ReadonlyMap<string, OwnPrice>;

/** @throws RelayError `invalid_request` that names the entry */
export function parseOwnPrices(text: string): OwnPrices {
  const parsed = parseJson(withoutByteOrderMark(text));
  if (parsed === undefined) throw unusable('is not JSON');
  const result = prices.safeParse(parsed);
  if (result.success) return new Map(Object.entries(result.data));
  const [issue] = result.error.issues;
  const place = issue?.path.map((part) => JSON.stringify(part)).join(' > ');
  throw unusable(`${place ? `${place} ` : ''}${issue?.message ?? 'is not usable'}`);
}

/** The user's price for a model; undefined if there is none. */
export function ownPriceOf(own: OwnPrices, upstream: string, model: string): OwnPrice | undefined {
  // Called for a million records at once, mostly without any own prices.
  if (own.size === 0) return undefined;
  return own.get(`${upstream}/${model}`) ?? own.get(model) ?? own.get(`${upstream}/*`);
}

export function ownCostOf(price: OwnPrice, tokens: TokenUsage): number {
  const { input, output, cached = input, cacheWrite = input } = price;
  const { inputTokens, outputTokens } = tokens;
  const read = Math.min(tokens.cachedTokens, inputTokens);
  const written = Math.min(tokens.cacheWriteTokens, inputTokens - read);
  const plain = inputTokens - read - written;
  return (input * plain + cached * read + cacheWrite * written + output * outputTokens) / 1e6;
}

function unusable(what: string): RelayError {
  return new RelayError('invalid_request', `${PRICES_FILE}: ${what}`);
}
