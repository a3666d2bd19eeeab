/** What goes wrong between the relay and a provider, as `RelayError`. */
import { RelayError } from '../../errors.ts';
import { codeOf } from '../../node-errors.ts';
import { upstreamError } from '../../translate/errors/upstream.ts';
import type { Profile } from '../../translate/profile.ts';
import type { UpstreamReply } from '../transport.ts';
import { askedWait } from './asked-wait.ts';
import { withoutKey } from './redact.ts';

/** A kept connection that the provider had already closed, or one that broke before any answer. */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** The transport gave up waiting: the provider is reachable but silent. */
const SILENCE = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** No reply came. */
export function noReply(name: string, baseUrl: string, cause: unknown): RelayError {
  const code = networkCode(cause);
  if (code !== undefined && SILENCE.has(code)) return fellSilent(name, code, cause);
  const reason = code === undefined ? '' : ` (${code})`;
  return new RelayError(
    'upstream_unreachable',
    `${name} cannot be reached at ${new URL(baseUrl).host}${reason}. Check the address, the network and the proxy.`,
    { cause },
  );
}

/** The reply began and its body broke off. */
export function brokenReply(name: string, cause: unknown): RelayError {
  const code = networkCode(cause);
  if (code !== undefined && SILENCE.has(code)) return fellSilent(name, code, cause);
  const reason = code === undefined ? '' : ` (${code})`;
  return new RelayError('upstream_error', `${name} broke off the answer${reason}.`, { cause });
}

function fellSilent(name: string, code: string, cause: unknown): RelayError {
  return new RelayError(
    'upstream_stalled',
    `${name} sent nothing for so long that the connection was given up (${code}). A slow model may still be reading the prompt: try again, or send less.`,
    { cause },
  );
}

/** The connection broke when the provider had been at work for a while. It may charge for that, and for each retry. */
export function closedAtWork(name: string, waitedMs: number, cause: unknown): RelayError {
  const seconds = Math.round(waitedMs / 1000);
  return new RelayError(
    'upstream_unreachable',
    `${name} closed the connection after ${seconds} s without a word (${networkCode(cause)}). It is not asked again by itself, because it may charge for each time: try again, or send less.`,
    { cause },
  );
}

/** Whether the same request may well succeed on a new connection. */
export function isBrokenConnection(error: RelayError): boolean {
  return BROKEN_CONNECTION.has(networkCode(error.cause) ?? '');
}

/** The system's error code (ECONNREFUSED, CERT_HAS_EXPIRED), wherever the transport hides it. */
function networkCode(cause: unknown): string | undefined {
  for (let at = cause; at instanceof Error; at = at.cause) {
    const code = codeOf(at);
    if (code !== undefined) return code;
    if (at.name === 'TimeoutError') return 'no answer in time';
    // If several addresses were tried, the first one's error says enough.
    if (at instanceof AggregateError) return networkCode(at.errors[0]);
  }
  return undefined;
}

/**
 * A web page with status 200 where an answer was expected: the base URL is not the API's, or the network wants a login.
 * @param expected what the page came in place of, such as `a completion`
 */
export function webPage({ name }: Profile, expected: string): RelayError {
  return new RelayError(
    'not_found',
    `${name} answered with a web page instead of ${expected}. Check the base URL and the network.`,
    { status: BAD_GATEWAY },
  );
}

/** For clients: the relay's own address is right, while the one behind it is not. */
const BAD_GATEWAY = 502;

/** Longer places are cut, after the key was taken out: a part of it would not be recognised. */
const LONGEST_PLACE = 200;

/** Where a redirect leads, if it says so, without its query, which may hold a secret. */
function placeIn({ headers }: UpstreamReply): string {
  const { host = '', origin = '', pathname = '' } = URL.parse(headers['location'] ?? '') ?? {};
  return host === '' ? '' : `, ${origin}${pathname}`;
}

/** The error for a reply whose status is not 2xx. */
export function errorOf(
  reply: UpstreamReply,
  body: string,
  profile: Profile,
  model: string,
  apiKey: string | undefined,
): RelayError {
  if (reply.status >= 300 && reply.status < 400) {
    return new RelayError(
      'not_found',
      `${profile.name} redirects to another address (HTTP ${reply.status}${withoutKey(placeIn(reply), apiKey).slice(0, LONGEST_PLACE)}); the key does not follow. Set the base URL to the new address.`,
      { status: BAD_GATEWAY },
    );
  }
  const failure = {
    status: reply.status,
    body: withoutKey(body, apiKey),
    retryAfterSeconds: askedWait(reply),
    now: Date.now(),
  };
  return upstreamError(failure, profile, model);
}
