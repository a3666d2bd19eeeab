/** Work that nobody waits for. */

import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Logs its failure. */
export function inBackground(log: Pick<Logger, 'error'>, work: Promise<void>): void {
  work.catch((error: unknown) => log.error(messageOf(error)));
}
