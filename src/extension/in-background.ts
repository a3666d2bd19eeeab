/** Work that nobody waits for. */

import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Logs its failure; its result is of no interest. */
export function inBackground(log: Pick<Logger, 'error'>, work: Promise<unknown>): void {
  work.catch((error: unknown) => log.error(messageOf(error)));
}
