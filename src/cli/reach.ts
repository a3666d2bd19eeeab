/** Where the relay of these options listens, and where it is asked from this machine. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Place } from '../doctor/ask-relay.ts';
import { messageOf } from '../errors.ts';
import { localUrl } from '../relay/http/reach.ts';
import type { RelayOptions } from '../relay/options.ts';
import { UsageError } from './errors.ts';
import type { Settings } from './options.ts';

/** @throws UsageError if only half of a certificate is named, or the file system's error */
export async function reachOf(
  settings: Settings,
): Promise<Pick<RelayOptions, 'listen' | 'publicUrls' | 'tls'>> {
  const { listen, 'public-url': publicUrls, 'tls-cert': cert, 'tls-key': key } = settings;
  if ((cert === '') !== (key === ''))
    throw new UsageError('--tls-cert and --tls-key belong together: set both');
  const tls = cert && { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  if (tls) checkPair(tls);
  return { listen, publicUrls, ...(tls && { tls }) };
}

function checkPair(pair: { cert: string; key: string }): void {
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw new UsageError(
      `--tls-cert and --tls-key cannot be used together (${messageOf(cause)}): both take PEM, the key without a password`,
      { cause },
    );
  }
}

/** The options that decide it. */
export type Listening = Pick<Settings, 'port' | 'listen' | 'tls-cert'>;

/** The file system's error if the certificate cannot be read. */
export async function placeOf({ port, listen, 'tls-cert': file }: Listening): Promise<Place> {
  const certificate = file === '' ? undefined : await readFile(file, 'utf8');
  return {
    url: urlOf({ port, listen, 'tls-cert': file }),
    ...(certificate !== undefined && { certificate }),
  };
}

/** Where Codex asks the relay: under the first of its public names, if it has any. */
export function urlForCodex(settings: Settings): string {
  return settings['public-url'][0] ?? urlOf(settings);
}

/**
 * Whether the relay answers at the address that `--write-config` writes. Narrower than loopback: that address is always
 * `http://127.0.0.1`, which a relay that listens on `::1`, or with a certificate, does not answer at.
 */
export function answersAtWrittenAddress(settings: Listening): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost):/.test(urlOf(settings));
}

/** The address for programs on this machine. */
export function urlOf({ port, listen, 'tls-cert': file }: Listening): string {
  return localUrl({ listen, tls: file || undefined }, port);
}
