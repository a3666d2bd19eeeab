/**
 * The extension's settings as one typed snapshot. They come from the user alone: the settings of a cloned repository
 * can neither redirect traffic nor send a key anywhere. What those may choose is in `workspace-choice.ts`.
 */
import { RelayError } from '../errors.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits } from '../history/store.ts';
import { asObject } from '../json.ts';
import { DEFAULT_PORT } from '../names.ts';
import { normalBaseUrl } from '../relay/routing/provider.ts';
import type { ByModel } from '../relay/routing/wire-choices.ts';
import { isWire, type Wire } from '../wire/wire.ts';
import type { WrittenFields } from './request-fields.ts';

/** An endpoint of the user's own. */
export interface CustomProvider {
  id: string;
  name: string;
  /** http or https, without `/chat/completions`. */
  baseUrl: string;
  /** Id of the preset whose dialect it speaks; absent: OpenAI-compatible. */
  dialect?: string;
  needsKey: boolean;
}

/**
 * What happens if no window serves and the relay is plain Codex's default: Codex gets its own configuration back, or a
 * relay goes on in the background.
 */
export type WhenClosed = 'giveBack' | 'keepRunning';

/** Every setting; its default replaces whatever is unset or of the wrong type. */
export interface ExtensionSettings {
  /** Id of a preset or of a custom provider; empty until one is chosen. */
  provider: string;
  /** Chosen model by provider id. */
  models: Readonly<Record<string, string>>;
  customProviders: readonly CustomProvider[];
  autoStart: boolean;
  whenClosed: WhenClosed;
  port: number;
  modelMap: Readonly<Record<string, string>>;
  /** Stand-ins in order, as `provider/model`, keyed by a model's name or `*`. They need not exist. */
  fallbacks: Readonly<Record<string, readonly string[]>>;
  /** `provider/model`, keyed by what a request is for. Neither need exist. */
  roles: Readonly<Record<string, string>>;
  /** The API to speak, keyed by `provider/model`, `provider` or `*`. These need not exist. */
  wire: ByModel<Wire>;
  /** `provider/model` that describes images for models that cannot see; empty: none. It need not exist. */
  visionModel: string;
  toolDenylist: readonly string[];
  /** Whether counts, times and costs of requests are recorded. */
  usage: boolean;
  /** As written: USD, keyed by `day`, `month`, `deepseek.day` ... See `usableBudgets`. */
  budgets: Readonly<Record<string, unknown>>;
  webSocket: boolean;
  /** As written; `requestFields` reads them. */
  fields: WrittenFields;
  /** Whether tool calls that a model writes into its text are read as calls. */
  heal: boolean;
  historyStore: 'disk' | 'memory';
  historyLimits: HistoryLimits;
  /** Kinds of failures that are not shown in messages. */
  mutedNotifications: readonly string[];
}

const CUSTOM_ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * Reads every setting through `get` (name without the `codexRelay.` prefix). A value of the wrong type, which
 * settings.json allows, counts as unset; custom providers that cannot be used are left out.
 */
export function readSettings(get: (name: string) => unknown): ExtensionSettings {
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const value = get(name);
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : fallback;
  };
  return {
    provider: text(get('provider')),
    models: textRecord(get('models')),
    customProviders: customProviders(get('customProviders')),
    autoStart: get('autoStart') !== false,
    whenClosed: get('whenClosed') === 'keepRunning' ? 'keepRunning' : 'giveBack',
    port: integer('port', DEFAULT_PORT, 1024, 65_535),
    modelMap: textRecord(get('modelMap')),
    fallbacks: fallbacks(get('fallbacks')),
    roles: textRecord(get('roles')),
    wire: wires(get('wire')),
    visionModel: text(get('visionModel')),
    toolDenylist: list(get('toolDenylist')).filter(isName),
    usage: get('usage') !== false,
    budgets: asObject(get('budgets')) ?? {},
    webSocket: get('websocket') === true,
    fields: {
      upstreamExtraParams: get('upstreamExtraParams') ?? {},
      dropUpstreamParams: get('dropUpstreamParams') ?? [],
    },
    heal: get('heal') !== false,
    historyStore: get('history.store') === 'memory' ? 'memory' : 'disk',
    historyLimits: {
      ttlHours: integer('history.ttlHours', DEFAULT_HISTORY_LIMITS.ttlHours, 1, 8760),
      maxSessions: integer('history.maxSessions', DEFAULT_HISTORY_LIMITS.maxSessions, 1, 100_000),
      maxMemoryMb: integer('history.maxMemoryMb', DEFAULT_HISTORY_LIMITS.maxMemoryMb, 1, 16_384),
    },
    mutedNotifications: list(get('mutedNotifications')).filter(isName),
  };
}

/** Whether a custom provider may have this id. */
export function isCustomId(id: string): boolean {
  return CUSTOM_ID.test(id);
}

/** The base URL as the relay would use it; undefined if the relay would refuse it. */
export function usableBaseUrl(given: string): string | undefined {
  try {
    return normalBaseUrl(given);
  } catch (error) {
    if (error instanceof RelayError) return undefined;
    throw error;
  }
}

function customProviders(value: unknown): CustomProvider[] {
  const byId = new Map<string, CustomProvider>();
  for (const entry of list(value)) {
    const { id, name, baseUrl, dialect, needsKey } = asObject(entry) ?? {};
    const url = usableBaseUrl(text(baseUrl));
    if (!isCustomId(text(id)) || !url) continue;
    byId.set(text(id), {
      id: text(id),
      name: text(name) || text(id),
      baseUrl: url,
      ...(text(dialect) ? { dialect: text(dialect) } : {}),
      needsKey: needsKey !== false,
    });
  }
  return [...byId.values()];
}

/** A list applies to every model; an object has a list, or one name, for each. */
function fallbacks(value: unknown): Record<string, readonly string[]> {
  const byModel = Array.isArray(value) ? { '*': value } : (asObject(value) ?? {});
  const lists = Object.entries(byModel).map(([model, names]) => {
    const given = Array.isArray(names) ? names : [names];
    return [model, given.map(text).filter((name) => name !== '')] as const;
  });
  return Object.fromEntries(lists.filter(([, names]) => names.length > 0));
}

function wires(value: unknown): Record<string, Wire> {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).filter((entry): entry is [string, Wire] => isWire(entry[1])),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textRecord(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).filter((entry): entry is [string, string] => text(entry[1]) !== ''),
  );
}
