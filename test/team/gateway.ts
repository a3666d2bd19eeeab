/** Three relays behind nginx on one store, as a team runs them, and clients that continue conversations. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResponseResource } from '../../src/wire/responses.ts';
import { startNginx } from '../support/balancer.ts';
import { killLeftovers, type RunningCli, runCli, startRelayCli } from '../support/cli-process.ts';
import { freePort } from '../support/ports.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';

export interface Gateway {
  url: string;
  upstream: ScriptedUpstream;
  relays: { url: string; cli: RunningCli }[];
  /** Adds a user and gives the token. */
  addUser(name: string, ...rights: string[]): Promise<string>;
  /** Ends a relay, by default at once, and starts it again. */
  restart(index: number, signal?: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** @param storeUrl of the store that the relays share */
export async function startGateway(storeUrl: string, extra: readonly string[] = []): Promise<Gateway> {
  const home = await mkdtemp(join(tmpdir(), 'codex-relay-team-'));
  const upstream = await startScriptedUpstream(({ body }) => {
    // The answer tells what the model was sent: how many messages, and the first of the user's.
    const first = body.messages.find(({ role }) => role === 'user')?.content;
    return streamReply(textChunks(`${body.messages.length} ${String(first)}`), usageChunk(60, 40));
  });
  const ports = [await freePort(), await freePort(), await freePort()];
  const nginx = await startNginx(ports);
  const environment = {
    HOME: home,
    CODEX_RELAY_HISTORY_URL: storeUrl,
    CODEX_RELAY_API_KEY: 'provider-key-of-the-team',
    CODEX_RELAY_TOKEN: 'token-of-the-operator',
  };
  const team = ['--users', 'store', '--history-store', 'redis', '--max-sessions', '5000'];
  const to = ['--upstream', upstream.url, '--model', 'scripted-model'];
  const startRelay = (port: number | undefined) =>
    startRelayCli([...team, ...extra, ...to, '--port', `${port}`, '--public-url', nginx.url], {
      environment,
    });
  const gateway: Gateway = {
    url: nginx.url,
    upstream,
    relays: await Promise.all(ports.map(startRelay)),
    async addUser(name, ...rights) {
      const { stdout, stderr, code } = await runCli(['users', 'add', name, '--users', 'store', ...rights], {
        environment,
      });
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    async restart(index, signal = 'SIGKILL') {
      const relay = gateway.relays[index];
      relay?.cli.signal(signal);
      await relay?.cli.ended;
      gateway.relays[index] = await startRelay(ports[index]);
    },
    async stop() {
      for (const { cli } of gateway.relays) cli.signal('SIGKILL');
      await Promise.all(gateway.relays.map(({ cli }) => cli.ended));
      killLeftovers();
      await nginx.stop();
      await upstream.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return gateway;
}

export interface Asked {
  token: string;
  input: string;
  previous?: string | undefined;
}

/** One request; undefined where there was no answer to be had. */
export async function ask(url: string, { token, input, previous }: Asked): Promise<Response | undefined> {
  try {
    const body = { model: 'codex-relay', input, ...(previous && { previous_response_id: previous }) };
    const reply = await fetch(`${url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    // Its body may break off as well.
    return new Response(await reply.text(), { status: reply.status, headers: reply.headers });
  } catch {
    return undefined;
  }
}

/** Asks until it is answered, as clients do; throws for what no other attempt cures. */
export async function askUntilAnswered(url: string, asked: Asked): Promise<ResponseResource> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const reply = await ask(url, asked);
    if (reply?.status === 200) return (await reply.json()) as ResponseResource;
    const isPassing = reply === undefined || reply.status >= 500;
    if (!isPassing || Date.now() > deadline) throw new Error(`${reply?.status}: ${await reply?.text()}`);
    await sleep(100 + Math.random() * 200);
  }
}
