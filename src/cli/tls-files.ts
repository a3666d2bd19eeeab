/** Certificate and key of a relay that speaks https itself, from their files, and again when these are renewed. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { CommandError } from './errors.ts';

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

export interface TlsTexts {
  /** PEM. */
  cert: string;
  key: string;
}

const LOOK_AGAIN_MS = 60_000;

/** @throws CommandError that names the option and the file at fault */
export async function readTls({ certFile, keyFile }: TlsFiles): Promise<TlsTexts> {
  const cert = await textOf('--tls-cert', certFile);
  const key = await textOf('--tls-key', keyFile);
  const certificate = parsed(
    () => new X509Certificate(cert),
    '--tls-cert',
    certFile,
    'no certificate in PEM',
  );
  const privateKey = parsed(
    () => createPrivateKey(key),
    '--tls-key',
    keyFile,
    'no key in PEM without passphrase',
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new CommandError(`--tls-key: ${keyFile} is not the key of the certificate in ${certFile}`);
  return { cert, key };
}

/** Why clients will refuse the certificate; undefined if that is not known. */
export function expiryOf(cert: string, now = Date.now()): string | undefined {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  if (validToDate.getTime() < now) return `has expired (${validToDate.toISOString()})`;
  if (validFromDate.getTime() > now) return `is not valid before ${validFromDate.toISOString()}`;
  return undefined;
}

/**
 * Looks at the files every minute, and calls `use` with what is new. Files that do not fit each other are probably being
 * written, so the log tells of them only if they are still so the next time.
 */
export function watchTls(
  files: TlsFiles,
  first: TlsTexts,
  use: (texts: TlsTexts) => void,
  logger: Logger,
): { look(): Promise<void> } {
  let used = first;
  let failure = '';
  let isTold = false;
  const look = async () => {
    try {
      const texts = await readTls(files);
      [failure, isTold] = ['', false];
      if (texts.cert === used.cert && texts.key === used.key) return;
      use(texts);
      used = texts;
      const { validTo } = new X509Certificate(texts.cert);
      logger.info(`tls: the certificate was renewed: valid until ${validTo}`);
    } catch (error) {
      const message = messageOf(error);
      if (message === failure && !isTold) {
        logger.warn(`tls: the certificate stays as it was: ${message}`);
        isTold = true;
      }
      failure = message;
    }
  };
  setInterval(() => void look(), LOOK_AGAIN_MS).unref();
  return { look };
}

async function textOf(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`${option}: ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function parsed<T>(parse: () => T, option: string, file: string, lack: string): T {
  try {
    return parse();
  } catch (cause) {
    throw new CommandError(`${option}: ${file} holds ${lack}`, { cause });
  }
}
