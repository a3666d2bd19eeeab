/** What happens where output finds no reader any more, as in `codex-relay doctor | head -1`. */
import { codeOf } from '../node-errors.ts';

/** Of a stream whose reader has gone, and of what is written to it afterwards. */
const NO_READER = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/**
 * Without listeners, an error of these streams would end the process: a relay, with the answers that are running, because
 * the program that its log was piped to has ended (Ctrl-C reaches both), and a command between two of Codex's files.
 */
export function outliveReaders({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): void {
  // There is nobody to tell it to.
  stderr.on('error', () => {});
  stdout.on('error', (error) => {
    if (NO_READER.has(codeOf(error) ?? '')) return;
    stderr.write(`codex-relay: the output could not be written: ${error.message}\n`);
    process.exitCode = 1;
  });
}
