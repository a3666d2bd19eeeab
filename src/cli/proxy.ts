/** The proxy that the environment names, in the variables that curl and most other programs read. */
import type { Environment } from './command-line.ts';
import { UsageError } from './errors.ts';

export interface Proxy {
  httpProxy?: string;
  httpsProxy?: string;
  noProxy?: string;
}

/** Undefined when none is set. Throws a `UsageError` that names the variable, but not its value: it may hold a password. */
export function readProxy(environment: Environment): Proxy | undefined {
  const httpProxy = proxyUrl(environment, 'http_proxy');
  const httpsProxy = proxyUrl(environment, 'https_proxy');
  if (!httpProxy && !httpsProxy) return undefined;
  const noProxy = variable(environment, 'no_proxy')?.value;
  return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) };
}

function proxyUrl(environment: Environment, lowerCaseName: string): string | undefined {
  const found = variable(environment, lowerCaseName);
  if (!found) return undefined;
  // `proxy.example:3128` is as common as a whole URL.
  const text = found.value.includes('://') ? found.value : `http://${found.value}`;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return text;
  throw new UsageError(
    `the value of ${found.name} is not accepted: it takes an http or https URL of a proxy`,
  );
}

/** The lower-case name wins, as in curl. */
function variable(
  environment: Environment,
  lowerCaseName: string,
): { name: string; value: string } | undefined {
  for (const name of [lowerCaseName, lowerCaseName.toUpperCase()]) {
    const value = environment[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}
