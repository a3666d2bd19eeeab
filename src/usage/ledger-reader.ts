/** Reads a ledger folder: everything the first time, and then only what was added. */
import { type FileHandle, open } from 'node:fs/promises';
import { whereCode } from '../node-errors.ts';
import { type LedgerFile, ledgerFiles } from './ledger-files.ts';
import type { UsageRecord } from './record.ts';
import { LineReader } from './record-lines.ts';

const CHUNK_BYTES = 32 * 1024;
const LINE_END = 0x0a;

export interface LedgerScope {
  /** Files that were last appended to before this moment are skipped; milliseconds since the epoch. */
  since?: number;
  /** Files to skip, by name. Default none. */
  isLeftOut?: (name: string) => boolean;
}

export class LedgerReader {
  readonly #folder: string;
  /** How far each file has been read, always up to the end of a line. */
  readonly #offsets = new Map<string, number>();
  readonly #lines = new LineReader();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The records that no earlier call returned, file by file, in batches of some hundreds. A last line without a line
   * end is left for later: its writer was killed or is not done. Lines that are not records are skipped. Rejects if a
   * file cannot be read.
   */
  async *read({ since = 0, isLeftOut = () => false }: LedgerScope = {}): AsyncGenerator<UsageRecord[]> {
    for (const file of await ledgerFiles(this.#folder)) {
      const offset = this.#offsets.get(file.name) ?? 0;
      if (file.bytes <= offset || file.changedAt < since || isLeftOut(file.name)) continue;
      yield* this.#readFile(file, offset);
    }
  }

  async *#readFile({ name, path }: LedgerFile, offset: number): AsyncGenerator<UsageRecord[]> {
    // Another relay may have removed it in the meantime.
    const file = await open(path, 'r').catch(whereCode(['ENOENT'], undefined));
    if (file === undefined) return;
    try {
      for await (const lines of wholeLines(file, offset)) {
        this.#offsets.set(name, (this.#offsets.get(name) ?? 0) + lines.length);
        yield this.#lines.recordsIn(lines.toString('utf8'));
      }
    } finally {
      await file.close();
    }
  }
}

/** The file in pieces that end with a whole line. */
async function* wholeLines(file: FileHandle, start: number): AsyncGenerator<Buffer> {
  let position = start;
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  /** How many bytes at the beginning of the buffer belong to an incomplete line. */
  let kept = 0;
  for (;;) {
    if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
    const { bytesRead } = await file.read(buffer, kept, buffer.length - kept, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const filled = buffer.subarray(0, kept + bytesRead);
    const end = filled.lastIndexOf(LINE_END) + 1;
    if (end > 0) yield filled.subarray(0, end);
    kept = filled.length - end;
    buffer.copyWithin(0, end, filled.length);
  }
}
