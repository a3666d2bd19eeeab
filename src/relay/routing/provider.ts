/** A place that requests go to: a preset or the user's own endpoint, with its keys. */

import { RelayError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import {
  isOwnUrl,
  PRESETS,
  type Preset,
  presetById,
  presetByUrl,
  type WireFacts,
} from '../../providers/index.ts';
import { serviceOf } from '../../providers/service.ts';
import type { Profile } from '../../translate/profile.ts';
import { isWire, WIRES } from '../../wire/wire.ts';
import type { UpstreamOptions } from '../options.ts';
import { cleanKey, isPossibleKey } from './api-key.ts';

/** The fields, on either wire, that must stay as the relay wrote them. */
export const REQUIRED_FIELDS: readonly string[] = ['model', 'messages', 'input', 'stream'];

const DEFAULT_UPSTREAM = 'https://openrouter.ai/api/v1';

export interface Provider {
  /** Used in `id/model`, health and bindings; unique within a relay. */
  id: string;
  preset: Preset;
  /** The preset's profile; individual models may differ (`profileFor`). */
  profile: Profile;
  /** Its name in the log and in reports. */
  label: string;
  /** Without a trailing slash; may end with a query. `endpoint()` builds on it. */
  baseUrl: string;
  /** Who is paid for its answers (see `serviceOf`). */
  service: string | undefined;
  /** The base URL of its Responses API; most providers have one for both. */
  responsesBaseUrl: string;
  /** What decides which API is spoken to its models. */
  wires: WireFacts;
  /** The first is used while it works; empty if the client's own key is passed on or none is needed. */
  apiKeys: readonly string[];
  modelMap: ReadonlyMap<string, string>;
  /** The user's last word on request fields: `extraParams` are set, then `dropParams` removed. */
  extraParams: Readonly<JsonObject>;
  dropParams: readonly string[];
  /** The model for the alias and for names that nobody serves. */
  model: string | undefined;
}

/** @throws RelayError `invalid_request` that names the option, when URL, id or preset id are unusable */
export function resolveProvider(options: UpstreamOptions): Provider {
  const preset = options.provider === undefined ? undefined : presetById(options.provider);
  if (options.provider !== undefined && preset === undefined) {
    const known = PRESETS.map((entry) => entry.profile.id).join(', ');
    throw unusable('provider', `"${options.provider}" is unknown. Known: ${known}.`);
  }
  const given = options.upstream ?? preset?.baseUrl ?? (preset === undefined ? DEFAULT_UPSTREAM : undefined);
  if (given === undefined) throw unusable('upstream', `the provider "${options.provider}" needs a base URL.`);
  const baseUrl = normalBaseUrl(given);
  const chosen = preset ?? presetByUrl(baseUrl);
  const { name = chosen.profile.name } = options;
  const isOwn = isOwnUrl(chosen, baseUrl);
  const owner = isOwn ? chosen.profile.id : `${chosen.profile.id}@${new URL(baseUrl).host}`;
  const named = { ...chosen, profile: { ...chosen.profile, name, owner } };
  return {
    id: checkedId(options.id ?? named.profile.id),
    preset: named,
    profile: named.profile,
    label: options.name ?? named.profile.id,
    baseUrl,
    service: serviceOf(baseUrl, chosen),
    responsesBaseUrl: (isOwn ? chosen.native?.baseUrl : undefined) ?? baseUrl,
    wires: { isOwn, ...wireChoices(options) },
    apiKeys: [options.apiKey ?? '', ...(options.moreApiKeys ?? [])].flatMap((key) => normalKey(key) ?? []),
    modelMap: new Map(Object.entries(options.modelMap ?? {})),
    ...fieldParams(options),
    model: options.model ?? chosen.defaultModel,
  };
}

/** @throws RelayError `invalid_request` for a wire that does not exist */
function wireChoices({ wire = {}, native = {} }: UpstreamOptions): Omit<WireFacts, 'isOwn'> {
  const wires = typeof wire === 'string' ? { '*': wire } : wire;
  const odd = Object.values(wires).find((value) => !isWire(value));
  if (odd !== undefined) throw unusable('wire', `"${odd}" is no wire. Known: ${WIRES.join(', ')}.`);
  return { wires, profiles: native };
}

function fieldParams({ extraParams = {}, dropParams = [] }: UpstreamOptions) {
  for (const [param, names] of Object.entries({ extraParams: Object.keys(extraParams), dropParams })) {
    const needed = names.find((name) => REQUIRED_FIELDS.includes(name));
    if (needed !== undefined) {
      throw unusable(
        param,
        `the relay itself sets "${needed}", and no request works without it. Take it out.`,
      );
    }
  }
  return { extraParams, dropParams };
}

/** The id is the part before the slash in `id/model`, so it must not contain one. */
function checkedId(id: string): string {
  if (/^[a-z0-9][a-z0-9._-]*$/.test(id)) return id;
  throw unusable('id', `"${id}" cannot name an upstream. Use lower-case letters, digits, ".", "_" and "-".`);
}

function unusable(param: string, what: string): RelayError {
  return new RelayError('invalid_request', `${param}: ${what}`, { param });
}

/**
 * A key without what copying adds; undefined if nothing is left.
 * @throws RelayError `invalid_request`, without quoting the key, if no header can carry it
 */
function normalKey(given: string): string | undefined {
  const key = cleanKey(given);
  if (key === '') return undefined;
  if (isPossibleKey(key)) return key;
  throw unusable('apiKey', 'the key holds a space or a character that no key has. Copy it once more.');
}

/**
 * A base URL without what people paste along with it: `/chat/completions`, `/responses`, a trailing slash, white space.
 * @throws RelayError `invalid_request` unless it is an http or https URL, or the address of a preset without a network
 */
export function normalBaseUrl(given: string): string {
  const [, address = '', query = ''] = /^([^?#]*)(\?[^#]*)?/.exec(given.trim()) ?? [];
  const base = address
    .replace(/\/+$/, '')
    .replace(/\/(chat\/completions|responses)$/, '')
    .replace(/\/+$/, '');
  const text = base + query;
  const url = URL.parse(text);
  const isKnown = url !== null && ['http:', 'https:', 'demo:', 'vscode:'].includes(url.protocol);
  if (isKnown && url.username === '' && url.password === '') return text;
  throw unusable(
    'upstream',
    `"${url === null ? given : url.host}" is not usable. Give an http or https URL without credentials, such as https://api.example.com/v1.`,
  );
}

export type Route = '/chat/completions' | '/responses' | '/models';

/** The address of one of the provider's routes; a query in the base URL (`?api-version=...`) stays at the end. */
export function endpoint({ baseUrl, responsesBaseUrl }: Provider, route: Route): string {
  const [base = '', query] = (route === '/responses' ? responsesBaseUrl : baseUrl).split('?', 2);
  return query === undefined ? base + route : `${base}${route}?${query}`;
}
