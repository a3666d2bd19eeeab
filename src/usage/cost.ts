/** What a record cost. It is worked out where it is shown: the ledger keeps counts, and prices may be mended later. */
import { type OwnPrices, ownCostOf, ownPriceOf } from './own-prices.ts';
import type { PriceList } from './price-list.ts';
import type { UsageRecord } from './record.ts';

/** In USD; `free` where no money is asked for a request (a plan, a local model), `unknown` where nobody knows. */
export type Cost = number | 'free' | 'unknown';

export interface Prices {
  list: PriceList;
  own: OwnPrices;
}

/** What the provider states wins over the user's own prices, and those over the list. */
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
 * What a request's cached tokens cost less than others, in USD; undefined where no price tells. A price list tells it
 * for an answer too whose provider states what it cost in all.
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

/** Whether no money is asked for a request: a subscription pays, or the model runs on a machine of one's own. */
export function isFree(service: string | undefined): boolean {
  return service === 'plan' || service === 'local';
}

/** A refused request: providers ask nothing for it. One that was broken off may have cost its prompt. */
function gaveNothing({ state, firstTokenMs }: UsageRecord): boolean {
  return state === 'failed' && firstTokenMs === undefined;
}
