/**
 * What a model name means where several upstreams are served. `id/model` names an upstream outright (the model may
 * hold further slashes); a bare name belongs to the active upstream, else to the one that lists it; a name that
 * nobody lists stands for the chosen model, because Codex asks for OpenAI's own in side requests.
 */
import { MODEL_ALIAS } from '../../names.ts';
import { impliedName } from '../../providers/implied-name.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { Provider } from './provider.ts';

/** An upstream with what it lists; undefined while that is not known. */
export interface Served {
  provider: Provider;
  listed: readonly ListedModel[] | undefined;
}

export interface NamedModel {
  provider: Provider;
  model: string;
  /** Set where nobody serves the name that was asked for, and the chosen model answers in its place. */
  isStandIn?: true;
}

/**
 * @param active one of `all`
 * @returns undefined where the name stands for the chosen model and none is chosen
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
  // Whoever maps a name means it, listed or not.
  if (mapped !== requested || isTrusted(active))
    return { provider: active.provider, model: spelled(name, active) };
  for (const served of [active, ...all]) {
    const model = listedName(name, served);
    if (model !== undefined) return { provider: served.provider, model };
  }
  const standIn = isSideRequest(name) || isChosen(active) ? chosen(active, all) : undefined;
  return standIn === undefined ? { provider: active.provider, model: name } : { ...standIn, isStandIn: true };
}

/** The name under which clients find an upstream's model whatever is active. */
export function qualifiedName({ id }: Provider, model: string): string {
  return `${id}/${model}`;
}

/** Nothing, or nothing useful, is known of what it serves: every name may be one of its own. */
function isTrusted({ provider, listed }: Served): boolean {
  return listed === undefined || listed.length === 0 || provider.preset.listsOtherNames === true;
}

/** OpenAI's own names, which Codex uses for side requests and sub-agents whatever the user chose. */
function isSideRequest(name: string): boolean {
  return /^(gpt-|codex-|o\d)/.test(name);
}

/** Whether somebody chose a model; the first of a list is a guess that replaces no name which a person typed. */
function isChosen({ provider: { model, modelMap } }: Served): boolean {
  return model !== undefined || modelMap.size > 0;
}

/** The chosen model, else the map's first, else the first that the upstream lists as fit for Codex. */
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

/** Whether the id in front is the provider's as a vendor: `openrouter/auto` is a model of OpenRouter's own. */
function isVendors(name: string, rest: string, served: Served): boolean {
  const { isVendorPrefix, profile } = served.provider.preset;
  if (!isVendorPrefix || !name.startsWith(`${profile.id}/`)) return false;
  return isTrusted(served) ? !rest.includes('/') : isListed(name, served);
}

/** Names in the manner of gateways (`deepseek/deepseek-chat`) at the provider itself. */
function withoutOwnPrefix(name: string, { provider: { preset } }: Served): string {
  const prefix = `${preset.profile.id}/`;
  return name.startsWith(prefix) && !preset.isVendorPrefix ? name.slice(prefix.length) : name;
}

function isListed(name: string, served: Served): boolean {
  return listedName(name, served) !== undefined;
}

/** The upstream's own spelling of a name, where its list shows one. */
function spelled(name: string, served: Served): string {
  return listedName(name, served) ?? name;
}

function listedName(name: string, { provider, listed = [] }: Served): string | undefined {
  return impliedName(name, listed, provider.preset.impliedTag);
}
