/** The keys that this project owns in a Codex configuration, which make Codex use the relay. */
import { CATALOG_FILE, MODEL_ALIAS, PROVIDER_ID } from '../names.ts';

/** The file that `codex -p codex-relay` reads in addition to `config.toml`. */
export const PROFILE_FILE = 'codex-relay.config.toml';

/** Whether a configuration value names the relay's catalog, wherever that file is. */
export function isCatalogPath(value: unknown): boolean {
  return typeof value === 'string' && value.split(/[\\/]/).at(-1) === CATALOG_FILE;
}

/** The path of the relay's table. */
export const PROVIDER_PATH = ['model_providers', PROVIDER_ID] as const;
/** Must not be exactly `OpenAI`, which Codex treats in ways that only OpenAI's own servers understand. */
export const PROVIDER_NAME = 'Codex Relay';

/** How Codex reaches the relay. */
export interface RelayConfig {
  /** The relay's port on 127.0.0.1. */
  port: number;
  /** The relay's local token, if it has one. */
  token?: string;
  /** The model that Codex starts with. Default: the alias `codex-relay`. */
  model?: string;
  /** Whether `model` replaces one that was chosen while the relay was the provider. Default: false. */
  resetModel?: boolean;
  /** Whether the relay takes WebSockets. Default false. */
  webSocket?: boolean;
  /** Where Codex finds the catalog. Default: `codex-relay.models.json`, next to the file that names it. */
  catalog?: string;
}

/** The keys before the first table that make the relay Codex's provider. */
export const ROOT_KEYS = ['model', 'model_provider', 'model_catalog_json'] as const;
export type RootKey = (typeof ROOT_KEYS)[number];

export function rootValues(config: RelayConfig): Record<RootKey, string> {
  return {
    model: config.model ?? MODEL_ALIAS,
    model_provider: PROVIDER_ID,
    model_catalog_json: config.catalog ?? CATALOG_FILE,
  };
}

/**
 * The keys of `[model_providers.codex-relay]`. The token is in the file and not in an environment variable because
 * every form of Codex reads the file (terminal, exec, app-server, the IDE extension, cron), while a variable would have
 * to reach each of these processes.
 */
export function providerValues(config: RelayConfig): ReadonlyMap<string, string | boolean> {
  return new Map<string, string | boolean>([
    ['name', PROVIDER_NAME],
    ['base_url', `http://127.0.0.1:${config.port}/v1`],
    ['wire_api', 'responses'],
    ...(config.token ? ([['experimental_bearer_token', config.token]] as const) : []),
    ['supports_websockets', config.webSocket ?? false],
  ]);
}

/** Every key that `providerValues` may return. */
export const PROVIDER_KEYS: ReadonlySet<string> = new Set([
  'name',
  'base_url',
  'wire_api',
  'experimental_bearer_token',
  'supports_websockets',
]);

/** Keys that win over the token; we never write them. */
export const OTHER_AUTH_KEYS = ['env_key', 'auth', 'requires_openai_auth'] as const;

/** Whether a parsed `[model_providers.codex-relay]` was written by us and not by a person. */
export function isOurProvider(values: Readonly<Record<string, unknown>>): boolean {
  return leadsToRelay(values) && !OTHER_AUTH_KEYS.some((key) => key in values);
}

/** Whether a parsed `[model_providers.codex-relay]` is meant for this relay, whether we or a person wrote it. */
export function leadsToRelay(values: Readonly<Record<string, unknown>>): boolean {
  return values['name'] === PROVIDER_NAME && relayPort(values) !== undefined;
}

/** The relay's port in a parsed `[model_providers.codex-relay]`; undefined if it points elsewhere. */
export function relayPort(values: Readonly<Record<string, unknown>>): number | undefined {
  const url = values['base_url'];
  const [, port] = (typeof url === 'string' && /^http:\/\/127\.0\.0\.1:(\d+)\/v1$/.exec(url)) || [];
  return port === undefined ? undefined : Number(port);
}

/** A key with its value as a line of TOML. */
export function keyLine(key: string, value: string | boolean): string {
  return `${key} = ${tomlValue(value)}`;
}

/** A value as TOML, including Windows paths and quotes. */
export function tomlValue(value: string | boolean): string {
  // JSON's escapes are a subset of TOML's, but TOML forbids DEL unescaped.
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F');
}

/** The table's lines, header first. */
export function providerLines(config: RelayConfig): string[] {
  const header = `[${PROVIDER_PATH.join('.')}]`;
  return [header, ...[...providerValues(config)].map(([key, value]) => keyLine(key, value))];
}
