/**
 * Every option of the command line. Parsing, the environment and `--help` are made from this; a test compares the
 * README with it.
 */

import { DEFAULT_HISTORY_LIMITS } from '../history/store.ts';
import { type JsonObject, parseObject } from '../json.ts';
import { DEFAULT_PORT } from '../names.ts';
import { PRESETS } from '../providers/index.ts';
import { ROLES, type Role } from '../relay/roles.ts';
import { REQUIRED_FIELDS } from '../relay/routing/provider.ts';
import type { ByModel } from '../relay/routing/wire-choices.ts';
import { type Limit, parseLimits } from '../usage/budget-limits.ts';
import { startOfSpan } from '../usage/calendar.ts';
import { GROUPINGS, type Grouping } from '../usage/summary.ts';
import { isWire, WIRES, type Wire } from '../wire/wire.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogLevel } from './log.ts';
import { flag, oneOf, option, positive, splitList } from './option.ts';
import { TEAM_OPTIONS } from './team-options.ts';

const PROVIDERS = PRESETS.filter(({ onlyIn }) => onlyIn === undefined).map(({ profile }) => profile.id);

export const OPTIONS = {
  port: option<number>({
    help: 'Listen port on 127.0.0.1; 0 lets the system choose one.',
    variable: 'CODEX_RELAY_PORT',
    value: 'PORT',
    default: DEFAULT_PORT,
    takes: 'a port number from 0 to 65535',
    parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined),
  }),
  upstream: option<string>({
    help: "The provider's Chat Completions base URL.",
    variable: 'CODEX_RELAY_UPSTREAM',
    value: 'URL',
    default: '',
    defaultText: "the provider's own, or https://openrouter.ai/api/v1",
    takes: 'an http or https URL without a user name, such as https://api.deepseek.com',
    parse: (text) => (isUpstreamUrl(text) ? text : undefined),
  }),
  provider: option<string>({
    help: "The provider, when the upstream's host does not tell.",
    variable: 'CODEX_RELAY_PROVIDER',
    value: 'NAME',
    default: '',
    defaultText: 'recognised from the upstream',
    takes: `one of ${PROVIDERS.join(', ')}`,
    parse: (text) => oneOf(PROVIDERS, text),
  }),
  'api-key': option<string>({
    help: 'Key sent upstream as a bearer token. Better set by its variable: other users can see flags.',
    variable: 'CODEX_RELAY_API_KEY',
    value: 'KEY',
    default: '',
    takes: 'visible ASCII characters only',
    secret: true,
    parse: (text) => (/^[\x21-\x7e]*$/.test(text.trim()) ? text.trim() : undefined),
  }),
  'model-map': option<Readonly<Record<string, string>>>({
    help: 'Model names to replace, e.g. gpt-5.4:deepseek-v4-pro; a target may hold more colons.',
    variable: 'CODEX_RELAY_MODEL_MAP',
    value: 'SOURCE:TARGET,...',
    default: {},
    takes: 'comma-separated source:target pairs, each source once',
    parse: parseModelMap,
  }),
  model: option<string>({
    help: 'The model that the name codex-relay stands for.',
    variable: 'CODEX_RELAY_MODEL',
    value: 'MODEL',
    default: '',
    defaultText: "the provider's usual one, or the model map's first",
    takes: 'the name of a model',
    parse: (text) => text.trim() || undefined,
  }),
  providers: option<readonly string[]>({
    help: 'Further providers to serve, each with the key from its own variable; auto takes all whose variable is set.',
    variable: 'CODEX_RELAY_PROVIDERS',
    value: 'auto|NAME,...',
    default: [],
    takes: `auto, or names out of ${PROVIDERS.join(', ')}`,
    parse: parseProviders,
  }),
  fallback: option<Readonly<Record<string, readonly string[]>>>({
    help: 'Models that answer, in order, where the one that was asked cannot; MODEL= in front: only for that model.',
    variable: 'CODEX_RELAY_FALLBACK',
    value: '[MODEL=]PROVIDER/MODEL,...',
    default: {},
    takes: 'comma-separated names such as kimi/kimi-k3, or deepseek/deepseek-v4-pro=kimi/kimi-k3',
    parse: parseFallbacks,
  }),
  role: option<Readonly<Partial<Record<Role, string>>>>({
    help: `Models for what Codex asks on the side: ${ROLES.join(', ')}.`,
    variable: 'CODEX_RELAY_ROLE',
    value: 'ROLE=PROVIDER/MODEL,...',
    default: {},
    takes: `comma-separated pairs such as compaction=kimi/kimi-k3, the roles out of ${ROLES.join(', ')}`,
    parse: parseRoles,
  }),
  wire: option<ByModel<Wire>>({
    help: 'The API that is spoken to a provider or model: chat, or its own responses; default by model.',
    variable: 'CODEX_RELAY_WIRE',
    value: 'PROVIDER[/MODEL]=chat|responses,...',
    default: {},
    takes: `comma-separated pairs such as xai/grok-4.7=responses or deepseek=chat, the wires out of ${WIRES.join(', ')}`,
    parse: parseWires,
  }),
  'vision-model': option<string>({
    help: 'The model that describes images for models that cannot see: it is sent them, at most 8 new ones a turn.',
    variable: 'CODEX_RELAY_VISION_MODEL',
    value: 'PROVIDER/MODEL',
    default: '',
    takes: 'the name of a model that is served, such as kimi/kimi-k3',
    parse: (text) => (/^[^/\s]+\/\S+$/.test(text.trim()) ? text.trim() : undefined),
  }),
  'tool-denylist': option<readonly string[]>({
    help: 'Tools to remove, by the names that are sent upstream.',
    variable: 'CODEX_RELAY_TOOL_DENYLIST',
    value: 'NAME,...',
    default: [],
    takes: 'comma-separated tool names',
    parse: splitList,
  }),
  'upstream-extra-params': option<Readonly<JsonObject>>({
    help: 'Fields to set in every request to the provider, over what the relay sets, e.g. {"top_k": 20}.',
    variable: 'CODEX_RELAY_UPSTREAM_EXTRA_PARAMS',
    value: 'JSON',
    default: {},
    takes: `a JSON object without ${REQUIRED_FIELDS.join(', ')}`,
    parse: parseExtraParams,
  }),
  'drop-upstream-params': option<readonly string[]>({
    help: 'Fields to leave out of every request to the provider.',
    variable: 'CODEX_RELAY_DROP_UPSTREAM_PARAMS',
    value: 'NAME,...',
    default: [],
    takes: `comma-separated names of request fields, but for ${REQUIRED_FIELDS.join(', ')}`,
    parse: parseDropParams,
  }),
  websocket: flag(
    'Take WebSockets too, and tell Codex so: it then sends what is new of a conversation, not all of it each time.',
    'CODEX_RELAY_WEBSOCKET',
  ),
  'no-heal': flag('Leave tool calls that a model wrote into its text as text.', 'CODEX_RELAY_NO_HEAL'),
  token: option<string>({
    help: 'Token that every client must send as its bearer token. Better set by its variable.',
    variable: 'CODEX_RELAY_TOKEN',
    value: 'TOKEN',
    default: '',
    takes: 'one or more visible ASCII characters',
    secret: true,
    parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
  }),
  'session-ttl-hours': option<number>({
    help: 'Keep idle response history and reasoning this long.',
    variable: 'CODEX_RELAY_SESSION_TTL_HOURS',
    value: 'HOURS',
    default: DEFAULT_HISTORY_LIMITS.ttlHours,
    takes: 'a number of hours above 0',
    parse: (text) => positive(text, /^\d+(\.\d+)?$/),
  }),
  'max-sessions': option<number>({
    help: 'Completed responses kept for continuation.',
    variable: 'CODEX_RELAY_MAX_SESSIONS',
    value: 'COUNT',
    default: DEFAULT_HISTORY_LIMITS.maxSessions,
    takes: 'a whole number above 0',
    parse: (text) => positive(text, /^\d+$/),
  }),
  'max-session-memory-mb': option<number>({
    help: 'Budget for retained history and reasoning, in MiB.',
    variable: 'CODEX_RELAY_MAX_SESSION_MEMORY_MB',
    value: 'MIB',
    default: DEFAULT_HISTORY_LIMITS.maxMemoryMb,
    takes: 'a whole number above 0',
    parse: (text) => positive(text, /^\d+$/),
  }),
  'history-store': option<'memory' | 'disk' | 'redis'>({
    help: 'Where history is kept: memory, disk to survive a restart, or Redis or Valkey for several relays.',
    variable: 'CODEX_RELAY_HISTORY_STORE',
    value: 'memory|disk|redis',
    default: 'memory',
    takes: 'memory, disk or redis',
    parse: (text) => oneOf(['memory', 'disk', 'redis'], text),
  }),
  'history-dir': option<string>({
    help: 'Directory of the disk store.',
    variable: 'CODEX_RELAY_HISTORY_DIR',
    value: 'DIR',
    default: '.codex-relay-history',
    takes: 'a directory',
    parse: (text) => text || undefined,
  }),
  'log-level': option<LogLevel>({
    help: 'How much is logged; debug adds the names of tools. RUST_LOG=codex_relay=debug works too.',
    variable: 'CODEX_RELAY_LOG',
    foreign: { variable: 'RUST_LOG', read: readRustLog },
    value: LOG_LEVELS.join('|'),
    default: 'info',
    takes: LOG_LEVELS.join(', '),
    parse: (text) => oneOf(LOG_LEVELS, text.toLowerCase()),
  }),
  'log-format': option<(typeof LOG_FORMATS)[number]>({
    help: 'Log lines as text, or as JSON objects with time, level and message.',
    variable: 'CODEX_RELAY_LOG_FORMAT',
    value: LOG_FORMATS.join('|'),
    default: 'text',
    takes: LOG_FORMATS.join(' or '),
    parse: (text) => oneOf(LOG_FORMATS, text),
  }),
  'stall-seconds': option<number>({
    help: 'Give an answer up when the provider sends nothing for this long.',
    variable: 'CODEX_RELAY_STALL_SECONDS',
    value: 'SECONDS',
    default: 0,
    defaultText: "600; 1800 before a local server's first byte",
    takes: 'a whole number from 1 to 999999',
    parse: (text) => positive(text, /^\d{1,6}$/),
  }),
  usage: option<'on' | 'off'>({
    help: 'Whether counts, times and costs of requests (no content) are recorded for codex-relay usage.',
    variable: 'CODEX_RELAY_USAGE',
    value: 'on|off',
    default: 'on',
    takes: 'on or off',
    parse: (text) => oneOf(['on', 'off'], text),
  }),
  budget: option<readonly Limit[]>({
    help: 'USD a day or month, for all or one provider; warned at 80 %, and at 100 % nothing more is sent.',
    variable: 'CODEX_RELAY_BUDGET',
    value: '[PROVIDER.]day|month=USD,...',
    default: [],
    takes: 'comma-separated limits such as day=5,month=50,deepseek.day=1, each once',
    parse: parseLimits,
  }),
  ...TEAM_OPTIONS,
  demo: flag('Answer with a built-in scripted demo (no model) unless an upstream or a provider is given.'),
  'print-config': flag('Print the Codex configuration for this relay and exit.'),
  out: option<string>({
    help: 'With --print-config: the directory that gets the model catalog.',
    value: 'DIR',
    default: '',
    takes: 'a directory',
    parse: (text) => text || undefined,
  }),
  'write-config': flag('Write the Codex profile codex-relay, for codex -p codex-relay, after a question.'),
  default: flag("With --write-config: make the relay the default in Codex's config.toml as well."),
  'remove-config': flag('Take out of the Codex configuration what --write-config put in, after a question.'),
  yes: flag('Answer the question of --write-config or --remove-config with yes.'),
  by: option<Grouping>({
    help: 'With usage: what its rows stand for.',
    value: GROUPINGS.join('|'),
    default: 'day',
    takes: GROUPINGS.join(', '),
    parse: (text) => oneOf(GROUPINGS, text),
  }),
  since: option<string>({
    help: 'With usage: where it begins, as hours, days or weeks back (24h, 7d, 4w), as a day, or all.',
    value: 'SPAN',
    default: '30d',
    takes: 'a span such as 24h, 7d or 4w, a day such as 2026-11-01, or all',
    parse: (text) => (startOfSpan(text, 0) === undefined ? undefined : text),
  }),
  'probe-native': flag("With doctor: find out with eight requests what the provider's Responses API takes."),
  json: flag('With doctor, targets, usage or users list: print the result as JSON.'),
  csv: flag('With usage: print the result as CSV.'),
  balance: flag(
    'With usage: ask the upstreams that the other options describe what is left on their accounts.',
  ),
  reset: flag('With targets: forget all waiting, so that the next request tries every target.'),
  help: flag('Show this text and exit.'),
  version: flag('Show the version and exit.'),
};

export type Flag = keyof typeof OPTIONS;

/** The value of every option, by its flag's name. */
export type Settings = { readonly [F in Flag]: (typeof OPTIONS)[F]['default'] };

function parseExtraParams(text: string): JsonObject | undefined {
  if (text.trim() === '') return {};
  const params = parseObject(text);
  return params === undefined || REQUIRED_FIELDS.some((name) => name in params) ? undefined : params;
}

function parseDropParams(text: string): string[] | undefined {
  const names = splitList(text);
  return names.some((name) => REQUIRED_FIELDS.includes(name)) ? undefined : names;
}

function parseModelMap(text: string): Record<string, string> | undefined {
  const pairs = splitList(text).map((entry): [string, string] => {
    const colon = entry.indexOf(':');
    return colon === -1 ? [entry, ''] : [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()];
  });
  const sources = new Set(pairs.map(([source]) => source));
  const complete = pairs.every(([source, target]) => source !== '' && target !== '');
  return complete && sources.size === pairs.length ? Object.fromEntries(pairs) : undefined;
}

function isUpstreamUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

/**
 * The level in Rust's filter syntax, e.g. `warn,codex_relay=debug`: our own directive, else the general one. Rust has a
 * `trace` beyond `debug`; we do not. Users of the original relay have such filters in their shells; those for other
 * programs are ignored.
 */
function readRustLog(text: string): LogLevel | undefined {
  const directives = splitList(text.toLowerCase()).map((directive) => directive.split('='));
  const own = directives.find(([target, level]) => target === 'codex_relay' && level !== undefined)?.[1];
  const general = directives.find(([level, ...rest]) => level !== undefined && rest.length === 0)?.[0];
  const level = own ?? general ?? '';
  return level === 'trace' ? 'debug' : oneOf(LOG_LEVELS, level);
}

function parseProviders(text: string): readonly string[] | undefined {
  const names = splitList(text);
  const isKnown = names.every((name) => name === 'auto' || PROVIDERS.includes(name));
  return names.length > 0 && isKnown ? names : undefined;
}

/** A stand-in without a model in front is for all models. */
function parseFallbacks(text: string): Readonly<Record<string, readonly string[]>> | undefined {
  const fallbacks: Record<string, string[]> = Object.create(null);
  for (const entry of splitList(text)) {
    const [, source = '*', name = ''] = /^(?:(.+?)=)?([^=]+)$/.exec(entry) ?? [];
    if (name === '') return undefined;
    fallbacks[source] = [...(fallbacks[source] ?? []), name];
  }
  return Object.keys(fallbacks).length > 0 ? { ...fallbacks } : undefined;
}

function parseRoles(text: string): Readonly<Partial<Record<Role, string>>> | undefined {
  const roles: Partial<Record<Role, string>> = {};
  for (const entry of splitList(text)) {
    const [, name = '', model = ''] = /^([a-z]+)=(.+)$/.exec(entry) ?? [];
    const role = oneOf(ROLES, name);
    if (role === undefined || model === '') return undefined;
    roles[role] = model;
  }
  return Object.keys(roles).length > 0 ? roles : undefined;
}

function parseWires(text: string): ByModel<Wire> | undefined {
  const pairs = splitList(text).map((entry) => /^(.*\S)\s*=\s*(\w+)$/.exec(entry) ?? []);
  const wires = pairs.flatMap(([, name, wire]) => (name && isWire(wire) ? [[name, wire] as const] : []));
  return wires.length > 0 && wires.length === pairs.length ? Object.fromEntries(wires) : undefined;
}
