/** Formats amounts of money for the user's language. */
import { env, l10n } from 'vscode';
import type { ModelPrice } from '../../usage/model-price.ts';
import type { Sum } from '../../usage/summary.ts';

/** `$1.23`; `<$0.01` for what would round to zero. */
export function usd(amount: number): string {
  const format = new Intl.NumberFormat(env.language, { style: 'currency', currency: 'USD' });
  return amount > 0 && amount < 0.005 ? `<${format.format(0.01)}` : format.format(amount);
}

/** The total cost of requests, and how certain it is. */
export function costInWords({ priced, unpriced, costUsd }: Sum): string {
  if (priced === 0) return unpriced === 0 ? l10n.t('no charge') : l10n.t('unknown');
  return unpriced === 0 ? usd(costUsd) : l10n.t('at least {0}', usd(costUsd));
}

/** What a model costs; undefined if that is not known. */
export function priceInWords(price: ModelPrice): string | undefined {
  if (price === undefined) return undefined;
  if (price === 'plan') return l10n.t('plan');
  if (price === 'local') return l10n.t('local');
  return l10n.t('{0} in, {1} out per million', rate(price.input), rate(price.output));
}

/** `$0.28`, `$0.075`: as exact as price lists are. */
function rate(usdPerMillion: number): string {
  const options = { style: 'currency', currency: 'USD', maximumFractionDigits: 4 } as const;
  return new Intl.NumberFormat(env.language, options).format(usdPerMillion);
}
