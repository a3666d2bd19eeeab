/** From where a relay can be reached, and which options that requires. */
import { RelayError } from '../../errors.ts';
import { isLoopbackAddress } from '../../loopback.ts';
import type { RelayOptions } from '../options.ts';

type Reach = Pick<RelayOptions, 'listen' | 'publicUrls' | 'tls' | 'token' | 'users'>;

/**
 * The host names that reach the relay, besides those of loopback.
 * @throws RelayError `invalid_request` that names the option, if the relay would be open to everyone
 */
export function checkedHosts({ listen, publicUrls = [], token, users }: Reach): ReadonlySet<string> {
  const hosts = publicUrls.map(hostOf);
  if (listen === undefined || isLoopbackAddress(listen)) return new Set(hosts);
  if (!token && users === undefined) {
    throw refused(
      'listen',
      `${listen} lets others in: set a token or users, so that not everybody spends your keys.`,
    );
  }
  if (hosts.length === 0) {
    throw refused(
      'listen',
      `${listen} needs publicUrls (--public-url): the addresses under which clients reach the relay.`,
    );
  }
  return new Set(hosts);
}

/** The address of the relay for programs on its own machine. */
export function localUrl(
  { listen = '127.0.0.1', tls }: { listen?: string | undefined; tls?: unknown },
  port: number,
): string {
  const isAny = listen === '0.0.0.0' || listen === '::';
  const host = isAny ? '127.0.0.1' : listen;
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function hostOf(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '') return url.host.toLowerCase();
  throw refused('publicUrls', `"${text}" is no http or https address such as https://relay.example.com.`);
}

function refused(param: string, what: string): RelayError {
  return new RelayError('invalid_request', `${param}: ${what}`, { param });
}
