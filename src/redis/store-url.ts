/** Parses the address of a Redis or Valkey: one server, several Sentinels, or a cluster. */

export interface StoreAddress {
  kind: 'server' | 'sentinel' | 'cluster';
  isTls: boolean;
  hosts: readonly { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  /** Name of the master that the Sentinels watch. */
  master: string | undefined;
  db: number;
}

const KINDS = { '': 'server', '+sentinel': 'sentinel', '+cluster': 'cluster' } as const;
const DEFAULT_PORTS = { server: 6379, sentinel: 26379, cluster: 6379 };

/**
 * `redis://[USER:PASSWORD@]HOST[:PORT][/DB]`; `redis+sentinel://HOST:PORT,HOST:PORT/MASTER[/DB]`;
 * `redis+cluster://HOST:PORT,HOST:PORT`; all of them with TLS as `rediss`, and as `valkey` and `valkeys`. User and
 * password are percent-encoded. Undefined for anything else.
 */
export function parseStoreUrl(text: string): StoreAddress | undefined {
  const [, tls, suffix, user, password, places = '', path = ''] =
    /^(?:redis|valkey)(s?)(\+sentinel|\+cluster|):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#@]+)\/?([^?#]*)$/.exec(
      text.trim(),
    ) ?? [];
  if (suffix !== '' && suffix !== '+sentinel' && suffix !== '+cluster') return undefined;
  const known = { kind: KINDS[suffix], isTls: tls === 's' };
  const hosts = places.split(',').map((place) => hostOf(place, DEFAULT_PORTS[known.kind]));
  const found = hosts.filter((host) => host !== undefined);
  const isOne = known.kind === 'server';
  if (found.length !== hosts.length || (isOne && hosts.length > 1)) return undefined;
  const [master, db] = known.kind === 'sentinel' ? path.split('/', 2) : [undefined, path];
  if (master === '' || !/^\d{0,4}$/.test(db ?? '') || (known.kind === 'cluster' && db !== ''))
    return undefined;
  const [name, secret] = [decoded(user), decoded(password)];
  if (name === null || secret === null) return undefined;
  return { ...known, hosts: found, username: name, password: secret, master, db: Number(db || 0) };
}

/** The address without user and password, for logs and errors. */
export function shownAddress({ hosts, master }: StoreAddress): string {
  const places = hosts
    .map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
    .join(', ');
  return master === undefined ? places : `${master} of ${places}`;
}

function hostOf(place: string, defaultPort: number): StoreAddress['hosts'][number] | undefined {
  const [, six, four, port] = /^(?:\[([0-9a-fA-F:]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(place.trim()) ?? [];
  const host = six ?? four;
  const number = port === undefined ? defaultPort : Number(port);
  return host === undefined || number > 65_535 ? undefined : { host, port: number };
}

/** Null for invalid percent-encoding; undefined for nothing. */
function decoded(text: string | undefined): string | undefined | null {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
