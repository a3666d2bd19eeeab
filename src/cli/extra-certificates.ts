/** The certificates of NODE_EXTRA_CA_CERTS and of the system, for a relay that the system runs. */
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Environment } from './command-line.ts';

/**
 * Node reads these variables before it reads the file of `--env-file`, which is where a service has its variables: behind
 * a company's proxy, no request of the service would reach a provider. A file that cannot be used is ignored with a
 * warning, as Node itself does.
 */
export async function trustExtraCertificates(
  environment: Environment,
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  if (environment[SYSTEM_CERTIFICATES] === '1') trust(tls.getCACertificates('system'));
  const file = environment[EXTRA_CERTIFICATES];
  if (!file || tls.getCACertificates('extra').length > 0) return;
  try {
    trust([await readFile(file, 'utf8')]);
  } catch (error) {
    logger.warn(`${EXTRA_CERTIFICATES} is ignored: ${messageOf(error)}`);
  }
}

function trust(certificates: readonly string[]): void {
  const known = new Set(tls.getCACertificates('default'));
  const missing = certificates.filter((certificate) => !known.has(certificate));
  if (missing.length > 0) tls.setDefaultCACertificates([...known, ...missing]);
}

/** Whether Node is told to trust the system's certificates. */
export function usesSystemCertificates({
  NODE_USE_SYSTEM_CA: isSet,
  NODE_OPTIONS: options = '',
}: Environment) {
  return isSet === '1' || options.split(/\s+/).includes('--use-system-ca');
}

const EXTRA_CERTIFICATES = 'NODE_EXTRA_CA_CERTS';
const SYSTEM_CERTIFICATES = 'NODE_USE_SYSTEM_CA';
