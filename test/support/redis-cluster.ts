/** A real cluster of three for tests, each with a third of the slots. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis-server.ts';

/** First and last slot of each node. */
const THIRDS = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
];

/**
 * @param scheme of `STORE_SERVERS`
 * @param linesOf further lines of a node's configuration
 */
export async function startCluster(
  scheme: string,
  linesOf: (index: number) => readonly string[] = () => [],
): Promise<RedisServer[]> {
  const nodes = await Promise.all(THIRDS.map((_, index) => startClusterNode(scheme, linesOf(index))));
  for (const [index, { port }] of nodes.entries()) {
    await told(port, 'ADDSLOTSRANGE', ...(THIRDS[index] ?? []));
    // Nodes that have agreed on no order would do so at random, one after the other.
    await told(port, 'SET-CONFIG-EPOCH', `${index + 1}`);
  }
  for (const { port } of nodes) await told(nodes[0]?.port ?? 0, 'MEET', '127.0.0.1', `${port}`);
  for (const { port } of nodes) {
    while (!/cluster_state:ok/.test(await told(port, 'INFO')) || (await slotsOf(port)) < THIRDS.length)
      await sleep(20);
  }
  return nodes;
}

/** A node that belongs to no cluster yet. */
export function startClusterNode(scheme: string, extra: readonly string[] = []): Promise<RedisServer> {
  const lines = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  return startRedis([...lines, '--cluster-node-timeout', '1000', ...extra], scheme);
}

/** Makes a node the replica of another, and waits until it has what that one has. */
export async function replicate(node: RedisServer, master: RedisServer): Promise<void> {
  const id = await told(master.port, 'MYID');
  await told(node.port, 'MEET', '127.0.0.1', `${master.port}`);
  while (!(await told(node.port, 'NODES')).includes(id)) await sleep(20);
  await told(node.port, 'REPLICATE', id);
  const client = new Redis({ port: master.port, protocol: 2 });
  while (!/^slave0:.*state=online/m.test(await client.info('replication'))) await sleep(20);
  client.disconnect();
}

async function slotsOf(port: number): Promise<number> {
  return (await told(port, 'NODES')).split('\n').filter((line) => /connected \d+-\d+$/.test(line)).length;
}

async function told(port: number, ...words: string[]): Promise<string> {
  const client = new Redis({ port, protocol: 2 });
  try {
    return String(await client.call('CLUSTER', words));
  } finally {
    client.disconnect();
  }
}
