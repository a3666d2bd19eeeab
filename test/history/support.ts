/** Turns, places and logs for the tests of the history. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import {
  DEFAULT_HISTORY_LIMITS,
  type HistoryLimits,
  type HistoryStore,
  type StoredExchange,
} from '../../src/history/store.ts';
import type { Logger } from '../../src/logger.ts';
import type { ProviderReasoning } from '../../src/translate/reasoning/reasoning.ts';
import { newResponse } from '../../src/translate/stream/resource.ts';
import type { InputItem } from '../../src/wire/responses.ts';

/** A completed turn `id` that continues `previous`, with `padding` extra characters of answer. */
export function turnOf(id: string, previous: string | null = null, padding = 0): StoredExchange {
  const response = newResponse({ model: 'm', input: '', previous_response_id: previous }, id, 1_700_000_000);
  const text = `answer of ${id} ✓${'x'.repeat(padding)}`;
  return {
    response: {
      ...response,
      status: 'completed',
      completed_at: 1_700_000_001,
      output: [
        {
          type: 'message',
          id: `msg_${id}`,
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
        },
      ],
    },
    input: [{ type: 'message', role: 'user', id: `in_${id}`, content: `question of ${id}` }],
  };
}

/** A turn `id` of a client that sends its whole history: these items, then a question of its own. */
export function wholeTurnOf(id: string, before: readonly InputItem[], padding = 0): StoredExchange {
  const { response, input } = turnOf(id, null, padding);
  return { response, input: [...before, ...input] };
}

export function itemsOf(...turns: readonly StoredExchange[]) {
  return turns.flatMap(({ input, response }) => [...input, ...response.output]);
}

export function reasoningOf(text: string): ProviderReasoning {
  return { provider: 'deepseek', model: 'deepseek-v4-pro', text, field: 'reasoning_content' };
}

export interface RecordingLogger extends Logger {
  readonly lines: string[];
}

export function recordingLogger(): RecordingLogger {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

export async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'codex-relay-history-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A store under test, with a clock that only the test moves. */
export interface Bench extends AsyncDisposable {
  store: HistoryStore;
  readonly logger: RecordingLogger;
  /** Milliseconds since the epoch. */
  now: number;
  /** Of the disk store. */
  readonly directory: string;
  /** Closes the store and opens it again on the same directory. */
  restart(): Promise<void>;
}

export type Backend = (limits?: Partial<HistoryLimits>) => Promise<Bench>;

export const START = 1_700_000_000_000;

export async function memoryBench(limits: Partial<HistoryLimits> = {}): Promise<Bench> {
  const logger = recordingLogger();
  const all = { ...DEFAULT_HISTORY_LIMITS, ...limits };
  const bench: Bench = {
    store: createMemoryStore(all, { logger, clock: () => bench.now }),
    logger,
    now: START,
    directory: '',
    restart: () => Promise.reject(new Error('memory does not survive a restart')),
    [Symbol.asyncDispose]: () => bench.store.close(),
  };
  return bench;
}

export async function diskBench(limits: Partial<HistoryLimits> = {}): Promise<Bench> {
  const place = await temporaryDirectory();
  const directory = join(place.path, 'history');
  const logger = recordingLogger();
  const all = { ...DEFAULT_HISTORY_LIMITS, ...limits };
  const clock = () => bench.now;
  const bench: Bench = {
    store: createMemoryStore(all),
    logger,
    now: START,
    directory,
    async restart() {
      await bench.store.close();
      bench.store = await openDiskStore({ directory, limits: all, logger, clock });
    },
    async [Symbol.asyncDispose]() {
      await bench.store.close();
      await place[Symbol.asyncDispose]();
    },
  };
  await bench.restart();
  return bench;
}
