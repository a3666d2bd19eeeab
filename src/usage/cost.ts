/**
 * What a record cost. Calculated when it is shown, because the ledger only keeps counts, and prices may be corrected
 * later.
 */
import { type OwnPrices, ownCostOf, ownPriceOf } from './own-prices.ts';
import type { PriceList } from './price-list.ts';
import type { UsageRecord } from './record.ts';

/** In USD; `free` if nothing is charged for a request (a plan, a local model), `unknown` if the cost is not known. */
export type Cost = number | 'free' | 'unknown';

export interface Prices {
  list: PriceList;
  own: OwnPrices;
}

/** What the provider states wins over the user's own prices, which win over the list. */
export function costOf(record: UsageRecord, { list, own }: Prices): Cost {
  const { statedUsd, upstream, service, model, tokens, time } = record;
  if (statedUsd !== undefined) return statedUsd;
  const price = ownPriceOf(own, upstream, model);
  if (price === undefined && isFree(service)) return 'free';
  if (tokens === undefined) return gaveNothing(record) ? 'free' : 'unknown';
  if (price !== undefined) return ownCostOf(price, tokens);
  if (service === undefined) return 'unknown';
  return list.costOf(service, model, tokens, time) ?? 'unknown';
}

/**
 * How much less a request's cached tokens cost than uncached ones, in USD; undefined without a price. Prices are used
 * for this even if the provider states the total cost.
 */
export function savedOf(record: UsageRecord, { list, own }: Prices): number | undefined {
  const { upstream, service, model, tokens, time } = record;
  if (tokens === undefined) return undefined;
  const uncached = { ...tokens, cachedTokens: 0 };
  const price = ownPriceOf(own, upstream, model);
  if (price !== undefined) return ownCostOf(price, uncached) - ownCostOf(price, tokens);
  if (service === undefined) return undefined;
  const [full, paid] = [uncached, tokens].map((counts) => list.costOf(service, model, counts, time));
  return full === undefined || paid === undefined ? undefined : full - paid;
}

/** Whether nothing is charged for a request: a subscription covers it, or the model runs on the user's own machine. */
function isFree(service: string | undefined): boolean {
  return service === 'plan' || service === 'local';
}

/** Whether a request to this model costs nothing: it is free, and the user has set no price for it. */
export function isForNothing(
  { upstream, service, model }: Pick<UsageRecord, 'upstream' | 'service' | 'model'>,
  { own }: Prices,
): boolean {
  return isFree(service) && ownPriceOf(own, upstream, model) === undefined;
}

/** Whether a request was refused, for which providers charge nothing. An aborted one may have cost its prompt. */
function gaveNothing({ state, firstTokenMs }: UsageRecord): boolean {
  return state === 'failed' && firstTokenMs === undefined;
}
