/** The additional parts of a relay that serves a team: a shared store, users, metrics. Loaded only on demand. */
import { join } from 'node:path';
import { readOwnPrices } from '../codex/home/own-prices-file.ts';
import { messageOf } from '../errors.ts';
import { openDiskStore } from '../history/disk-store.ts';
import { createMemoryStore } from '../history/memory-store.ts';
import { RedisHistories } from '../history/redis/histories.ts';
import type { HistoryStore } from '../history/store.ts';
import type { Logger } from '../logger.ts';
import { codeOf } from '../node-errors.ts';
import { Connection } from '../redis/connection.ts';
import { parseStoreUrl, shownAddress } from '../redis/store-url.ts';
import type { RelayHandle, RelayOptions } from '../relay/options.ts';
import { usageFolder } from '../state-folder.ts';
import { limitsFor } from '../team/limits.ts';
import { createMetrics, type Metrics, serveMetrics } from '../team/metrics.ts';
import { shareRouting } from '../team/shared-routing.ts';
import { openSpending } from '../team/spending.ts';
import type { UserSource } from '../team/user-records.ts';
import { openUsers } from '../team/users.ts';
import { usersFile } from '../team/users-file.ts';
import { usersInStore } from '../team/users-in-store.ts';
import type { Prices } from '../usage/cost.ts';
import { loadPriceList } from '../usage/price-list.ts';
import { recordsOf } from '../usage/record.ts';
import { CommandError, UsageError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { historyLimits, openHistory } from './open-history.ts';
import type { Settings } from './options.ts';

export interface Team {
  options: Pick<RelayOptions, 'history' | 'users' | 'sharedRouting' | 'metrics'> & {
    onRequest: NonNullable<RelayOptions['onRequest']>;
  };
  /** To be called once the relay runs. */
  watch(relay: RelayHandle): Promise<void>;
  /** To be called after the relay has stopped. */
  close(): Promise<void>;
}

const START_PATIENCE_MS = 5_000;

/** @throws UsageError for options that do not go together, CommandError for what cannot be opened */
export async function openTeam(invocation: Invocation): Promise<Team> {
  const { settings, environment, logger } = invocation;
  const prices = { list: await loadPriceList(), own: await readOwnPrices(environment) };
  const metrics = wantsMetrics(settings) ? createMetrics(prices) : undefined;
  const connection = await connectionFor(settings, logger, metrics);
  const closing: (() => unknown)[] = [() => connection?.close()];
  try {
    const historyOf = await historiesFor(settings, logger, connection, closing);
    const { users, onRequest } = await usersFor(invocation, prices, connection, historyOf, closing);
    const { 'metrics-token': token, 'metrics-port': port, listen: address } = settings;
    return {
      options: {
        history: await historyOf(''),
        ...(users && { users }),
        ...(connection && { sharedRouting: shareRouting(connection, logger) }),
        ...(metrics && token !== '' && { metrics: { token, read: metrics.read } }),
        onRequest: (report) => {
          metrics?.onRequest(report);
          onRequest(report);
        },
      },
      watch: async (relay) => {
        metrics?.watch(relay);
        if (metrics === undefined || port === 0) return;
        const server = await serveMetrics(metrics, { port, address, token }).catch((cause: unknown) => {
          const why = codeOf(cause) === 'EADDRINUSE' ? 'is in use' : `cannot be used: ${messageOf(cause)}`;
          const what = `--metrics-port: port ${port} on ${address} ${why}`;
          throw new CommandError(`${what}: stop the program there, or choose another port`, { cause });
        });
        closing.unshift(() => server.close());
        logger.info(
          `Metrics: http://${address.includes(':') ? `[${address}]` : address}:${server.port}/metrics`,
        );
      },
      close: () => closeAll(closing),
    };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

/** The list of users, for the relay and for `codex-relay users`. @throws UsageError if the options name none */
export function userSource(settings: Settings, connection: Connection | undefined): UserSource {
  if (settings.users === '') throw new UsageError('--users is needed: a file, or store with --history-url');
  if (settings.users !== 'store') return usersFile(settings.users);
  if (connection !== undefined) return usersInStore(connection);
  throw new UsageError(
    '--users store needs the address of the store: set --history-url (CODEX_RELAY_HISTORY_URL)',
  );
}

/** Undefined without `--history-url`. If the store does not answer, the log says so, and it may come up later. */
export async function connectionFor(
  settings: Settings,
  logger: Logger,
  metrics: Metrics | undefined,
): Promise<Connection | undefined> {
  const address = parseStoreUrl(settings['history-url']);
  if (address === undefined) return undefined;
  const connection = new Connection({ address, logger, ...(metrics && { onCall: metrics.onStoreCall }) });
  try {
    await connection.attempt(() => connection.client.ping(), START_PATIENCE_MS);
    logger.info(`store: ${shownAddress(address)}`);
  } catch (error) {
    logger.warn(messageOf(error));
  }
  return connection;
}

type HistoryOf = (owner: string) => Promise<HistoryStore>;

async function historiesFor(
  settings: Settings,
  logger: Logger,
  connection: Connection | undefined,
  closing: (() => unknown)[],
): Promise<HistoryOf> {
  const limits = historyLimits(settings);
  if (settings['history-store'] === 'redis') {
    if (connection === undefined)
      throw new UsageError(
        '--history-store redis needs an address: set --history-url (CODEX_RELAY_HISTORY_URL)',
      );
    const histories = new RedisHistories({ connection, limits, logger });
    closing.unshift(() => histories.close());
    return async (owner) => histories.open(owner);
  }
  return async (owner) => {
    if (owner === '') return openHistory(settings, logger);
    if (settings['history-store'] === 'memory') return createMemoryStore(limits, { logger });
    return openDiskStore({ directory: join(settings['history-dir'], 'users', owner), limits, logger });
  };
}

async function usersFor(
  { settings, environment, logger }: Invocation,
  prices: Prices,
  connection: Connection | undefined,
  historyOf: HistoryOf,
  closing: (() => unknown)[],
): Promise<Pick<Team['options'], 'users' | 'onRequest'>> {
  if (settings.users === '') return { onRequest: () => {} };
  const spending = await openSpending({ prices, connection, folder: usageFolder(environment), logger });
  const source = userSource(settings, connection);
  try {
    const users = await openUsers({
      source,
      historyOf,
      limitsOf: (user) => limitsFor(user, connection),
      budgetOf: (user) => spending.guardOf(user),
      logger,
    });
    closing.unshift(() => users.close());
    return {
      users,
      onRequest: (report) => {
        for (const record of recordsOf(report)) spending.add(record);
      },
    };
  } catch (cause) {
    throw new CommandError(`--users: nobody could be let in. ${messageOf(cause)}`, { cause });
  }
}

function wantsMetrics(settings: Settings): boolean {
  return settings['metrics-port'] !== 0 || settings['metrics-token'] !== '';
}

async function closeAll(closing: readonly (() => unknown)[]): Promise<void> {
  for (const close of closing) await close();
}
