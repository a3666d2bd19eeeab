/** Records the usage of a running relay's requests and enforces its budget. */
import { readOwnPrices } from '../codex/home/own-prices-file.ts';
import type { RelayOptions, UpstreamOptions } from '../relay/options.ts';
import { resolveProvider } from '../relay/routing/provider.ts';
import { usageFolder } from '../state-folder.ts';
import { loadPriceList } from '../usage/price-list.ts';
import { type KeptBudget, openUsageKeeper } from '../usage/usage-keeper.ts';
import { UsageError } from './errors.ts';
import type { Invocation } from './invocation.ts';

export interface KeptUsage {
  options: Pick<RelayOptions, 'onRequest' | 'budget'>;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
}

/** @throws UsageError for a budget that could not be enforced */
export async function keepUsage(
  invocation: Invocation,
  upstreams: readonly UpstreamOptions[],
): Promise<KeptUsage> {
  const { settings, environment, logger } = invocation;
  if (settings.usage === 'off') {
    if (settings.budget.length === 0) return { options: {}, flush: async () => {} };
    throw new UsageError('--budget counts what --usage records: leave --usage on, or take --budget out');
  }
  const budget = budgetOf(invocation, upstreams);
  const folder = usageFolder(environment);
  const keeper = openUsageKeeper({ folder, isRecorded: true, logger, ...(budget && { budget }) });
  await keeper.ready();
  return {
    options: { onRequest: keeper.put, ...(keeper.guard && { budget: keeper.guard }) },
    flush: keeper.flush,
  };
}

function budgetOf(
  { settings, environment }: Invocation,
  upstreams: readonly UpstreamOptions[],
): KeptBudget | undefined {
  if (settings.budget.length === 0) return undefined;
  const served = upstreams.map((options) => resolveProvider(options).id);
  const stray = settings.budget.find(({ upstream }) => upstream !== undefined && !served.includes(upstream));
  if (stray !== undefined) {
    throw new UsageError(
      `--budget names ${stray.upstream}, which is not served; it may name ${served.join(', ')}`,
    );
  }
  return {
    limits: settings.budget,
    prices: async () => ({ list: await loadPriceList(), own: await readOwnPrices(environment) }),
    where: 'with --budget (CODEX_RELAY_BUDGET) and start the relay again',
  };
}
