/** The two contenders: the scripted provider itself, and the relay in front of it, each in its own process. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Answer, ask, closeConnections } from './client.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const METER = new URL('meter.mjs', import.meta.url).href;
const UPSTREAM = fileURLToPath(new URL('upstream.ts', import.meta.url));

/** What the relay's process says of itself. */
export interface Reading {
  cpuSeconds: number;
  residentBytes: number;
  heapBytes: number;
  peakBytes: number;
}

/** One request in both forms: what upstream gets is the same, byte for byte. */
export interface Question {
  relay: Buffer;
  direct: Buffer;
}

export interface Contenders {
  direct(question: Question): Promise<Answer>;
  relay(question: Question): Promise<Answer>;
  /** Sends the request through the relay once and takes from upstream what it got. */
  question(request: object): Promise<Question>;
  /** @param collect the garbage first */
  read(collect?: 'collect'): Promise<Reading>;
  upstreamUrl: string;
  stop(): Promise<void>;
}

export async function startContenders(): Promise<Contenders> {
  const upstream = fork(UPSTREAM);
  const [port] = (await once(upstream, 'message')) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const relay = spawnRelay(`${origin}/v1`, ['--import', METER]);
  const relayUrl = await addressOf(relay);

  const viaRelay = (body: Buffer) => ask(`${relayUrl}/v1/responses`, body);
  return {
    upstreamUrl: `${origin}/v1`,
    direct: ({ direct }) => ask(`${origin}/v1/chat/completions`, direct),
    relay: (question) => viaRelay(question.relay),
    async question(request) {
      const body = Buffer.from(JSON.stringify(request));
      await viaRelay(body);
      const reply = await fetch(`${origin}/last`);
      return { relay: body, direct: Buffer.from(await reply.arrayBuffer()) };
    },
    async read(collect) {
      relay.send(collect ?? 'read');
      const [reading] = (await once(relay, 'message')) as [Reading];
      return reading;
    },
    async stop() {
      closeConnections();
      await Promise.all([end(relay), end(upstream)]);
    },
  };
}

/** The built command line, as it is installed. @param flags of Node itself */
export function spawnRelay(upstreamUrl: string, flags: readonly string[] = []): ChildProcess {
  const args = [...flags, CLI, '--port', '0', '--upstream', upstreamUrl, '--api-key', 'bench'];
  const stdio = ['ignore', 'ignore', 'pipe', ...(flags.length > 0 ? (['ipc'] as const) : [])] as const;
  return spawn(process.execPath, args, { stdio: [...stdio] });
}

/** The address that a process prints when it listens; the rest of what it prints is read and dropped. */
export async function addressOf(child: ChildProcess): Promise<string> {
  let printed = '';
  const found = Promise.withResolvers<string>();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (printed.length > 10_000) return;
    printed += text;
    const address = /listens on (http:\S+)/.exec(printed)?.[1];
    if (address !== undefined) found.resolve(address);
  });
  child.once('exit', () => found.reject(new Error(`The process ended before it listened:\n${printed}`)));
  return found.promise;
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
