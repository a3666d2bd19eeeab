/** Reads the proxy from the environment, from the variables that curl and most other programs use. */
import type { Logger } from '../logger.ts';
import type { Environment } from './command-line.ts';

export interface Proxy {
  httpProxy?: string;
  httpsProxy?: string;
  noProxy?: string;
}

/**
 * Undefined if there is none. These variables are set for all programs on a machine, so one that cannot be used is only
 * ignored, with a warning that names it but not its value, which may hold a password.
 */
export function readProxy(environment: Environment, logger: Pick<Logger, 'warn'>): Proxy | undefined {
  const httpProxy = proxyUrl(environment, 'http_proxy', logger);
  const httpsProxy = proxyUrl(environment, 'https_proxy', logger);
  if (!httpProxy && !httpsProxy) return undefined;
  const [noProxy] = variables(environment, 'no_proxy');
  return {
    ...(httpProxy && { httpProxy }),
    ...(httpsProxy && { httpsProxy }),
    ...(noProxy && { noProxy: noProxy.value }),
  };
}

function proxyUrl(
  environment: Environment,
  lowerCaseName: string,
  logger: Pick<Logger, 'warn'>,
): string | undefined {
  for (const { name, value } of variables(environment, lowerCaseName)) {
    // `proxy.example:3128` is as common as a whole URL.
    const text = value.includes('://') ? value : `http://${value}`;
    if (isUsable(text)) return text;
    const scheme = /^(?!https?:)[a-z][a-z0-9+.-]*(?=:\/\/)/i.exec(text)?.[0];
    const found = scheme === undefined ? 'no URL of a proxy' : `a ${scheme} proxy`;
    logger.warn(
      `${name} is ignored: it names ${found}, and only http and https proxies can be used. Requests go out without it`,
    );
  }
  return undefined;
}

function isUsable(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  try {
    // Checks that the credentials can be decoded for the proxy; a lone percent sign cannot.
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}

/** The lower-case name wins, as in curl. */
function variables(environment: Environment, lowerCaseName: string): { name: string; value: string }[] {
  return [lowerCaseName, lowerCaseName.toUpperCase()].flatMap((name) => {
    const value = environment[name]?.trim();
    return value ? [{ name, value }] : [];
  });
}
