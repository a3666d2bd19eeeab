/** Where requests go: a preset or an own endpoint, its key, and how model names are understood. */

import { RelayError } from '../../errors.ts';
import { MODEL_ALIAS } from '../../names.ts';
import { PRESETS, type Preset, presetById, presetByUrl } from '../../providers/index.ts';
import type { Profile } from '../../translate/profile.ts';
import type { UpstreamOptions } from '../options.ts';
import { cleanKey, isPossibleKey } from './api-key.ts';

const DEFAULT_UPSTREAM = 'https://openrouter.ai/api/v1';

export interface Provider {
  preset: Preset;
  /** The preset's own profile; single models may differ (`profileFor`). */
  profile: Profile;
  /** What the log and reports call it. */
  label: string;
  /** Without a trailing slash; may end with a query. `endpoint` builds on it. */
  baseUrl: string;
  apiKey: string | undefined;
  modelMap: ReadonlyMap<string, string>;
  /** What the alias, and names that the provider does not serve, stand for. */
  model: string | undefined;
}

/** @throws RelayError `invalid_request` that names the option, when URL or preset id are unusable */
export function resolveProvider(options: UpstreamOptions): Provider {
  const preset = options.provider === undefined ? undefined : presetById(options.provider);
  if (options.provider !== undefined && preset === undefined) {
    const known = PRESETS.map((entry) => entry.profile.id).join(', ');
    throw new RelayError('invalid_request', `provider: "${options.provider}" is unknown. Known: ${known}.`, {
      param: 'provider',
    });
  }
  const given = options.upstream ?? preset?.baseUrl ?? (preset === undefined ? DEFAULT_UPSTREAM : undefined);
  if (given === undefined) {
    throw new RelayError(
      'invalid_request',
      `upstream: the provider "${options.provider}" needs a base URL.`,
      {
        param: 'upstream',
      },
    );
  }
  const baseUrl = normalBaseUrl(given);
  const chosen = preset ?? presetByUrl(baseUrl);
  const { name = chosen.profile.name } = options;
  const named = { ...chosen, profile: { ...chosen.profile, name } };
  return {
    preset: named,
    profile: named.profile,
    label: options.name ?? named.profile.id,
    baseUrl,
    apiKey: normalKey(options.apiKey),
    modelMap: new Map(Object.entries(options.modelMap ?? {})),
    model: options.model ?? chosen.defaultModel,
  };
}

/**
 * A key without what copying adds; undefined for none.
 * @throws RelayError `invalid_request`, which does not repeat the key, when no header can carry it
 */
function normalKey(given: string | undefined): string | undefined {
  const key = cleanKey(given ?? '');
  if (key === '') return undefined;
  if (isPossibleKey(key)) return key;
  throw new RelayError(
    'invalid_request',
    'apiKey: the key holds a space or a character that no key has. Copy it once more.',
    { param: 'apiKey' },
  );
}

/**
 * A base URL without what people paste too much of: `/chat/completions`, a trailing slash, white space.
 * @throws RelayError `invalid_request` when it is no http, https or demo URL
 */
export function normalBaseUrl(given: string): string {
  const [, address = '', query = ''] = /^([^?#]*)(\?[^#]*)?/.exec(given.trim()) ?? [];
  const base = address
    .replace(/\/+$/, '')
    .replace(/\/chat\/completions$/, '')
    .replace(/\/+$/, '');
  const text = base + query;
  const url = URL.parse(text);
  const isKnown = url !== null && ['http:', 'https:', 'demo:'].includes(url.protocol);
  if (isKnown && url.username === '' && url.password === '') return text;
  throw new RelayError(
    'invalid_request',
    `upstream: "${url === null ? given : url.host}" is not usable. Give an http or https URL without credentials, such as https://api.example.com/v1.`,
    { param: 'upstream' },
  );
}

/** The address of one of the provider's routes; a query of the base URL (`?api-version=...`) stays behind it. */
export function endpoint({ baseUrl }: Provider, route: '/chat/completions' | '/models'): string {
  const [base = '', query] = baseUrl.split('?', 2);
  return query === undefined ? base + route : `${base}${route}?${query}`;
}

/**
 * The provider's name for the model that a client asked for: mapped, or the alias's, or without the provider's
 * own prefix (`deepseek/deepseek-chat` at DeepSeek), or as it is. A name that the provider is known not to
 * serve stands for the chosen model: Codex asks for OpenAI's own in side requests.
 * @param served what the provider lists; undefined while that is not known
 */
export function upstreamModel(
  provider: Provider,
  requested: string,
  served: ReadonlySet<string> | undefined,
): string {
  const mapped = provider.modelMap.get(requested);
  if (mapped !== undefined) return mapped;
  if (requested === MODEL_ALIAS) return chosenModel(provider);
  const name = withoutPrefix(provider, requested, served);
  const isTold = served !== undefined && served.size > 0 && !provider.preset.listsOtherNames;
  const isUnknown = isTold && !served.has(name);
  return isUnknown && provider.model !== undefined ? provider.model : name;
}

function withoutPrefix(
  { preset }: Provider,
  requested: string,
  served: ReadonlySet<string> | undefined,
): string {
  const prefix = `${preset.profile.id}/`;
  if (!requested.startsWith(prefix) || served?.has(requested)) return requested;
  const rest = requested.slice(prefix.length);
  return preset.isVendorPrefix && !served?.has(rest) ? requested : rest;
}

function chosenModel(provider: Provider): string {
  const model = provider.model ?? provider.modelMap.values().next().value;
  if (model !== undefined) return model;
  throw new RelayError(
    'invalid_request',
    `model: "${MODEL_ALIAS}" stands for the chosen model of ${provider.profile.name}, but none is chosen. Name a model, or map one (--model-map ${MODEL_ALIAS}:NAME).`,
    { param: 'model' },
  );
}
