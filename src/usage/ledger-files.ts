/** The files in a ledger folder: only its owner appends to a file, and nobody rewrites one. */
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { parseObject } from '../json.ts';
import { whereCode } from '../node-errors.ts';
import { COLUMNS } from './record.ts';

const NAME = /^usage-\d{8}T\d{9}Z-\d+-[0-9a-f]{8}\.jsonl$/;
const FORMAT = 'codex-relay-usage';
const VERSION = 1;

export interface LedgerFile {
  name: string;
  path: string;
  bytes: number;
  /** When it was last appended to, in milliseconds since the epoch. */
  changedAt: number;
}

/** A unique name that sorts by time: `usage-20261128T155256123Z-4711-1a2b3c4d.jsonl`. */
export function newFileName(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:.]/g, '');
  return `usage-${time}-${process.pid}-${randomBytes(4).toString('hex')}.jsonl`;
}

/**
 * The first line of a file. It tells readers what the counts mean: input includes cached and newly cached tokens,
 * output includes reasoning.
 * @param prices name and date of the current price list
 */
export function headLine(prices: string): string {
  const head = {
    format: FORMAT,
    version: VERSION,
    columns: COLUMNS,
    includes: { input: ['cached', 'cacheWrite'], output: ['reasoning'] },
    prices,
  };
  return `${JSON.stringify(head)}\n`;
}

/**
 * Whether a file was written by a newer release, whose lines may mean something else.
 * @param line its first
 */
export function isOfNewerFormat(line: string): boolean {
  const { format, version } = parseObject(line) ?? {};
  return format === FORMAT && typeof version === 'number' && version > VERSION;
}

/** All files, the oldest first; none if there is no folder. Rejects if one cannot be read. */
export async function ledgerFiles(folder: string): Promise<LedgerFile[]> {
  const names = await readdir(folder).catch(whereCode<string[]>(['ENOENT'], []));
  const files: LedgerFile[] = [];
  for (const name of names.filter((candidate) => NAME.test(candidate)).toSorted()) {
    const path = join(folder, name);
    // Another relay may remove the oldest at any time.
    const found = await stat(path).catch(whereCode(['ENOENT'], undefined));
    if (found !== undefined) files.push({ name, path, bytes: found.size, changedAt: found.mtimeMs });
  }
  return files;
}

/**
 * Removes the oldest files until the rest has at most `maxBytes`. `kept` always stays.
 * @returns for each file that could not be removed, why; newer ones are removed in its place
 */
export async function trimLedger(folder: string, maxBytes: number, kept: string): Promise<string[]> {
  const files = await ledgerFiles(folder);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const problems: string[] = [];
  for (const file of files) {
    if (bytes <= maxBytes) break;
    if (file.name === kept) continue;
    try {
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    } catch (error) {
      // On Windows, files that another program has open cannot be removed.
      problems.push(messageOf(error));
    }
  }
  return problems;
}
