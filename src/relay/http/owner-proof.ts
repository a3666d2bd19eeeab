/**
 * How a window finds out whether the program on the relay's port is its own relay: the relay proves that it
 * knows the token without saying it. A stranger on the port learns nothing but a random number.
 */

import { createHmac } from 'node:crypto';
import { SERVICE } from '../../names.ts';

/** Path of the route; the query's `nonce` is answered with `{ service, proof }`. */
export const STATUS_PATH = '/relay/status';

/** Proof for this nonce, as lower-case hex. */
export function ownerProof(token: string, nonce: string): string {
  return createHmac('sha256', token).update(`${SERVICE} owner ${nonce}`).digest('hex');
}
