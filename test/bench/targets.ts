/** Who is measured: the scripted provider itself, a pass-through, the relay, and any other relay beside it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask, closeConnections } from './client.ts';
import { listenerOn } from './processes.ts';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url));
export const UPSTREAM = fileURLToPath(new URL('upstream.ts', import.meta.url));

export const DIRECT = 'direct';
export const PASS_THROUGH = 'pass-through';
export const RELAY = 'relay';

export interface Target {
  name: string;
  /** Where requests go, and in which of a question's two forms. */
  url: string;
  form: keyof Question;
  /** Undefined where its processor time and memory cannot be read. */
  pid: number | undefined;
  /** The build that it runs, where it is one of ours. */
  cli?: string;
}

/** One request in both languages: what upstream gets is the same, byte for byte. */
export interface Question {
  responses: Buffer;
  chat: Buffer;
}

export interface Bench {
  /** The provider itself first, then the pass-through, then the relay. */
  targets: Target[];
  /** Base URL of the provider. */
  upstreamUrl: string;
  /** Sends the request through a relay once and takes from upstream what it got. */
  question(request: object): Promise<Question>;
  stop(): Promise<void>;
}

/**
 * @param others name and either the base URL of a relay that runs already and was told to use `upstreamPort`, or
 *   the path of another build of ours, which is started
 * @param upstreamPort 0 for any
 */
export async function startBench(
  others: readonly (readonly [string, string])[] = [],
  upstreamPort = 0,
): Promise<Bench> {
  const upstream = fork(UPSTREAM, [String(upstreamPort)]);
  const [port] = (await once(upstream, 'message')) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const upstreamUrl = `${origin}/v1`;
  const floor = spawn(process.execPath, [FLOOR, origin], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const floorUrl = await addressOf(floor);
  const relay = spawnRelay(CLI, upstreamUrl);
  const relayUrl = `${await addressOf(relay)}/v1/responses`;
  const chat = '/v1/chat/completions';
  const targets: Target[] = [
    { name: DIRECT, url: origin + chat, form: 'chat', pid: undefined },
    { name: PASS_THROUGH, url: floorUrl + chat, form: 'chat', pid: floor.pid },
    { name: RELAY, url: relayUrl, form: 'responses', pid: relay.pid, cli: CLI },
  ];
  // What upstream is sent is found out with a relay that nobody measures, or ours would be warmer than the others.
  const scribe = spawnRelay(CLI, upstreamUrl);
  const scribeUrl = `${await addressOf(scribe)}/v1/responses`;
  const children = [relay, floor, scribe];
  for (const [name, place] of others) {
    if (/^https?:/.test(place)) {
      targets.push(runningRelay(name, place));
      continue;
    }
    const child = spawnRelay(place, upstreamUrl);
    children.push(child);
    const url = `${await addressOf(child)}/v1/responses`;
    targets.push({ name, url, form: 'responses', pid: child.pid, cli: place });
  }
  return {
    targets,
    upstreamUrl,
    async question(request) {
      const responses = Buffer.from(JSON.stringify(request));
      await ask(scribeUrl, responses);
      const reply = await fetch(`${origin}/last`);
      return { responses, chat: Buffer.from(await reply.arrayBuffer()) };
    },
    async stop() {
      closeConnections();
      await Promise.all([...children, upstream].map(end));
    },
  };
}

function runningRelay(name: string, baseUrl: string): Target {
  const { port } = new URL(baseUrl);
  const url = `${baseUrl.replace(/\/(v1\/?)?$/, '')}/v1/responses`;
  return { name, url, form: 'responses', pid: listenerOn(Number(port)) };
}

/** The built command line, as it is installed. @param flags of Node itself @param more flags of the relay */
export function spawnRelay(
  cli: string,
  upstreamUrl: string,
  flags: readonly string[] = [],
  more: readonly string[] = [],
): ChildProcess {
  const args = [...flags, cli, '--port', '0', '--upstream', upstreamUrl, '--api-key', 'bench', ...more];
  const stdio = ['ignore', 'ignore', 'pipe', ...(flags.length > 0 ? (['ipc'] as const) : [])] as const;
  // By a variable, which other builds pass over.
  const env = { ...process.env, CODEX_RELAY_WIRE: 'openai-compatible/native-*=responses' };
  return spawn(process.execPath, args, { stdio: [...stdio], env });
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
