/** Providers at their own addresses: a proxy, as companies have one, that answers for their hosts with scripts. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from '../support/certificate.ts';

export interface Internet extends AsyncDisposable {
  /** What a program's environment needs to be in it. */
  environment: { HTTPS_PROXY: string; NODE_EXTRA_CA_CERTS: string };
}

/** @param places base URL of the server that stands in for each host */
export async function startInternet(places: Readonly<Record<string, string>>): Promise<Internet> {
  const certificate = await makeCertificate(Object.keys(places));
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // Either end may leave at any time.
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const tls = createTlsServer({ key: certificate.key, cert: certificate.cert }, (secure) => {
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
    environment: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: certificate.certFile },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      certificate[Symbol.dispose]();
    },
  };
}
