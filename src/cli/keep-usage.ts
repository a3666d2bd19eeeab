/** What a running relay keeps of its requests' usage, and the budget that it holds them to. */
import type { RelayOptions, UpstreamOptions } from '../relay/options.ts';
import { resolveProvider } from '../relay/routing/provider.ts';
import { type Budget, openBudget } from '../usage/budget.ts';
import { type Ledger, openLedger } from '../usage/ledger.ts';
import { loadPriceList } from '../usage/price-list.ts';
import { recordOf } from '../usage/record.ts';
import { UsageError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { readOwnPrices } from './own-prices.ts';
import { usageFolder } from './state-folder.ts';

export interface KeptUsage {
  options: Pick<RelayOptions, 'onRequest' | 'budget'>;
  /** Resolves when all is on disk. */
  flush(): Promise<void>;
}

/** @throws UsageError for a budget that could not be kept */
export async function keepUsage(
  invocation: Invocation,
  upstreams: readonly UpstreamOptions[],
): Promise<KeptUsage> {
  const { settings, environment, logger } = invocation;
  if (settings.usage === 'off') {
    if (settings.budget.length === 0) return { options: {}, flush: async () => {} };
    throw new UsageError('--budget counts what --usage records: leave --usage on, or take --budget out');
  }
  const ledger = openLedger({ folder: usageFolder(environment), logger });
  const budget = await budgetOf(invocation, upstreams, ledger);
  return {
    options: {
      onRequest: (report) => {
        const record = recordOf(report);
        if (record === undefined) return;
        ledger.put(record);
        budget?.add(record);
      },
      ...(budget && { budget }),
    },
    flush: () => ledger.flush(),
  };
}

async function budgetOf(
  { settings, environment, logger }: Invocation,
  upstreams: readonly UpstreamOptions[],
  ledger: Ledger,
): Promise<Budget | undefined> {
  if (settings.budget.length === 0) return undefined;
  const served = upstreams.map((options) => resolveProvider(options).id);
  const stray = settings.budget.find(({ upstream }) => upstream !== undefined && !served.includes(upstream));
  if (stray !== undefined) {
    throw new UsageError(
      `--budget names ${stray.upstream}, which is not served; it may name ${served.join(', ')}`,
    );
  }
  return openBudget({
    limits: settings.budget,
    folder: usageFolder(environment),
    owns: (file) => ledger.owns(file),
    prices: { list: await loadPriceList(), own: await readOwnPrices(environment) },
    logger,
    where: 'with --budget (CODEX_RELAY_BUDGET) and start the relay again',
  });
}
