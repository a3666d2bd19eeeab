/**
 * Settings in a user's `config.toml` that stop today's Codex or silently override what the relay writes. They belong to
 * the user, so they are explained and never changed. Each was seen with Codex 0.169.0.
 */
import { PROVIDER_ID } from '../names.ts';
import { OTHER_AUTH_KEYS } from './relay-keys.ts';
import { type Entry, TomlDocument } from './toml-document.ts';

/** A setting that gets in the way. */
export interface Trap {
  /** Counted from 1. */
  line: number;
  /** `stops`: Codex, or the profile, does not start. `hinders`: it starts, but something does not work properly. */
  weight: 'stops' | 'hinders';
  /** Sentences about its effect and what to do. Contains names of settings, but no values. */
  message: string;
  /** Set if it matters only to a relay whose token is in a file: `--print-config` writes it where there is none. */
  beatsToken?: true;
}

interface Rule {
  weight: Trap['weight'];
  /** `*` stands for any one name. */
  path: readonly string[];
  when?: (entry: Entry) => boolean;
  /** Set if the same means nothing in a profile file. */
  onlyInConfig?: true;
  beatsToken?: true;
  message: (name: string) => string;
}

/** Settings of older releases and other tools: Codex warns about each, and does not start with `--strict-config`. */
const UNKNOWN_KEYS = [
  'disable_response_storage',
  'experimental_instructions_file',
  'model_max_output_tokens',
  'model_properties',
  'model_reasoning_summary_format',
  'model_supports_reasoning_summaries',
  'preferred_auth_method',
  'tools_web_search',
];

/** The one built-in provider of which some fields can be set; it takes no name (0.130 to 0.171). */
const BUILT_IN = 'amazon-bedrock';

const RULES: readonly Rule[] = [
  {
    weight: 'stops',
    path: ['profile'],
    message: () =>
      '`profile` stops Codex 0.134 and later from starting. Remove the line; choose a profile with ' +
      '`codex -p NAME`, which reads NAME.config.toml.',
  },
  {
    weight: 'stops',
    path: ['profiles', PROVIDER_ID],
    onlyInConfig: true,
    message: () =>
      `\`[profiles.${PROVIDER_ID}]\` stops \`codex -p ${PROVIDER_ID}\` from starting. Remove the table; ` +
      'its settings belong in codex-relay.config.toml.',
  },
  {
    weight: 'stops',
    path: ['model_providers', '*', 'wire_api'],
    when: ({ value }) => value === 'chat',
    message: (name) =>
      `\`wire_api = "chat"\` of the provider ${name} stops Codex from starting, whichever provider is used. ` +
      'Remove the provider, or set "responses".',
  },
  ...['openai', 'ollama', 'lmstudio'].map(
    (id): Rule => ({
      weight: 'stops',
      path: ['model_providers', id],
      message: () =>
        `\`[model_providers.${id}]\` stops Codex from starting: the id is reserved. Give the provider another id.`,
    }),
  ),
  {
    weight: 'stops',
    path: ['model_providers', BUILT_IN, 'name'],
    message: () =>
      `\`name\` of the provider ${BUILT_IN} stops Codex from starting: it is built in. Remove the line.`,
  },
  ...OTHER_AUTH_KEYS.map(
    (key): Rule => ({
      weight: 'hinders',
      path: ['model_providers', PROVIDER_ID, key],
      ...(key === 'env_key' && { beatsToken: true }),
      message: () =>
        `\`${key}\` in \`[model_providers.${PROVIDER_ID}]\` wins over the relay's token. Remove it.`,
    }),
  ),
  ...['model_context_window', 'model_auto_compact_token_limit'].map(
    (key): Rule => ({
      weight: 'hinders',
      path: [key],
      message: () =>
        `\`${key}\` wins over the model's own window from the catalog. Remove it unless you want that.`,
    }),
  ),
  ...UNKNOWN_KEYS.map(
    (key): Rule => ({
      weight: 'hinders',
      path: [key],
      message: () =>
        `\`${key}\` no longer means anything to Codex, which warns of it at each start. Remove it.`,
    }),
  ),
];

/** The traps in a `config.toml`, in file order. @throws TomlFileError if the text is not TOML */
export function findTraps(text: string): Trap[] {
  const entries = entriesOf(text);
  return inOrder([...trapsBy(RULES, entries), ...namelessProviders(entries)]);
}

/**
 * The traps in a profile file, in its order. Codex lays the profile over `config.toml` before it checks either, so a
 * provider may have its name in the other file (seen with 0.171.0).
 * @throws TomlFileError if a text is not TOML
 */
export function findProfileTraps(profile: string, config: string): Trap[] {
  const entries = entriesOf(profile);
  const rules = RULES.filter(({ onlyInConfig }) => !onlyInConfig);
  return inOrder([...trapsBy(rules, entries), ...namelessProviders(entries, entriesOf(config))]);
}

function entriesOf(text: string): Entry[] {
  return new TomlDocument(text).entries().flatMap(spread);
}

function inOrder(traps: readonly Trap[]): Trap[] {
  return traps.toSorted((left, right) => left.line - right.line);
}

/** One trap for each name that a rule's `*` stands for, where it first occurs. */
function trapsBy(rules: readonly Rule[], entries: readonly Entry[]): Trap[] {
  return rules.flatMap((rule) => {
    const found = new Map<string, Entry>();
    for (const entry of entries) {
      const name = entry.path[rule.path.indexOf('*')] ?? '';
      if (matches(rule, entry) && !found.has(name)) found.set(name, entry);
    }
    const { weight, beatsToken } = rule;
    return [...found].map(([name, { first }]) => {
      return { line: first + 1, weight, message: rule.message(name), ...(beatsToken && { beatsToken }) };
    });
  });
}

function matches({ path, when }: Rule, entry: Entry): boolean {
  // A table exists if anything in it does, so deeper entries match, too.
  const fits = path.every((name, depth) =>
    name === '*' ? entry.path.length > depth : name === entry.path[depth],
  );
  return fits && (when?.(entry) ?? true);
}

/** @param below the entries of the file whose settings these override */
function namelessProviders(entries: readonly Entry[], below: readonly Entry[] = []): Trap[] {
  const providers = entries.filter(({ path }) => path[0] === 'model_providers' && path.length > 1);
  const ids = new Set(providers.map(({ path }) => path[1] ?? ''));
  return [...ids].flatMap((id): Trap[] => {
    const nameOf = (among: readonly Entry[]) =>
      among.find(({ path }) => path[0] === 'model_providers' && path[1] === id && path[2] === 'name');
    const name = (nameOf(entries) ?? nameOf(below))?.value;
    const isNamed = name !== undefined && !(typeof name === 'string' && name.trim() === '');
    const first = providers.find(({ path }) => path[1] === id);
    if (isNamed || !first || id === BUILT_IN) return [];
    const message = `The provider ${id} has no \`name\`, which stops Codex from starting. Give it one, or remove it.`;
    return [{ line: first.first + 1, weight: 'stops', message }];
  });
}

/** The entries of an inline table, as if they were separate lines. */
function spread(entry: Entry): Entry[] {
  const { value } = entry;
  if (entry.kind !== 'key' || typeof value !== 'object' || value === null || value instanceof Date)
    return [entry];
  if (Array.isArray(value)) return [entry];
  const inner = Object.entries(value).map(
    ([key, field]): Entry => ({ ...entry, path: [...entry.path, key], value: field }),
  );
  return [entry, ...inner.flatMap(spread)];
}
