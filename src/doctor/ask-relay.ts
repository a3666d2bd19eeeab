/** Asks a relay on this machine: who it is, and what any client may ask it. */
import { randomBytes } from 'node:crypto';
import { type Answer, askByHttp } from '../ask-by-http.ts';
import { parseObject } from '../json.ts';
import { SERVICE } from '../names.ts';
import { codeOf } from '../node-errors.ts';
import { ownerProof, STATUS_PATH } from '../relay/http/owner-proof.ts';

/**
 * Who listens on a port. `ours` has proved that it knows the token; `open` says that it is a relay without a token;
 * `other` is a relay with another token; `stranger` is any other program.
 */
export type PortOwner = 'ours' | 'open' | 'other' | 'stranger' | 'nobody';

const QUICK_LIMIT_MS = 3_000;

/** Where a relay is asked. */
export interface Place {
  /** Without a path. */
  url: string;
  /** Its own certificate in PEM if it speaks https: no other is accepted, and this one whoever signed it. */
  certificate?: string;
}

/** Where Codex asks a relay on this port. */
export function onPort(port: number): Place {
  return { url: `http://127.0.0.1:${port}` };
}

/** Finds out who listens, without sending the token, which only `ours` may learn. */
export async function findOwner(place: Place, token: string | undefined): Promise<PortOwner> {
  const nonce = randomBytes(16).toString('hex');
  try {
    const signal = AbortSignal.timeout(QUICK_LIMIT_MS);
    const { text } = await askRelay(place, `${STATUS_PATH}?nonce=${nonce}`, { signal });
    const { service, proof } = parseObject(text) ?? {};
    if (service !== SERVICE) return 'stranger';
    if (proof === undefined) return 'open';
    return token !== undefined && proof === ownerProof(token, nonce) ? 'ours' : 'other';
  } catch (error) {
    // Without HTTP, or an answer in time, it is not a relay.
    return isRefused(error) ? 'nobody' : 'stranger';
  }
}

/**
 * Whether a relay that has no token of its own lets everyone in. One for users does not, but cannot prove to know their
 * tokens either. Never rejects: a relay that does not answer now is told of by the next check.
 */
export async function isOpen(place: Place): Promise<boolean> {
  const signal = AbortSignal.timeout(QUICK_LIMIT_MS);
  const reply = await askRelay(place, '/relay/targets', { signal }).catch(() => undefined);
  return reply?.status !== 401;
}

interface Asked {
  token?: string | undefined;
  /** JSON, which is posted. */
  body?: string;
  signal: AbortSignal;
}

/** @throws the system's error (`ECONNREFUSED`), or the signal's reason */
export function askRelay(
  { url, certificate }: Place,
  path: string,
  { token, body, signal }: Asked,
): Promise<Answer> {
  const { port } = new URL(url);
  const headers = {
    // A relay on an address of the network answers to the names of this machine, but not to that bare address.
    host: `127.0.0.1${port === '' ? '' : `:${port}`}`,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const posted = body === undefined ? {} : ({ method: 'POST', body } as const);
  return askByHttp({ url: url + path, headers, signal, certificate, ...posted });
}

/** Nothing listens, or the address has left this machine. */
const UNHEARD = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'EHOSTUNREACH', 'ENETUNREACH']);

function isRefused(error: unknown): boolean {
  return UNHEARD.has(codeOf(error) ?? '');
}
