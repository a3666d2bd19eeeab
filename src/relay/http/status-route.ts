/**
 * `GET /relay/status?nonce=...` proves that this relay knows its token. It comes before the token check on purpose:
 * whoever asks does not know yet whether the program on this port may be given the token.
 */

import type { Middleware } from 'koa';
import { RelayError } from '../../errors.ts';
import { SERVICE } from '../../names.ts';
import { ownerProof, STATUS_PATH } from './owner-proof.ts';

const NONCE = /^[\w-]{16,128}$/;

/** Answers `{ service, proof }`, or `{ service }` if the relay has no token. */
export function statusRoute(token: string | undefined): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' || ctx.path !== STATUS_PATH) return next();
    const { nonce } = ctx.query;
    if (typeof nonce !== 'string' || !NONCE.test(nonce)) {
      throw new RelayError('invalid_request', 'nonce: 16 to 128 letters, digits, "-" or "_" are needed.', {
        param: 'nonce',
      });
    }
    ctx.set('cache-control', 'no-store');
    ctx.body =
      token === undefined ? { service: SERVICE } : { service: SERVICE, proof: ownerProof(token, nonce) };
  };
}
