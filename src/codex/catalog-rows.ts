/** Which models get entries in the catalog, under which names, in which order, and with which facts. */
import { MODEL_ALIAS } from '../names.ts';
import { impliedName, withoutTag } from '../providers/implied-name.ts';
import type { Preset, WireFacts } from '../providers/index.ts';
import { shippedFacts, shippedModels } from '../providers/model-facts.ts';
import { type ListedModel, type ModelFacts, mergeFacts } from '../providers/model-list.ts';
import type { ServedUpstream } from '../relay/served-upstream.ts';

/**
 * If there are more models than this, only those that somebody named and those known to the relay get an entry: nobody
 * picks from hundreds, and each entry holds the whole prompt. Codex accepts other names too, with a warning.
 */
const LONG_LIST = 40;
/** A lower limit with several upstreams, because the picker shows all of their models. */
const LONG_LIST_OF_MANY = 12;
/** This many of an upstream's recently used models come before its others. */
const MOST_RECENT = 5;

/** An upstream, with what is known about its models. */
export interface CatalogUpstream {
  /** Names it in `id/model`. Default: the preset's id. */
  id?: string;
  /** Its models may differ in dialect, so each entry follows its own model's profile. */
  preset: Preset;
  /** The chosen model. */
  selected?: string | undefined;
  /** What its `/models` lists; empty when it could not be asked. */
  listed: readonly ListedModel[];
  /** Images are described for those of its models that cannot see. Default false. */
  describesImages?: true | undefined;
  /** Other names that clients may ask for, including the alias, mapped to the provider's models. */
  modelMap?: Readonly<Record<string, string>>;
  /** What decides which API is spoken to its models. Default: Chat Completions. */
  wires?: WireFacts;
  /** Its models that were used, the latest first. Default none. */
  recent?: readonly string[];
}

/** An upstream as reported by the relay's handle. */
export function catalogUpstream(served: ServedUpstream): CatalogUpstream {
  const { id, preset, model, modelMap, wires, listed = [], describesImages, recent = [] } = served;
  return { id, preset, selected: model, modelMap, wires, listed, describesImages, recent };
}

/** The active upstream, to which the alias and bare names belong. */
export interface CatalogInput extends CatalogUpstream {
  /** The other upstreams. If there are any, all models are named `id/model`. Default none. */
  others?: readonly CatalogUpstream[];
  /** Additional models that need entries, e.g. the one in the user's configuration. */
  alsoServed?: readonly string[];
  /** The user's own facts, by model id or `id/model`. */
  overrides?: Readonly<Record<string, ModelFacts>>;
  /** The system prompt of every entry. */
  instructions: string;
}

/** A future entry: its name, the model and upstream it is for, and how soon it is left out. */
export interface CatalogRow {
  slug: string;
  id: string;
  upstream: CatalogUpstream;
  /** 0 for models that somebody named; the others count from 1 in each upstream. */
  rank: number;
}

/**
 * The names that get entries, except the alias: the active upstream's chosen model, recently used models of any
 * upstream, then the rest, upstream by upstream, beginning with those that somebody named.
 */
export function catalogRows(input: CatalogInput): CatalogRow[] {
  const { others = [] } = input;
  return distinctRows([
    ...namedRows(input, input),
    ...upstreamsOf(input).flatMap((upstream) => recentRows(upstream, input)),
    ...likelyRows(input, input),
    ...others.flatMap((upstream) => [...namedRows(upstream, input), ...likelyRows(upstream, input)]),
  ]);
}

/**
 * The model that the alias stands for, by the relay's rule: the chosen one, else the first that is fit. Undefined if
 * there is none.
 */
export function selectedModel({ selected, modelMap = {}, listed = [] }: Partial<CatalogUpstream>) {
  const chosen = modelMap[MODEL_ALIAS] ?? selected ?? Object.values(modelMap)[0];
  return chosen ?? listed.find(({ unfit }) => !unfit)?.id;
}

/** The models that somebody named: the chosen one, those in a configuration, and mapped ones. */
function namedRows(upstream: CatalogUpstream, input: CatalogInput): CatalogRow[] {
  const isActive = upstream === input;
  const mapped = Object.entries(upstream.modelMap ?? {});
  const ownOrOutright = (name: string) =>
    isOutright(name, input) ? typed(name, name, upstream, input) : ownRow(name, 0, upstream, input);
  return [
    ...chosenIn(upstream).map(ownOrOutright),
    ...(isActive ? (input.alsoServed ?? []).map((name) => typed(name, name, upstream, input)) : []),
    ...mapped.map(([, target]) => ownOrOutright(target)),
    ...(isActive ? mapped.map(([source, target]) => typed(source, target, upstream, input)) : []),
  ].filter(({ slug }) => isModel(slug));
}

function recentRows(upstream: CatalogUpstream, input: CatalogInput): CatalogRow[] {
  const { recent = [] } = upstream;
  return recent.slice(0, MOST_RECENT).map((name) => ownRow(name, 0, upstream, input));
}

function likelyRows(upstream: CatalogUpstream, input: CatalogInput): CatalogRow[] {
  const named = [...chosenIn(upstream), ...Object.values(upstream.modelMap ?? {})];
  return likelyModels(upstream, named, input)
    .map((id, at) => ownRow(id, at + 1, upstream, input))
    .filter(({ slug }) => isModel(slug));
}

function chosenIn(upstream: CatalogUpstream): string[] {
  return [selectedModel(upstream), upstream.selected].filter(isModel);
}

function ownRow(name: string, rank: number, upstream: CatalogUpstream, input: CatalogInput): CatalogRow {
  const id = spelled(name, upstream);
  return { slug: ownName(id, upstream, input), id, upstream, rank };
}

/** A name in the upstream's own spelling, so that no model is shown twice (Ollama's `x` and `x:latest`). */
export function spelled(name: string, { listed, preset }: CatalogUpstream): string {
  return impliedName(name, listed, preset.impliedTag) ?? name;
}

/** The name under which clients find an upstream's model. */
function ownName(id: string, upstream: CatalogUpstream, input: CatalogInput): string {
  return hasMany(input) ? `${idOf(upstream)}/${id}` : id;
}

/** A row for a name as written in a configuration or a map: bare, or with any upstream. */
function typed(slug: string, name: string, fallback: CatalogUpstream, input: CatalogInput): CatalogRow {
  const owner = upstreamsOf(input).find(
    (upstream) => hasMany(input) && name.startsWith(`${idOf(upstream)}/`),
  );
  if (owner === undefined) return { slug, id: name, upstream: fallback, rank: 0 };
  return { slug, id: name.slice(idOf(owner).length + 1), upstream: owner, rank: 0 };
}

/** Models that the user described or the relay knows; if the list is short, then everything else that can work. */
function likelyModels(upstream: CatalogUpstream, named: readonly string[], input: CatalogInput): string[] {
  const { overrides = {} } = input;
  const listed = fitModels(upstream).map(({ id }) => id);
  const isShort = new Set([...named, ...listed]).size <= (hasMany(input) ? LONG_LIST_OF_MANY : LONG_LIST);
  const provider = upstream.preset.profile.id;
  const known = listed.filter((id) => shippedFacts(provider, id) !== undefined);
  const described = listed.filter((id) => Object.hasOwn(overrides, id));
  return [...described, ...known, ...(isShort ? listed : [])];
}

/** The models that are fit for Codex; without a list, those that the relay knows. */
function fitModels({ listed, preset }: CatalogUpstream): readonly ListedModel[] {
  const fit = listed.filter(({ unfit }) => !unfit);
  return fit.length > 0 ? fit : shippedModels(preset.profile.id);
}

function upstreamsOf(input: CatalogInput): readonly CatalogUpstream[] {
  return [input, ...(input.others ?? [])];
}

/** Whether several upstreams are served, so that names must say which one is meant. */
function hasMany({ others = [] }: CatalogInput): boolean {
  return others.length > 0;
}

/** Whether a name is `id/model`, with one of several upstreams. */
function isOutright(name: string, input: CatalogInput): boolean {
  return hasMany(input) && upstreamsOf(input).some((upstream) => name.startsWith(`${idOf(upstream)}/`));
}

function idOf({ id, preset }: CatalogUpstream): string {
  return id ?? preset.profile.id;
}

/** Removes duplicate names; the first one counts. */
function distinctRows(rows: readonly CatalogRow[]): CatalogRow[] {
  const bySlug = new Map(rows.toReversed().map((row) => [row.slug, row]));
  return rows.filter((row) => bySlug.get(row.slug) === row);
}

/** Facts from the shipped data, the list and the user; later ones win. */
export function factsOf({ id, upstream }: CatalogRow, { overrides = {} }: CatalogInput): ModelFacts {
  const listed = upstream.listed.find((model) => model.id === spelled(id, upstream));
  const { impliedTag } = upstream.preset;
  const own = overrides[`${idOf(upstream)}/${id}`] ?? overrides[id] ?? overrides[withoutTag(id, impliedTag)];
  return mergeFacts(shippedFacts(upstream.preset.profile.id, id), listed, own);
}

/** The name under which a person may describe the row's model. */
export function modelOf(row: CatalogRow, input: CatalogInput): string {
  return hasMany(input) ? row.slug : row.id;
}

function isModel(id: string | undefined): id is string {
  return id !== undefined && id !== '' && id !== MODEL_ALIAS;
}
