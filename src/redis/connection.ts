/**
 * One relay's connections to Redis or Valkey. The client library is loaded with this file, and so only if a store is
 * requested.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { messageOf, RelayError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { Replicas } from './replicas.ts';
import { type StoreAddress, shownAddress } from './store-url.ts';
import { isLackOfConnection, isRefusal, isWrongDatabase, troubleWith } from './troubles.ts';

export type Client = Redis | Cluster;
export type Argument = string | number | Buffer;

/** A Lua script, made by `scriptOf`. */
export interface Script {
  lua: string;
  sha: string;
}

export function scriptOf(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

export interface ConnectionOptions {
  address: StoreAddress;
  logger: Logger;
  /** Called with the duration of each call in milliseconds, retries included. */
  onCall?: (milliseconds: number, isFailed: boolean) => void;
}

/** How long a call is retried while the store cannot be reached. */
export const READ_PATIENCE_MS = 1_000;
/** Long enough for a restart and most failovers, which an answer that must be kept waits for. */
export const WRITE_PATIENCE_MS = 15_000;

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 3_000;
const PAUSE_MS = 50;

export class Connection {
  readonly address: StoreAddress;
  /** For reads, and for writes that may be lost. */
  readonly client: Client;
  /** For writes that must be kept. It waits for replicas, so nothing else may queue behind it. */
  readonly #writer: Client;
  readonly #others: Client[] = [];
  readonly #logger: Logger;
  readonly #onCall: NonNullable<ConnectionOptions['onCall']>;
  #isDown = false;
  /** Why the last attempt to connect failed. A call that finds no connection cannot know. */
  #failure: Error | undefined;
  #isClosed = false;
  readonly #replicas: Replicas;

  constructor({ address, logger, onCall = () => {} }: ConnectionOptions) {
    this.address = address;
    this.#logger = logger;
    this.#onCall = onCall;
    this.client = this.#open();
    this.#writer = this.#open();
    this.#replicas = new Replicas(this.#writer, address.kind === 'sentinel');
  }

  /** Another connection to the same store, closed together with this one; a subscription needs its own. */
  another(): Client {
    const client = this.#open();
    this.#others.push(client);
    return client;
  }

  /** Whether the store answers now. */
  get isUp(): boolean {
    return this.client.status === 'ready';
  }

  /**
   * Runs a script with one key; all other keys that it uses must have the same hash tag.
   * @throws RelayError `store_unavailable` if the store could not be reached for `patienceMs`
   */
  run(
    script: Script,
    key: string,
    args: readonly Argument[],
    patienceMs = READ_PATIENCE_MS,
  ): Promise<unknown> {
    return this.attempt(() => runOn(this.client, script, key, args), patienceMs);
  }

  /**
   * The same for writes that must not be lost: resolves once a replica has them, too, if there is one.
   * @throws RelayError `store_unavailable` after `patienceMs`
   */
  runDurably(
    script: Script,
    key: string,
    args: readonly Argument[],
    patienceMs = WRITE_PATIENCE_MS,
  ): Promise<unknown> {
    return this.attempt(async () => {
      const result = await runOn(this.#writer, script, key, args);
      await this.#replicas.haveTaken(key);
      return result;
    }, patienceMs);
  }

  /**
   * Does something once the store can be reached, and again if its answer was lost: twice must be as good as once.
   * @throws RelayError `store_unavailable` after `patienceMs`
   */
  async attempt<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
    const startedAt = performance.now();
    for (;;) {
      try {
        const result = await work();
        this.#noteUp();
        this.#onCall(performance.now() - startedAt, false);
        return result;
      } catch (error) {
        // Waiting does not help if the store itself refuses, because of a wrong script or full memory.
        const isOver = performance.now() - startedAt > patienceMs || this.#isClosed || isRefusal(error);
        if (!isOver) {
          await sleep(PAUSE_MS);
          continue;
        }
        this.#onCall(performance.now() - startedAt, true);
        throw this.#unavailable(error);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const client of [this.client, this.#writer, ...this.#others]) disconnect(client);
  }

  #open(): Client {
    const client = newClient(this.address);
    client.on('error', (error: Error) => {
      if (client instanceof Cluster) void this.#noteClusterFailure(error);
      // It follows the error that ended the connection, and says nothing new.
      else if (!isLackOfConnection(error)) this.#noteFailure(error);
      // The library would go on in database 0, whose users and histories may be somebody else's.
      if (isWrongDatabase(error) && client instanceof Redis) client.stream.destroy();
    });
    client.on('close', () => {
      this.#replicas.forget();
      const error = new Error('the connection was closed');
      if (client instanceof Cluster) void this.#noteClusterFailure(error);
      else this.#noteDown(error);
    });
    client.on('ready', () => this.#noteUp());
    return client;
  }

  /** What a cluster says is only that none of its nodes is connected, not why. */
  async #noteClusterFailure(error: Error): Promise<void> {
    if (this.#isClosed) return;
    const why: unknown = (await failureOf(this.address)) ?? Reflect.get(error, 'lastNodeError');
    if (this.isUp) return;
    if (why instanceof Error) this.#noteFailure(why);
    else this.#noteDown(error);
  }

  #noteFailure(error: Error): void {
    this.#failure = error;
    this.#noteDown(error);
  }

  #noteDown(error: Error): void {
    if (this.#isDown || this.#isClosed) return;
    this.#isDown = true;
    this.#logger.warn(
      `store: ${shownAddress(this.address)} cannot be reached: ${troubleWith(error, this.address.isTls)}`,
    );
  }

  #noteUp(): void {
    if (!this.isUp) return;
    this.#failure = undefined;
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#logger.info(`store: ${shownAddress(this.address)} is back`);
  }

  #unavailable(error: unknown): RelayError {
    const isRefused = isRefusal(error);
    const cause = isRefused ? error : (this.#failure ?? error);
    const trouble = troubleWith(cause, this.address.isTls);
    const store = `The relay's store (${shownAddress(this.address)})`;
    const message = isRefused
      ? `${store} refused what this request needs: ${trouble}. Whoever runs the relay has to see to it.`
      : `${store} does not answer, and this request needs it: ${trouble}. Try again in a moment.`;
    return new RelayError('store_unavailable', message, { retryAfterSeconds: 1, cause });
  }
}

/** Why the first node of a cluster cannot be reached; undefined if it can. */
function failureOf(address: StoreAddress): Promise<Error | undefined> {
  const client = newClient({ ...address, kind: 'server' });
  return new Promise<Error | undefined>((resolve) => {
    client.once('ready', () => resolve(undefined));
    client.on('error', resolve);
  }).finally(() => disconnect(client));
}

/**
 * A TLS handshake that is broken off and would have failed gives a second error, for which the library has no listener:
 * it would end the process (Node 24.21, ioredis 6.0, November 2026).
 */
function disconnect(client: Client): void {
  const nodes: readonly Partial<Pick<Redis, 'stream'>>[] =
    client instanceof Cluster ? client.nodes() : [client];
  for (const { stream } of nodes) stream?.on('error', () => {});
  client.disconnect();
}

function newClient(address: StoreAddress): Client {
  const { kind, hosts, master, isTls, username, password, db } = address;
  const options = optionsFor(address);
  if (kind === 'cluster') {
    return new Cluster([...hosts], {
      redisOptions: options,
      enableOfflineQueue: false,
      clusterRetryStrategy: pauseBefore,
      // Certificates are for names, which the library would replace by addresses.
      ...(isTls && { dnsLookup: (host, found) => found(null, host) }),
    });
  }
  if (kind === 'sentinel') {
    return new Redis({
      ...options,
      db,
      sentinels: [...hosts],
      ...(master !== undefined && { name: master }),
      sentinelRetryStrategy: pauseBefore,
      failoverDetector: true,
      enableTLSForSentinelMode: isTls,
      ...(isTls && { sentinelTLS: {} }),
      // A user of the master is unknown to Sentinels, but a password alone is usually the same for all. With the name,
      // those who have none take it, too; without it, the client library would print a warning each time.
      ...(username === undefined &&
        password !== undefined && { sentinelUsername: 'default', sentinelPassword: password }),
    });
  }
  return new Redis({ ...options, db, ...hosts[0] });
}

function optionsFor({ username, password, isTls }: StoreAddress) {
  return {
    protocol: 2 as const,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    // A store that hangs, or a network that swallows everything, counts as away: else each call would wait to find out.
    socketTimeout: COMMAND_TIMEOUT_MS,
    // When a connection breaks, the calls that wait for an answer fail at once, not when their time is over.
    maxRetriesPerRequest: 0,
    // Requests must not wait in the library's queue, because `attempt` decides how long they may wait.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: pauseBefore,
    // The server was demoted to a replica: 2 means reconnect and repeat the command.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? (2 as const) : false),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isTls && { tls: {} }),
  };
}

function pauseBefore(attempt: number): number {
  return Math.min(25 * 2 ** attempt, 500);
}

async function runOn(
  client: Client,
  { lua, sha }: Script,
  key: string,
  args: readonly Argument[],
): Promise<unknown> {
  try {
    return await client.callBuffer('EVALSHA', [sha, 1, key, ...args]);
  } catch (error) {
    // The script is new to the server, or the server was restarted.
    if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
    return client.callBuffer('EVAL', [lua, 1, key, ...args]);
  }
}
