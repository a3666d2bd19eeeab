/** Asks a provider what is left on the account; only ever when a person requests it. */
import { RelayError } from '../../errors.ts';
import { type Amount, type BalanceSource, readBalance } from '../../providers/balance.ts';
import { isOwnUrl } from '../../providers/index.ts';
import type { Provider } from '../routing/provider.ts';
import type { Upstream } from './upstream.ts';

export interface Balance {
  /** In one or more currencies; empty if the key has no limit of its own and the provider tells nothing else. */
  amounts: readonly Amount[];
  /** Whether the amount is what is left of the key's own limit, not of the account. */
  isOfKey: boolean;
}

/** Where to ask a provider; undefined if nothing is documented or the address is not the provider's own. */
export function balanceSource({
  preset,
  baseUrl,
}: Pick<Provider, 'preset' | 'baseUrl'>): BalanceSource | undefined {
  // A plan is paid for as a whole, even if its preset derives from a pay-as-you-go one.
  return !preset.isPlan && isOwnUrl(preset, baseUrl) ? preset.balance : undefined;
}

/**
 * Sends the key to the provider's own origin only.
 * @throws RelayError that names the provider and the cause
 */
export async function askForBalance(provider: Provider, upstream: Upstream): Promise<Balance> {
  const { name } = provider.profile;
  const source = balanceSource(provider);
  if (source === undefined)
    throw new RelayError('not_found', `${name} has no documented way to ask for a balance.`);
  const [apiKey] = provider.apiKeys;
  if (apiKey === undefined)
    throw new RelayError(
      'upstream_unauthorized',
      `${name} is not asked for its balance: no key is set for it.`,
    );
  const { signal } = new AbortController();
  const url = new URL(source.path, provider.baseUrl).href;
  const amounts = readBalance(source, await upstream.account({ provider, apiKey, signal }, url));
  if (amounts === undefined)
    throw new RelayError(
      'upstream_error',
      `${name} answered ${source.path} with something that is no balance.`,
    );
  return { amounts, isOfKey: source.isOfKey ?? false };
}
