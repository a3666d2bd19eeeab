/** Records, folders and prices for the tests of usage. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerReader, type LedgerScope } from '../../src/usage/ledger-reader.ts';
import type { UsageRecord } from '../../src/usage/record.ts';

export const NOON = new Date(2026, 10, 28, 12).getTime();

export function recordWith(parts: Partial<UsageRecord> = {}): UsageRecord {
  return {
    time: NOON,
    upstream: 'deepseek',
    service: 'deepseek',
    model: 'deepseek-chat',
    wire: 'chat',
    state: 'completed',
    tokens: {
      inputTokens: 1000,
      cachedTokens: 600,
      cacheWriteTokens: 0,
      outputTokens: 200,
      reasoningTokens: 50,
    },
    attempts: 1,
    firstTokenMs: 300,
    totalMs: 2000,
    statedUsd: undefined,
    thread: 'a1b2c3d4e5f6',
    repairs: [],
    ...parts,
  };
}

export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'codex-relay-usage-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** All records of a folder. */
export async function readAll(folder: string, scope?: LedgerScope): Promise<UsageRecord[]> {
  return (await Array.fromAsync(new LedgerReader(folder).read(scope))).flat();
}
