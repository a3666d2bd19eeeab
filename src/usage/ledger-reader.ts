/** Reads a ledger folder: everything the first time, and then only what was added. */
import { type FileHandle, open } from 'node:fs/promises';
import { type Logger, SILENT_LOGGER } from '../logger.ts';
import { whereCode } from '../node-errors.ts';
import { isOfNewerFormat, type LedgerFile, ledgerFiles } from './ledger-files.ts';
import type { UsageRecord } from './record.ts';
import { LineReader } from './record-lines.ts';

const CHUNK_BYTES = 256 * 1024;
const LINE_END = 0x0a;
/** How many bytes of a file identify it; the first line is some 400 bytes, the next one holds a time. */
const MARK_BYTES = 1024;

export interface LedgerScope {
  /** Files that were last appended to before this moment are skipped; milliseconds since the epoch. */
  since?: number;
  /** Files to skip, by name. Default none. */
  isLeftOut?: (name: string) => boolean;
}

/** What is known of a file that was read. */
interface Known {
  /** How far it was read, always up to the end of a line. */
  offset: number;
  /** When it was last appended to at that time. */
  changedAt: number;
  /** How it begins: another relay may remove it, and its owner then begins it anew. */
  mark: Buffer;
  isNewer: boolean;
}

export class LedgerReader {
  readonly #folder: string;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #known = new Map<string, Known>();
  readonly #lines = new LineReader();

  /** @param logger is told of files that are left alone because a newer release wrote them. Default: silent */
  constructor(folder: string, logger: Pick<Logger, 'warn'> = SILENT_LOGGER) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /**
   * The records that no earlier call returned, file by file, in batches of some hundreds. A last line without a line
   * end is left for later: its writer was killed or is not done. Lines that are not records are skipped. Rejects if a
   * file cannot be read.
   */
  async *read({ since = 0, isLeftOut = () => false }: LedgerScope = {}): AsyncGenerator<UsageRecord[]> {
    for (const file of await ledgerFiles(this.#folder)) {
      const known = this.#known.get(file.name);
      const isRead = known?.offset === file.bytes && known.changedAt === file.changedAt;
      if (isRead || file.bytes === 0 || file.changedAt < since || isLeftOut(file.name)) continue;
      yield* this.#readFile(file);
    }
  }

  async *#readFile({ name, path, changedAt }: LedgerFile): AsyncGenerator<UsageRecord[]> {
    // Another relay may have removed it in the meantime.
    const file = await open(path, 'r').catch(whereCode(['ENOENT'], undefined));
    if (file === undefined) return;
    try {
      let known = this.#known.get(name);
      if (known !== undefined && !(await beginsWith(file, known.mark))) known = undefined;
      if (known?.isNewer) return;
      if (known !== undefined) known.changedAt = changedAt;
      for await (const lines of wholeLines(file, known?.offset ?? 0)) {
        known ??= this.#meet(name, changedAt, lines);
        if (known.isNewer) return;
        if (known.offset < MARK_BYTES) {
          known.mark = Buffer.concat([known.mark, lines.subarray(0, MARK_BYTES - known.offset)]);
        }
        known.offset += lines.length;
        yield this.#lines.recordsIn(lines.toString('utf8'));
      }
    } finally {
      await file.close();
    }
  }

  /** @param lines the first of the file */
  #meet(name: string, changedAt: number, lines: Buffer): Known {
    const isNewer = isOfNewerFormat(lines.toString('utf8', 0, lines.indexOf(LINE_END)));
    const mark = isNewer ? Buffer.from(lines.subarray(0, MARK_BYTES)) : Buffer.alloc(0);
    const known = { offset: 0, changedAt, mark, isNewer };
    this.#known.set(name, known);
    if (isNewer)
      this.#logger.warn(`Usage that a newer Codex Relay recorded is not counted (${name}): update this one`);
    return known;
  }
}

/** Whether the file begins so, as far as it goes: after a failure its owner may have taken its last lines back. */
async function beginsWith(file: FileHandle, mark: Buffer): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(mark.length), 0, mark.length, 0);
  return buffer.subarray(0, bytesRead).equals(mark.subarray(0, bytesRead));
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
