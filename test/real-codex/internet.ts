/** Providers at their own addresses: a proxy, as companies have one, that answers for their hosts with scripts. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { codexCache } from './install.ts';

/** Whether a certificate for other people's hosts can be made here. */
export const HAS_OPENSSL = works('openssl', 'version');

export interface Internet extends AsyncDisposable {
  /** What a program's environment needs to be in it. */
  environment: { HTTPS_PROXY: string; NODE_EXTRA_CA_CERTS: string };
}

/** @param places base URL of the server that stands in for each host */
export async function startInternet(places: Readonly<Record<string, string>>): Promise<Internet> {
  const folder = mkdtempSync(join(codexCache(), 'internet-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = Object.keys(places).map((host) => `DNS:${host}`);
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '2', '-subj', '/CN=codex-relay tests'],
    ...['-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', cert],
  ]);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // Either end may leave at any time.
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (secure) => {
    const { hostname, port } = new URL(places[secure.servername || ''] ?? 'http://127.0.0.1:9');
    const plain = keep(connect(Number(port), hostname));
    keep(secure).pipe(plain).pipe(secure);
  });
  const proxy = createHttpServer().on('connect', (_request, socket: Socket) => {
    keep(socket).write('HTTP/1.1 200 Connection Established\r\n\r\n');
    tls.emit('connection', socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    environment: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: cert },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      rmSync(folder, { recursive: true });
    },
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
