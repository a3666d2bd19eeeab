/** Options of a relay that serves a team: see `src/team/README.md`. */
import { parseStoreUrl } from '../redis/store-url.ts';
import { parseLimits } from '../usage/budget-limits.ts';
import { option, positive, splitList } from './option.ts';

const WITH_USERS_ADD = 'With users add:';

export const TEAM_OPTIONS = {
  'history-url': option<string>({
    help: 'The Redis or Valkey that relays share, for --history-store redis and --users store. Better set by its variable: it may hold a password.',
    variable: 'CODEX_RELAY_HISTORY_URL',
    value: 'URL',
    default: '',
    takes:
      'redis://[USER:PASSWORD@]HOST[:PORT][/DB] (rediss, valkey, valkeys), redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST',
    secret: true,
    parse: (text) => (parseStoreUrl(text) === undefined ? undefined : text),
  }),
  listen: option<string>({
    help: 'Address to listen on. Anything but loopback needs --public-url, and --token or --users.',
    variable: 'CODEX_RELAY_LISTEN',
    value: 'ADDRESS',
    default: '127.0.0.1',
    takes: 'an address of this machine, or 0.0.0.0 or :: for all of them',
    parse: (text) => (/^([\w.-]+|[0-9a-fA-F:]+)$/.test(text) ? text : undefined),
  }),
  'public-url': option<readonly string[]>({
    help: 'Under which addresses clients reach the relay, those of a proxy among them; no other Host is answered.',
    variable: 'CODEX_RELAY_PUBLIC_URL',
    value: 'URL,...',
    default: [],
    takes: 'comma-separated http or https addresses such as https://relay.example.com',
    parse: parseUrls,
  }),
  'tls-cert': option<string>({
    help: 'File with the certificate chain in PEM: the relay itself then speaks https.',
    variable: 'CODEX_RELAY_TLS_CERT',
    value: 'FILE',
    default: '',
    takes: 'a file',
    parse: (text) => text || undefined,
  }),
  'tls-key': option<string>({
    help: 'File with the key of --tls-cert in PEM.',
    variable: 'CODEX_RELAY_TLS_KEY',
    value: 'FILE',
    default: '',
    takes: 'a file',
    parse: (text) => text || undefined,
  }),
  users: option<string>({
    help: 'Where users are kept, each with a token of their own: a file, or store for the one of --history-url.',
    variable: 'CODEX_RELAY_USERS',
    value: 'FILE|store',
    default: '',
    takes: 'a file, or store',
    parse: (text) => text || undefined,
  }),
  'allow-models': option<readonly string[]>({
    help: `${WITH_USERS_ADD} the models that the user may use.`,
    value: 'PROVIDER/MODEL|PROVIDER/*,...',
    default: ['*'],
    takes: 'comma-separated names such as kimi/kimi-k3 or deepseek/*, or * for all',
    parse: parsePatterns,
  }),
  'requests-per-minute': option<number>({
    help: `${WITH_USERS_ADD} how many requests the user may send in a minute.`,
    value: 'COUNT',
    default: 0,
    defaultText: 'as many as one likes',
    takes: 'a whole number above 0',
    parse: (text) => positive(text, /^\d{1,9}$/),
  }),
  'tokens-per-minute': option<number>({
    help: `${WITH_USERS_ADD} how many tokens, in and out, the user may use in a minute.`,
    value: 'COUNT',
    default: 0,
    defaultText: 'as many as one likes',
    takes: 'a whole number above 0',
    parse: (text) => positive(text, /^\d{1,12}$/),
  }),
  'user-budget': option<string>({
    help: `${WITH_USERS_ADD} USD that the user may spend in a day or a month, written as with --budget.`,
    value: '[PROVIDER.]day|month=USD,...',
    default: '',
    takes: 'comma-separated limits such as day=5,month=50, each once',
    parse: (text) => (parseLimits(text) === undefined ? undefined : text),
  }),
  'metrics-port': option<number>({
    help: 'Serve /metrics for Prometheus on this port of the --listen address.',
    variable: 'CODEX_RELAY_METRICS_PORT',
    value: 'PORT',
    default: 0,
    defaultText: 'no port of its own',
    takes: 'a port number from 1 to 65535',
    parse: (text) => (Number(text) <= 65_535 ? positive(text, /^\d{1,5}$/) : undefined),
  }),
  'metrics-token': option<string>({
    help: "Token that Prometheus sends for /metrics, which is then on the relay's own port too. Better set by its variable.",
    variable: 'CODEX_RELAY_METRICS_TOKEN',
    value: 'TOKEN',
    default: '',
    takes: 'one or more visible ASCII characters',
    secret: true,
    parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
  }),
  'drain-seconds': option<number>({
    help: 'How long running answers may go on after SIGTERM.',
    variable: 'CODEX_RELAY_DRAIN_SECONDS',
    value: 'SECONDS',
    default: 0,
    defaultText: '30 with --users or --public-url, else 2',
    takes: 'a whole number from 1 to 3600',
    parse: (text) => (Number(text) <= 3600 ? positive(text, /^\d{1,4}$/) : undefined),
  }),
};

function parseUrls(text: string): readonly string[] | undefined {
  const urls = splitList(text);
  const areUsable = urls.every((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''));
  return urls.length > 0 && areUsable ? urls : undefined;
}

function parsePatterns(text: string): readonly string[] | undefined {
  const patterns = splitList(text);
  const areUsable = patterns.every((pattern) => /^(\*|[a-z0-9][a-z0-9._-]*\/.+)$/.test(pattern));
  return patterns.length > 0 && areUsable ? patterns : undefined;
}
