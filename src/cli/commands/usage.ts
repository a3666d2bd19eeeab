/** `codex-relay usage`: what was used and what it cost, from the ledger that all of a user's relays share. */

import { readOwnPrices } from '../../codex/home/own-prices-file.ts';
import { usageFolder } from '../../state-folder.ts';
import { startOfSpan } from '../../usage/calendar.ts';
import { LedgerReader } from '../../usage/ledger-reader.ts';
import { loadPriceList } from '../../usage/price-list.ts';
import { summarise } from '../../usage/summary.ts';
import { UsageError } from '../errors.ts';
import type { Command } from '../invocation.ts';
import { asCsv, asJson } from '../usage-report/exports.ts';
import type { UsageReport } from '../usage-report/report.ts';
import { asTable } from '../usage-report/table.ts';
import { balances } from './balances.ts';

export const usage: Command = async (invocation) => {
  const { settings, environment, columns, print, logger } = invocation;
  const { by, json, csv } = settings;
  if (settings.balance) return balances(invocation);
  if (json && csv) throw new UsageError('--json and --csv are two forms of one result: choose one');
  const folder = usageFolder(environment);
  const now = Date.now();
  const since = startOfSpan(settings.since, now) ?? 0;
  const prices = { list: await loadPriceList(), own: await readOwnPrices(environment) };
  const summary = await summarise(new LedgerReader(folder, logger).read({ since }), { by, prices, since });
  const report: UsageReport = { ...summary, by, since, now, folder };
  print(json ? asJson(report) : csv ? asCsv(report) : asTable(report, columns));
  return 0;
};
