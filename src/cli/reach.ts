/** Where the relay of these options listens, and where it is asked from this machine. */
import { readFile } from 'node:fs/promises';
import type { Place } from '../doctor/ask-relay.ts';
import type { Logger } from '../logger.ts';
import { localUrl } from '../relay/http/reach.ts';
import type { RelayOptions } from '../relay/options.ts';
import { UsageError } from './errors.ts';
import type { Settings } from './options.ts';
import { expiryOf, readTls } from './tls-files.ts';

/** @throws UsageError if only half of a certificate is named, or CommandError if it cannot be used */
export async function reachOf(
  settings: Settings,
  logger: Logger,
): Promise<Pick<RelayOptions, 'listen' | 'publicUrls' | 'tls'>> {
  const { listen, 'public-url': publicUrls, 'tls-cert': certFile, 'tls-key': keyFile } = settings;
  if ((certFile === '') !== (keyFile === ''))
    throw new UsageError('--tls-cert and --tls-key belong together: set both');
  if (certFile === '') return { listen, publicUrls };
  const tls = await readTls({ certFile, keyFile });
  const trouble = expiryOf(tls.cert);
  if (trouble !== undefined)
    logger.warn(`--tls-cert: the certificate in ${certFile} ${trouble}: clients will refuse it`);
  return { listen, publicUrls, tls };
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
