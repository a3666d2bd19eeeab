/**
 * How a window finds out whether the program on the relay's port is its own relay: the relay proves that it knows the
 * token without revealing it. A stranger on the port learns only a random number.
 */

import { createHmac } from 'node:crypto';
import { SERVICE } from '../../names.ts';

/** Path of the route; the query's `nonce` is answered with `{ service, proof }`. */
export const STATUS_PATH = '/relay/status';

/** The proof for this nonce, in lower-case hex. */
export function ownerProof(token: string, nonce: string): string {
  return createHmac('sha256', token).update(`${SERVICE} owner ${nonce}`).digest('hex');
}
