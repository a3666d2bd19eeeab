/** Every store, opened for the tests of what all of them promise. */
import { randomUUID } from 'node:crypto';
import { RedisHistory } from '../../src/history/redis/redis-store.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits } from '../../src/history/store.ts';
import type { Logger } from '../../src/logger.ts';
import { Connection } from '../../src/redis/connection.ts';
import { parseStoreUrl } from '../../src/redis/store-url.ts';
import { STORE_SERVERS, sharedRedis } from '../support/redis-server.ts';
import { type Backend, type Bench, diskBench, memoryBench, recordingLogger, START } from './support.ts';

/** A relay's connection to a server of the tests. */
export function connectionTo(url: string, logger: Logger): Connection {
  const address = parseStoreUrl(url);
  if (address === undefined) throw new Error(`no store: ${url}`);
  return new Connection({ address, logger });
}

/** A restart is another relay's first look at the same history. */
async function redisBench(scheme: string, limits: Partial<HistoryLimits> = {}): Promise<Bench> {
  const { url } = await sharedRedis(scheme);
  const logger = recordingLogger();
  const name = `test:{${randomUUID()}}`;
  const clock = () => bench.now;
  const open = (connection: Connection) =>
    new RedisHistory({ connection, name, limits: { ...DEFAULT_HISTORY_LIMITS, ...limits }, logger, clock });
  const connection = connectionTo(url, logger);
  const bench: Bench = {
    store: open(connection),
    logger,
    now: START,
    directory: '',
    async restart() {
      await bench.store.close();
      bench.store = open(connection);
    },
    async [Symbol.asyncDispose]() {
      await bench.store.clear();
      await connection.close();
    },
  };
  return bench;
}

const storeBackends = STORE_SERVERS.map(([scheme]): [string, Backend] => [
  scheme,
  (limits) => redisBench(scheme, limits),
]);

export const BACKENDS: readonly (readonly [name: string, open: Backend])[] = [
  ['memory', memoryBench],
  ['disk', diskBench],
  ...storeBackends,
];
