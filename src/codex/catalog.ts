/**
 * The model catalog (`codex-relay.models.json`), in the format that Codex 0.110 to 0.171 reads. For a model without an
 * entry Codex warns, offers no apply_patch, and assumes a wrong window.
 */

import { MODEL_ALIAS } from '../names.ts';
import { nativeFor, profileFor } from '../providers/index.ts';
import type { ModelFacts } from '../providers/model-list.ts';
import { SMALLEST_WINDOW } from '../providers/model-servers.ts';
import type { Profile } from '../translate/profile.ts';
import {
  type CatalogInput,
  type CatalogRow,
  catalogRows,
  factsOf,
  modelOf,
  selectedModel,
  spelled,
} from './catalog-rows.ts';

export { type CatalogInput, type CatalogUpstream, selectedModel } from './catalog-rows.ts';

/** The catalog's entries, with what hosts say about them. */
export interface Catalog {
  models: CatalogEntry[];
  /** The model that the alias stands for, with what is known about it. */
  chosen: { model: string; facts: ModelFacts };
  /** Models whose window is unknown; their entries hold cautious guesses. */
  guessed: string[];
}

/** The names are Codex's. An entry has every key that any release requires, and none that any release rejects. */
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
  /** Not version 2, which sends a sub-agent's task as encrypted content. */
  multi_agent_version: 'v1';
  supports_search_tool: false;
}

/**
 * With a smaller window Codex would compact all the time (its first request is about 10,000 tokens); a larger one risks
 * refusals.
 */
const CAREFUL_WINDOW = 128_000;
/** What Codex's own entries use. */
const TOOL_OUTPUT_TOKENS = 10_000;
/** Codex reads the whole file at each start. */
const MOST_BYTES = 1_000_000;
/** A priority with at least as many digits as any entry's. */
const MOST_DIGITS = 9_999;

/** Releases up to at least 0.134 refuse the whole catalog for a level outside this list, such as `max`. */
const CODEX_EFFORTS: Readonly<Record<string, string>> = {
  minimal: 'The least thinking',
  low: 'Fast, with lighter thinking',
  medium: 'Balances speed and depth',
  high: 'Deeper thinking for hard problems',
  xhigh: 'The most thinking',
};

/** One entry for the alias, then one for each model that is likely to be asked for; the chosen one comes first. */
export function buildCatalog(input: CatalogInput): Catalog {
  const rows = catalogRows(input);
  const alias = aliasEntry(input);
  // Drop the last models of each upstream, not all models of the last upstream.
  const ranked = rows.toSorted((left, right) => left.rank - right.rank);
  const kept = new Set(fitting(ranked, input, MOST_BYTES - bytesOf(alias)));
  const shown = rows.filter((row) => kept.has(row));
  return {
    chosen: { model: aliasRow(input).id, facts: factsOf(aliasRow(input), input) },
    models: [alias, ...shown.map((row, index) => catalogEntry(row, index + 1, input))],
    guessed: [
      ...new Set(
        shown.flatMap((row) => (factsOf(row, input).contextWindow === undefined ? modelOf(row, input) : [])),
      ),
    ],
  };
}

/** As many of the first rows as fit into this many bytes of the file. */
function fitting(rows: readonly CatalogRow[], input: CatalogInput, bytes: number): CatalogRow[] {
  const fit: CatalogRow[] = [];
  let left = bytes;
  for (const row of rows) {
    left -= bytesOf(catalogEntry(row, MOST_DIGITS, input));
    if (left < 0) break;
    fit.push(row);
  }
  return fit;
}

/** The size of an entry in the file, slightly overestimated. */
function bytesOf(entry: CatalogEntry): number {
  return new TextEncoder().encode(catalogText({ models: [entry] })).length;
}

/** The catalog file's text. */
export function catalogText({ models }: Pick<Catalog, 'models'>): string {
  return `${JSON.stringify({ models }, null, 2)}\n`;
}

function catalogEntry(row: CatalogRow, priority: number, input: CatalogInput): CatalogEntry {
  const { slug, id, upstream } = row;
  const facts = factsOf(row, input);
  const name = facts.name ?? id;
  const profile = profileFor(upstream.preset, id);
  const seesImages = facts.images && profile.userImages === 'send';
  return {
    slug,
    display_name: displayName(slug, id, name, input),
    description: describe(facts, profile.name),
    base_instructions: input.instructions,
    supported_reasoning_levels: reasoningLevels(facts, spokenProfile(profile, row)),
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
    context_window: windowOf(facts),
    // If unknown, assume text only: an image that the model cannot read would break every later turn of the thread.
    input_modalities: seesImages || upstream.describesImages ? ['text', 'image'] : ['text'],
    experimental_supported_tools: [],
    multi_agent_version: 'v1',
    supports_search_tool: false,
  };
}

/** The dialect of the API that is spoken: the Responses API may accept with tools what Chat Completions refuses. */
function spokenProfile(profile: Profile, { id, upstream: { preset, wires } }: CatalogRow): Profile {
  if (wires === undefined) return profile;
  const { wire, profile: native } = nativeFor(preset, id, wires);
  if (wire === 'chat') return profile;
  return { ...profile, effortWithTools: null, effortLevels: native.efforts ?? profile.effortLevels };
}

/**
 * The window that Codex is told. A guess too small for Codex's first request would make it compact endlessly, and would
 * be wrong on a server with a large GPU (Ollama), so it only appears in the description, as a warning.
 */
function windowOf({ contextWindow, windowFrom }: ModelFacts): number {
  if (contextWindow === undefined) return CAREFUL_WINDOW;
  return windowFrom === 'guessed' ? Math.max(contextWindow, SMALLEST_WINDOW) : contextWindow;
}

/** With several upstreams, only the full name tells their models apart. */
function displayName(slug: string, id: string, name: string, { others = [] }: CatalogInput): string {
  if (slug === id) return name;
  return others.length > 0 && slug.endsWith(`/${id}`) ? slug : `${slug} (${name})`;
}

function aliasRow(input: CatalogInput): CatalogRow {
  return {
    slug: MODEL_ALIAS,
    id: spelled(selectedModel(input) ?? MODEL_ALIAS, input),
    upstream: input,
    rank: 0,
  };
}

function aliasEntry(input: CatalogInput): CatalogEntry {
  const selected = selectedModel(input);
  const { name } = input.preset.profile;
  const now = selected === undefined ? `${name}'s first model` : `${selected} at ${name}`;
  return {
    ...catalogEntry(aliasRow(input), 0, input),
    display_name: 'Codex Relay',
    description: `Follows the model that is chosen in Codex Relay; now ${now}.`,
  };
}

function describe(facts: ModelFacts, provider: string): string {
  const { contextWindow, windowFrom, windowNote, maxOutput } = facts;
  const guess = windowFrom === 'guessed' ? ` (a guess: ${windowNote ?? 'nobody tells'})` : '';
  const sizes = [
    contextWindow === undefined ? 'context window not known' : `${tokens(contextWindow)} context${guess}`,
    ...(maxOutput === undefined ? [] : [`up to ${tokens(maxOutput)} per answer`]),
  ];
  return `${provider}: ${sizes.join(', ')}`;
}

function tokens(count: number): string {
  return count >= 1_000_000 ? `${Math.floor(count / 100_000) / 10}M` : `${Math.floor(count / 1000)}K`;
}

/**
 * The levels that both the model and its provider's dialect know. `max` is offered as `xhigh`, which the translator
 * sends as the strongest level, but only if the dialect names its levels.
 */
function reasoningLevels(
  { efforts, reasons }: ModelFacts,
  profile: Profile,
): CatalogEntry['supported_reasoning_levels'] {
  // Codex always sends tools, so if tools fix the level, there is nothing to choose.
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
