/** Certificates for tests, made by OpenSSL: each is its own authority. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Whether a certificate can be made here. */
export const HAS_OPENSSL = works('openssl', 'version');
if (!HAS_OPENSSL) process.stdout.write('  skipped: there is no openssl here to make certificates\n');

export interface Certificate extends Disposable {
  /** PEM. */
  key: string;
  cert: string;
  /** The files that hold them, for as long as this is not disposed of. */
  certFile: string;
  keyFile: string;
}

/** @param hosts names and addresses */
export async function makeCertificate(hosts: readonly string[]): Promise<Certificate> {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-certificate-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = hosts.map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`).join(',');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '2', '-subj', '/CN=codex-relay tests'],
    ...['-addext', `subjectAltName=${names}`, '-keyout', keyFile, '-out', certFile],
  ]);
  return {
    key: readFileSync(keyFile, 'utf8'),
    cert: readFileSync(certFile, 'utf8'),
    certFile,
    keyFile,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function works(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
