/**
 * The model catalog (`codex-relay.models.json`), in the format that Codex 0.110 to 0.169 reads. Without an entry
 * Codex warns, offers no apply_patch, and assumes a window that is not the model's.
 */

import { MODEL_ALIAS } from '../names.ts';
import { type Preset, profileFor } from '../providers/index.ts';
import { mergeFacts, shippedFacts, shippedModels } from '../providers/model-facts.ts';
import type { ListedModel, ModelFacts } from '../providers/model-list.ts';
import type { Profile } from '../translate/profile.ts';

export interface CatalogInput {
  /** The active provider. Its models may differ in dialect, so each entry follows its own model's profile. */
  preset: Preset;
  /** The provider's model that the alias stands for, unless the model map names one. */
  selected?: string | undefined;
  /** What the provider's `/models` lists; empty when it could not be asked. */
  listed: readonly ListedModel[];
  /** Other names that clients may ask for, the alias among them -> the provider's models. */
  modelMap?: Readonly<Record<string, string>>;
  /** More models to have entries for, e.g. the one that the user's configuration names. */
  alsoServed?: readonly string[];
  /** The user's own facts, by model id. */
  overrides?: Readonly<Record<string, ModelFacts>>;
  /** The system prompt of every entry. */
  instructions: string;
}

export interface Catalog {
  models: CatalogEntry[];
  /** Models whose window nobody knows: their entries are careful guesses. */
  guessed: string[];
}

/** The names are Codex's. It holds every key that any release requires, and none that any release rejects. */
export interface CatalogEntry {
  slug: string;
  display_name: string;
  description: string;
  base_instructions: string;
  supported_reasoning_levels: { effort: string; description: string }[];
  shell_type: 'unified_exec';
  visibility: 'list';
  supported_in_api: true;
  priority: number;
  support_verbosity: false;
  /** Both `supports_*` keys: required up to 0.140 and 0.145, ignored later. */
  supports_reasoning_summaries: true;
  supports_parallel_tool_calls: true;
  default_reasoning_summary: 'auto';
  apply_patch_tool_type: 'freeform';
  truncation_policy: { mode: 'tokens'; limit: number };
  context_window: number;
  input_modalities: ('text' | 'image')[];
  experimental_supported_tools: [];
  /** Version 2 sends a sub-agent's task as encrypted content. */
  multi_agent_version: 'v1';
  supports_search_tool: false;
}

/** With less, Codex would compact all the time (its first request is about 10,000 tokens); more risks refusals. */
const CAREFUL_WINDOW = 128_000;
/** What Codex's own entries use. */
const TOOL_OUTPUT_TOKENS = 10_000;
/**
 * Of more models than this, only those that somebody named and those that ship with the relay get an entry: nobody
 * picks from hundreds, and each entry holds the whole prompt. Codex accepts other names too, with a warning.
 */
const LONG_LIST = 40;
/** Codex reads the whole file at each start. */
const MOST_BYTES = 1_000_000;

/** Releases up to at least 0.134 refuse the whole catalog for a level outside this list; `max` is outside. */
const CODEX_EFFORTS: Readonly<Record<string, string>> = {
  minimal: 'The least thinking',
  low: 'Fast, with lighter thinking',
  medium: 'Balances speed and depth',
  high: 'Deeper thinking for hard problems',
  xhigh: 'The most thinking',
};

/** One entry for the alias, then one for each model that is likely to be asked for; the chosen one comes first. */
export function buildCatalog(input: CatalogInput): Catalog {
  const { preset, overrides = {} } = input;
  const provider = preset.profile;
  const selected = selectedModel(input);
  const fit = input.listed.filter(({ unfit }) => !unfit);
  const listed = fit.length > 0 ? fit : shippedModels(provider.id);
  const byId = new Map(listed.map((model) => [model.id, model]));
  const factsOf = (id: string) => mergeFacts(shippedFacts(provider.id, id), byId.get(id), overrides[id]);

  const slugs = slugsOf(input, [...byId.keys()]);
  const entry = (slug: string, id: string, priority: number) =>
    catalogEntry({ slug, id, priority, facts: factsOf(id) }, input);
  const alias = aliasEntry(entry(MODEL_ALIAS, selected ?? MODEL_ALIAS, 0), selected, provider.name);
  const others = function* () {
    for (const [index, [slug, id]] of [...slugs].entries()) yield entry(slug, id, index + 1);
  };
  const models = [alias, ...fitting(others(), MOST_BYTES - bytesOf(alias))];
  const ids = new Set(models.flatMap(({ slug }) => slugs.get(slug) ?? []));
  return { models, guessed: [...ids].filter((id) => factsOf(id).contextWindow === undefined) };
}

/** The names that get entries, except the alias, and the model of each; those that somebody named come first. */
function slugsOf(input: CatalogInput, listed: readonly string[]): Map<string, string> {
  const { preset, modelMap = {}, overrides = {}, alsoServed = [] } = input;
  const named = [selectedModel(input), input.selected, ...alsoServed, ...Object.values(modelMap)].filter(
    isModel,
  );
  const slugs = new Map(named.map((id) => [id, id]));
  for (const [source, target] of Object.entries(modelMap)) slugs.set(source, target);
  const isShort = new Set([...named, ...listed]).size <= LONG_LIST;
  const known = listed.filter((id) => shippedFacts(preset.profile.id, id) !== undefined);
  const described = listed.filter((id) => Object.hasOwn(overrides, id));
  for (const id of isShort ? listed : [...described, ...known]) if (!slugs.has(id)) slugs.set(id, id);
  slugs.delete(MODEL_ALIAS);
  return slugs;
}

/** As many of the first entries as fit into that many bytes of the file. */
function fitting(entries: Iterable<CatalogEntry>, bytes: number): CatalogEntry[] {
  const fit: CatalogEntry[] = [];
  let left = bytes;
  for (const entry of entries) {
    left -= bytesOf(entry);
    if (left < 0) break;
    fit.push(entry);
  }
  return fit;
}

/** What an entry takes in the file, slightly overestimated. */
function bytesOf(entry: CatalogEntry): number {
  return new TextEncoder().encode(catalogText({ models: [entry], guessed: [] })).length;
}

/** The model that the alias stands for, as the relay understands it; undefined when none is chosen. */
export function selectedModel({ selected, modelMap = {} }: Pick<CatalogInput, 'selected' | 'modelMap'>) {
  return modelMap[MODEL_ALIAS] ?? selected ?? Object.values(modelMap)[0];
}

/** The catalog file's text. */
export function catalogText(catalog: Catalog): string {
  return `${JSON.stringify({ models: catalog.models }, null, 2)}\n`;
}

function isModel(id: string | undefined): id is string {
  return id !== undefined && id !== '' && id !== MODEL_ALIAS;
}

interface EntryInput {
  slug: string;
  id: string;
  priority: number;
  facts: ModelFacts;
}

function catalogEntry({ slug, id, priority, facts }: EntryInput, input: CatalogInput): CatalogEntry {
  const name = facts.name ?? id;
  const profile = profileFor(input.preset, id);
  return {
    slug,
    display_name: slug === id ? name : `${slug} (${name})`,
    description: describe(facts, input.preset.profile.name),
    base_instructions: input.instructions,
    supported_reasoning_levels: reasoningLevels(facts, profile),
    shell_type: 'unified_exec',
    visibility: 'list',
    supported_in_api: true,
    priority,
    support_verbosity: false,
    supports_reasoning_summaries: true,
    supports_parallel_tool_calls: true,
    default_reasoning_summary: 'auto',
    apply_patch_tool_type: 'freeform',
    truncation_policy: { mode: 'tokens', limit: TOOL_OUTPUT_TOKENS },
    context_window: facts.contextWindow ?? CAREFUL_WINDOW,
    // Unknown means text only: an image that the model cannot read would break every later turn of the thread.
    input_modalities: facts.images && profile.userImages === 'send' ? ['text', 'image'] : ['text'],
    experimental_supported_tools: [],
    multi_agent_version: 'v1',
    supports_search_tool: false,
  };
}

function aliasEntry(entry: CatalogEntry, selected: string | undefined, provider: string): CatalogEntry {
  const now = selected ? `${selected} at ${provider}` : `${provider}'s first model`;
  return {
    ...entry,
    display_name: 'Codex Relay',
    description: `Follows the model that is chosen in Codex Relay; now ${now}.`,
  };
}

function describe({ contextWindow, maxOutput }: ModelFacts, provider: string): string {
  const sizes = [
    contextWindow === undefined ? 'context window not known' : `${tokens(contextWindow)} context`,
    ...(maxOutput === undefined ? [] : [`up to ${tokens(maxOutput)} per answer`]),
  ];
  return `${provider}: ${sizes.join(', ')}`;
}

function tokens(count: number): string {
  return count >= 1_000_000 ? `${Math.floor(count / 100_000) / 10}M` : `${Math.floor(count / 1000)}K`;
}

/**
 * The levels that the model and its provider's dialect both know. `max` is offered as `xhigh`, which the
 * translator sends as the strongest level there is, but only where the dialect names its levels.
 */
function reasoningLevels(
  { efforts, reasons }: ModelFacts,
  profile: Profile,
): CatalogEntry['supported_reasoning_levels'] {
  // Codex always sends tools: where those fix the level, there is nothing to choose.
  if (profile.effort === 'none' || profile.effortWithTools !== null || reasons === false) return [];
  const dialect = profile.effortLevels;
  const known = efforts ?? dialect;
  const levels = dialect.length === 0 ? known : known.filter((level) => dialect.includes(level));
  const strongest =
    dialect.length > 0 && levels.includes('max') && !levels.includes('xhigh') ? ['xhigh'] : [];
  const offered = [...levels, ...strongest];
  return Object.entries(CODEX_EFFORTS).flatMap(([effort, description]) =>
    offered.includes(effort) ? [{ effort, description }] : [],
  );
}
