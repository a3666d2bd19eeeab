/** Which names stand for this machine alone. Written once, because keys and access depend on it. */

const ADDRESS = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;
const HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Whether who listens on `address` is heard on this machine only. IPv6 is written without brackets, as in `listen`. */
export function isLoopbackAddress(address: string): boolean {
  return ADDRESS.test(address);
}

/**
 * Whether requests to `host` stay on this machine. IPv6 is written in brackets, as in a URL or in the header Host; a
 * port may follow. Names below `localhost` do not count: some resolvers ask the network for them.
 */
export function isLoopbackHost(host: string): boolean {
  return HOST.test(host);
}
