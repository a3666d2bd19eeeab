/** Stands between Codex and the relay, passes every byte on, and lets a scene hear what the relay says to Codex. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Tap extends AsyncDisposable {
  /** On 127.0.0.1, in place of the relay's. */
  port: number;
}

/** @param hear is given the relay's bytes as text, piece by piece */
export async function startTap(relayPort: number, hear: (text: string) => void): Promise<Tap> {
  const sockets = new Set<Socket>();
  const server = createServer((codex) => {
    const relay = connect(relayPort, '127.0.0.1');
    for (const socket of [codex, relay]) {
      sockets.add(socket);
      // Either side may close at any time; the other is then closed, too.
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        (socket === codex ? relay : codex).destroy();
      });
    }
    codex.pipe(relay);
    relay.on('data', (bytes) => hear(bytes.toString('latin1')));
    relay.pipe(codex);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
