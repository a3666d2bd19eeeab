/** Where requests go, according to the options and the environment. */
import type { NativeEntries } from '../codex/native-file.ts';
import { PRESETS, type Preset, presetById } from '../providers/index.ts';
import type { RelayOptions, UpstreamOptions } from '../relay/options.ts';
import { resolveProvider } from '../relay/routing/provider.ts';
import { choicesFor, ownersIn } from '../relay/routing/wire-choices.ts';
import type { CommandLine, Environment } from './command-line.ts';
import { UsageError } from './errors.ts';
import type { Settings } from './options.ts';

/** The options that describe an upstream, other than `--providers`. */
const DESCRIBING = ['upstream', 'provider', 'demo', 'api-key'] as const;

/** The upstream that the options describe, not counting those in `--providers`. */
export function upstreamOptions(line: CommandLine, native: NativeEntries = {}): UpstreamOptions {
  return withWires(described(line), line, native);
}

function described({ settings, given }: CommandLine): UpstreamOptions {
  const isDemo = settings.demo && !given.has('upstream') && !given.has('provider');
  const provider = isDemo ? 'demo' : settings.provider;
  return {
    ...(settings.upstream && { upstream: settings.upstream }),
    ...(provider && { provider }),
    ...keysFrom(settings['api-key']),
    ...(settings.model && { model: settings.model }),
    modelMap: settings['model-map'],
    extraParams: settings['upstream-extra-params'],
    dropParams: settings['drop-upstream-params'],
  };
}

/**
 * All upstreams, the active one first: the one that the options describe, then those of `--providers`, each with the
 * key from the variable that its own documentation names.
 * @param native what the user's file says about Responses endpoints
 * @throws UsageError if `--providers` names one whose key is not set, `auto` finds none, or `--wire` names one that is
 *   not served
 */
export function servedUpstreams(
  line: CommandLine,
  environment: Environment,
  native: NativeEntries = {},
): Pick<RelayOptions, 'upstreams' | 'fallbacks' | 'roles' | 'visionModel'> & {
  upstreams: [UpstreamOptions, ...UpstreamOptions[]];
} {
  const { settings } = line;
  const named = settings.providers.flatMap((id) =>
    id === 'auto' ? presetsWithKey(environment) : presetNamed(id),
  );
  const others = distinct(named).map((preset) => ofPreset(preset, environment));
  const isDescribed = DESCRIBING.some((flag) => line.given.has(flag));
  const [first, ...rest] = others;
  if (first === undefined && settings.providers.length > 0 && !isDescribed) throw noKeyFound();
  // --model, --model-map and the extra fields belong to the active upstream.
  const { model, modelMap = {}, extraParams = {}, dropParams = [] } = described(line);
  const own =
    isDescribed || first === undefined
      ? described(line)
      : { ...first, ...(model && { model }), modelMap, extraParams, dropParams };
  const beside = isDescribed ? others : rest;
  // An address may name a provider, too.
  const { id } = resolveProvider(own);
  const all = [own, ...beside.filter(({ provider }) => provider !== id)] as const;
  checkWireOwners(settings.wire, all);
  const [active, ...more] = all;
  return {
    upstreams: [
      withWires(active, line, native),
      ...more.map((upstream) => withWires(upstream, line, native)),
    ],
    ...(Object.keys(settings.fallback).length > 0 && { fallbacks: settings.fallback }),
    ...(Object.keys(settings.role).length > 0 && { roles: settings.role }),
    ...(settings['vision-model'] && { visionModel: settings['vision-model'] }),
  };
}

function withWires(
  upstream: UpstreamOptions,
  { settings }: CommandLine,
  native: NativeEntries,
): UpstreamOptions {
  return { ...upstream, ...choicesFor(resolveProvider(upstream).id, settings.wire, native) };
}

/** @throws UsageError for a name that is no upstream's, which would otherwise go unnoticed until it is missed */
function checkWireOwners(wires: Settings['wire'], upstreams: readonly UpstreamOptions[]): void {
  const served = upstreams.map((upstream) => resolveProvider(upstream).id);
  const unknown = ownersIn(wires).find((owner) => !served.includes(owner));
  if (unknown === undefined) return;
  throw new UsageError(`--wire: "${unknown}" names no provider that is served (${served.join(', ')})`);
}

function presetNamed(id: string): Preset[] {
  const preset = presetById(id);
  return preset === undefined ? [] : [preset];
}

/** A variable that two providers share (Moonshot's two sites do) counts for the first. */
function presetsWithKey(environment: Environment): Preset[] {
  const claimed = new Set<string>();
  return PRESETS.filter(({ keyVariable, baseUrl }) => {
    if (keyVariable === undefined || baseUrl === undefined || !environment[keyVariable]) return false;
    if (claimed.has(keyVariable)) return false;
    claimed.add(keyVariable);
    return true;
  });
}

function ofPreset(
  { profile, keyVariable, needsKey, baseUrl }: Preset,
  environment: Environment,
): UpstreamOptions {
  const key = (keyVariable && environment[keyVariable]) || '';
  if (needsKey && key === '') {
    throw new UsageError(
      `--providers: ${profile.id} needs a key in ${keyVariable ?? 'CODEX_RELAY_API_KEY'}, which is not set`,
    );
  }
  if (baseUrl === undefined)
    throw new UsageError(`--providers: ${profile.id} needs an address; use --provider and --upstream`);
  return { provider: profile.id, ...keysFrom(key) };
}

/** One variable may hold several keys, separated by commas. */
function keysFrom(text: string): Pick<UpstreamOptions, 'apiKey' | 'moreApiKeys'> {
  const [apiKey, ...moreApiKeys] = text.split(',').flatMap((key) => key.trim() || []);
  if (apiKey === undefined) return {};
  return { apiKey, ...(moreApiKeys.length > 0 && { moreApiKeys }) };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function noKeyFound(): UsageError {
  const variables = distinct(PRESETS.flatMap(({ keyVariable }) => keyVariable ?? []));
  return new UsageError(`--providers auto found no key; it looks for ${variables.join(', ')}`);
}
