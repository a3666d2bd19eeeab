/**
 * What a model name means if several upstreams are served. `id/model` names an upstream outright (the model may hold
 * further slashes); a bare name belongs to the active upstream, else to the one that lists it; a name that nobody lists
 * stands for the chosen model, because Codex asks for OpenAI's models in side requests.
 */
import { MODEL_ALIAS } from '../../names.ts';
import { impliedName } from '../../providers/implied-name.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { Provider } from './provider.ts';

/** An upstream with the models that it lists; undefined while they are not known. */
export interface Served {
  provider: Provider;
  listed: readonly ListedModel[] | undefined;
}

export interface NamedModel {
  provider: Provider;
  model: string;
  /** Set if nobody serves the requested name and the chosen model answers in its place. */
  isStandIn?: true;
}

/**
 * @param active one of `all`
 * @returns undefined if the name stands for the chosen model and none is chosen
 */
export function resolveModel(
  requested: string,
  active: Served,
  all: readonly Served[],
): NamedModel | undefined {
  const mapped = active.provider.modelMap.get(requested) ?? requested;
  if (mapped === MODEL_ALIAS) return chosen(active, all);
  const outright = namedOutright(mapped, all);
  if (outright !== undefined) return outright;
  const name = withoutOwnPrefix(mapped, active);
  // A mapped name is deliberate, whether it is listed or not.
  if (mapped !== requested || isTrusted(active))
    return { provider: active.provider, model: spelled(name, active) };
  for (const served of [active, ...all]) {
    const model = listedName(name, served);
    if (model !== undefined) return { provider: served.provider, model };
  }
  const standIn = isSideRequest(name) || isChosen(active) ? chosen(active, all) : undefined;
  return standIn === undefined ? { provider: active.provider, model: name } : { ...standIn, isStandIn: true };
}

/** The name of an upstream's model that works whichever upstream is active. */
export function qualifiedName({ id }: Provider, model: string): string {
  return `${id}/${model}`;
}

/** Whether so little is known of what it serves that any name may be one of its own. */
function isTrusted({ provider, listed }: Served): boolean {
  return listed === undefined || listed.length === 0 || provider.preset.listsOtherNames === true;
}

/** OpenAI's own names, which Codex uses for side requests and sub-agents regardless of the user's choice. */
function isSideRequest(name: string): boolean {
  return /^(gpt-|codex-|o\d)/.test(name);
}

/**
 * Whether somebody chose a model. The first of a list is only a guess and must not replace a name that a person typed.
 */
function isChosen({ provider: { model, modelMap } }: Served): boolean {
  return model !== undefined || modelMap.size > 0;
}

/** The chosen model, else the first in the map, else the first listed one that is fit for Codex. */
function chosen(active: Served, all: readonly Served[]): NamedModel | undefined {
  const { provider, listed } = active;
  const model =
    provider.modelMap.get(MODEL_ALIAS) ??
    provider.model ??
    provider.modelMap.values().next().value ??
    listed?.find(({ unfit }) => !unfit)?.id;
  if (model === undefined) return undefined;
  return namedOutright(model, all) ?? { provider, model: spelled(model, active) };
}

function namedOutright(name: string, all: readonly Served[]): NamedModel | undefined {
  const slash = name.indexOf('/');
  if (slash <= 0) return undefined;
  const id = name.slice(0, slash).toLowerCase();
  const served = all.find(({ provider }) => provider.id === id);
  if (served === undefined) return undefined;
  const rest = name.slice(slash + 1);
  return { provider: served.provider, model: spelled(isVendors(name, rest, served) ? name : rest, served) };
}

/** Whether the prefix is part of the model's own name: `openrouter/auto` is a model of OpenRouter's. */
function isVendors(name: string, rest: string, served: Served): boolean {
  const { isVendorPrefix, profile } = served.provider.preset;
  if (!isVendorPrefix || !name.startsWith(`${profile.id}/`)) return false;
  return isTrusted(served) ? !rest.includes('/') : isListed(name, served);
}

/** Strips the prefix of a gateway's name (`deepseek/deepseek-chat`) at that very provider. */
function withoutOwnPrefix(name: string, { provider: { preset } }: Served): string {
  const prefix = `${preset.profile.id}/`;
  return name.startsWith(prefix) && !preset.isVendorPrefix ? name.slice(prefix.length) : name;
}

function isListed(name: string, served: Served): boolean {
  return listedName(name, served) !== undefined;
}

/** The upstream's own spelling of a name, if its list has one. */
function spelled(name: string, served: Served): string {
  return listedName(name, served) ?? name;
}

function listedName(name: string, { provider, listed = [] }: Served): string | undefined {
  return impliedName(name, listed, provider.preset.impliedTag);
}
