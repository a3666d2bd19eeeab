/** Amounts of money as the user's language writes them. */
import { env, l10n } from 'vscode';
import type { Sum } from '../../usage/summary.ts';

/** `$1.23`; `<$0.01` for what rounds to nothing. */
export function usd(amount: number): string {
  const format = new Intl.NumberFormat(env.language, { style: 'currency', currency: 'USD' });
  return amount > 0 && amount < 0.005 ? `<${format.format(0.01)}` : format.format(amount);
}

/** What requests cost together, and how sure that is. */
export function costInWords({ priced, unpriced, costUsd }: Sum): string {
  if (priced === 0) return unpriced === 0 ? l10n.t('no charge') : l10n.t('unknown');
  return unpriced === 0 ? usd(costUsd) : l10n.t('at least {0}', usd(costUsd));
}
