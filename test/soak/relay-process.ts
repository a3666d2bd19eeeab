/** Starts the built relay in its own process, and measures what it holds. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('relay-process.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

export interface Held {
  /** After a collection. */
  heapBytes: number;
  residentBytes: number;
  /** Open file handles, sockets among them; undefined where the system does not tell. */
  files: number | undefined;
  sockets: number;
  /** Since the process began. */
  cpuSeconds: number;
}

export interface RelayProcess {
  url: string;
  held(): Promise<Held>;
  stop(): Promise<void>;
}

export interface RelayProcessOptions {
  upstream: string;
  /** Of the history. */
  directory: string;
  stallMs: number;
  maxSessions: number;
}

export async function startRelayProcess(options: RelayProcessOptions): Promise<RelayProcess> {
  assert.ok(existsSync(BUILT), 'dist/index.js is missing: run npm run build');
  const child = fork(PROGRAM, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { url } = (await answerOf(child)) as { url: string };
  return {
    url,
    held: () => {
      child.send('held');
      return answerOf(child) as Promise<Held>;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.send('stop');
      const [code] = await ended;
      assert.equal(code, 0, 'the relay ended in good order');
    },
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const end = new AbortController();
  try {
    const ended = once(child, 'exit', { signal: end.signal }).then(([code]) => {
      throw new Error(`the relay ended by itself with ${code}`);
    });
    const [answer] = await Promise.race([once(child, 'message', { signal: end.signal }), ended]);
    return answer;
  } finally {
    end.abort();
  }
}
