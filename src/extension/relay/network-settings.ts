/** What VS Code's settings and the environment say about the network, for a thread that cannot ask VS Code. */
import type { Environment } from '../../environment.ts';
import type { NetworkSettings } from '../thread/messages.ts';

/** A setting of VS Code's section `http` (1.125 and newer), by its name. */
type Setting = (name: string) => unknown;

/** As in VS Code, a setting wins over the environment. */
export function networkSettings(http: Setting, environment: Environment): NetworkSettings {
  const setting = textOf(http('proxy'));
  const httpProxy = setting ?? variable(environment, 'http_proxy');
  const httpsProxy = setting ?? variable(environment, 'https_proxy') ?? httpProxy;
  const exceptions = http('noProxy');
  const noProxy = Array.isArray(exceptions) && exceptions.length > 0 ? exceptions.join(',') : undefined;
  return {
    usesProxy: http('proxySupport') !== 'off',
    httpProxy,
    httpsProxy,
    noProxy: noProxy ?? variable(environment, 'no_proxy'),
    usesSystemCertificates: http('systemCertificates') !== false,
    onlyByHost: onlyByHost(http, [httpProxy, httpsProxy]),
  };
}

function onlyByHost(http: Setting, proxies: readonly (string | undefined)[]): string | undefined {
  if (http('proxyStrictSSL') === false) return 'http.proxyStrictSSL';
  if (http('proxySupport') === 'off') return undefined;
  if (textOf(http('proxyAuthorization')) !== undefined) return 'http.proxyAuthorization';
  const isOdd = proxies.some((proxy) => proxy !== undefined && !/^https?:\/\//i.test(proxy));
  return isOdd ? 'a proxy that is neither http nor https' : undefined;
}

/** The lower-case name wins, as in most programs. */
function variable(environment: Environment, lowerCaseName: string): string | undefined {
  return textOf(environment[lowerCaseName]) ?? textOf(environment[lowerCaseName.toUpperCase()]);
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}
