import { type AddressInfo, createServer } from 'node:net';

/**
 * A port of 127.0.0.1 on which nobody listens, not even by chance: IANA has assigned it to nothing, and no system gives
 * it away. A port that was free a moment ago does not do: whatever listens next, the relay itself for one, may be given
 * it. Ports 1, 7 and 9 are no alternative, because fetch refuses them.
 */
export const NOBODYS_PORT = 4;

/** A port of 127.0.0.1 for a program that has to be told its port; the wanted one where that is free. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(wanted, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
