/** The certificates of NODE_EXTRA_CA_CERTS, for a relay that the system runs. */
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Environment } from './command-line.ts';

/**
 * Node reads this variable before it reads the file of `--env-file`, which is where a service has its variables: behind
 * a company's proxy, no request of the service would reach a provider. A file that cannot be used is ignored with a
 * warning, as Node itself does.
 */
export async function trustExtraCertificates(
  environment: Environment,
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  const file = environment[EXTRA_CERTIFICATES];
  if (!file || tls.getCACertificates('extra').length > 0) return;
  try {
    const extra = await readFile(file, 'utf8');
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), extra]);
  } catch (error) {
    logger.warn(`${EXTRA_CERTIFICATES} is ignored: ${messageOf(error)}`);
  }
}

const EXTRA_CERTIFICATES = 'NODE_EXTRA_CA_CERTS';
