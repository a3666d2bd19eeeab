/** Real Redis servers for tests: on loopback, on ports of the system's choice, each in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { programOf } from './debian.ts';
import { freePort } from './ports.ts';

export const REDIS_SERVER = programOf('redis-server', 'redis-server');

/** The programs that a team's store can be, by the scheme of their address: what is said of one is held against both. */
export const STORE_SERVERS: readonly (readonly [scheme: string, program: string])[] = [
  ['redis', REDIS_SERVER] as const,
  ['valkey', programOf('valkey-server', 'valkey-server')] as const,
].flatMap(([scheme, program]) => (program === undefined ? [] : [[scheme, program] as const]));

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the process: by its own last words, or at once. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same port and what it had on disk. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

/**
 * @param extra further lines of its configuration, e.g. `['--replicaof', '127.0.0.1', '7000']`
 * @param scheme of `STORE_SERVERS`
 */
export async function startRedis(extra: readonly string[] = [], scheme = 'redis'): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-redis-'));
  // Each write is on disk before it is acknowledged. With "everysec" it may not even be in the system's hands, and a
  // master that comes back without it takes it away from its replicas as well.
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ];
  const server = processOf([...args, ...extra], port, folder, scheme);
  await server.start();
  return server;
}

/** A Sentinel that watches one master by the name `team`. @param extra further lines of its configuration */
export async function startSentinel(
  master: RedisServer,
  extra: readonly string[] = [],
  scheme = 'redis',
): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor team 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds team 500',
    'sentinel failover-timeout team 3000',
    ...extra,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const server = processOf([file, '--sentinel'], port, folder, scheme);
  await server.start();
  return server;
}

function processOf(args: readonly string[], port: number, folder: string, scheme = 'redis'): RedisServer {
  const program = new Map(STORE_SERVERS).get(scheme) ?? `${scheme}-server`;
  let child: ChildProcess | undefined;
  const end = () => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  // Whatever becomes of the tests, no server outlives them.
  process.once('exit', end);
  const server: RedisServer = {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    async start() {
      child = spawn(program, [...args], { stdio: 'ignore' });
      await answers(port);
    },
    signal(signal) {
      child?.kill(signal);
    },
    async stop(signal = 'SIGTERM') {
      const ending = child;
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill(signal);
      await ended;
    },
    async remove() {
      await server.stop('SIGKILL');
      process.off('exit', end);
      end();
    },
  };
  return server;
}

async function answers(port: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null, protocol: 2 });
  client.on('error', () => {});
  for (;;) {
    try {
      if (client.status !== 'ready') await client.connect();
      await client.ping();
      client.disconnect();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

const shared = new Map<string, Promise<RedisServer>>();

/** One server for all tests of a run; each takes names of its own. @param scheme of `STORE_SERVERS` */
export function sharedRedis(scheme = 'redis'): Promise<RedisServer> {
  const server = shared.get(scheme) ?? startRedis([], scheme);
  shared.set(scheme, server);
  return server;
}

export interface LossyNetwork {
  /** The shared server, as it is reached over this network. */
  url: string;
  /** How often the text was sent. */
  named(): number;
  close(): void;
}

/** A network that loses the first answer to whoever sends this text, and the connection with it. */
export async function losingAnAnswerTo(text: string): Promise<LossyNetwork> {
  const store = await sharedRedis();
  let named = 0;
  const server = createServer((near) => {
    const far = connect(store.port, '127.0.0.1');
    let isDoomed = false;
    near.on('data', (data) => {
      if (data.includes(text)) {
        named++;
        isDoomed = named === 1;
      }
      far.write(data);
    });
    far.on('data', (data) => {
      if (isDoomed) near.destroy();
      else near.write(data);
    });
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.on('close', () => [near, far].map((one) => one.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `redis://127.0.0.1:${port}`, named: () => named, close: () => server.close() };
}
