/** What a model costs, for showing prices in advance. */
import { type OwnPrices, ownPriceOf } from './own-prices.ts';
import type { RateList, Rates } from './price-list.ts';

/** A model that may have a price; the fields have the same meaning as in a record. */
export interface PricedModel {
  upstream: string;
  service: string | undefined;
  model: string;
}

/** `plan` and `local` if tokens are not paid for; undefined if no price is known. */
export type ModelPrice = Rates | 'plan' | 'local' | undefined;

/** The user's own price wins over the list. @param time milliseconds since the epoch */
export function modelPrice(
  { upstream, service, model }: PricedModel,
  { list, own }: { list: RateList; own: OwnPrices },
  time: number,
): ModelPrice {
  const price = ownPriceOf(own, upstream, model);
  if (price !== undefined) return { input: price.input, output: price.output };
  if (service === 'plan' || service === 'local') return service;
  return service === undefined ? undefined : list.ratesOf(service, model, time);
}
