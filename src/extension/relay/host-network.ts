/**
 * The network as VS Code knows it: it patches Node's modules `http` and `https` in the host, so that they follow the
 * user's proxy, certificates and PAC file. The relay's thread asks here, because its own modules know nothing of that.
 */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';

/** Longer than VS Code waits for a PAC file that does not load. */
const PATIENCE_MS = 5_000;

/**
 * Whether VS Code sends requests to this origin without a proxy. A request is prepared and ended as soon as it shows
 * which host it connects to, so nothing is sent. If in doubt, there is a proxy.
 */
export function goesDirect(origin: string): Promise<boolean> {
  const { hostname, protocol } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const { request: open } = protocol === 'https:' ? https : http;
    const request = open(origin, {
      method: 'HEAD',
      lookup: (name, _options, found) => {
        resolve(name === host);
        found(new Error('Only the way was asked for.'), '');
      },
    });
    const end = (isDirect: boolean) => {
      resolve(isDirect);
      request.destroy();
    };
    request.once('socket', (socket) => {
      // A reused socket tells nothing; an IP address causes no lookup, so the connection itself must show it.
      if (!socket.connecting) end(false);
      else if (isIP(host) !== 0) socket.once('connect', () => end(socket.remoteAddress === host));
    });
    request.on('error', () => resolve(false));
    request.setTimeout(PATIENCE_MS, () => end(false));
  });
}
