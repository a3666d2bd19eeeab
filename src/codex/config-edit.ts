/**
 * Puts the relay's keys into a Codex configuration, and takes them out again. Text in, text out: outside those
 * keys not a byte changes, and removing what was added gives back the old bytes.
 *
 * What the user had in the same place is kept as a comment (`savedPrefix`) and comes back on removal.
 * There are no begin and end marks around our lines on purpose: Codex edits the same file, and moves a comment
 * at the end of the file below the tables that it adds (seen with 0.169.0). We know our keys by their values.
 */

import { asObject } from '../json.ts';
import { CATALOG_FILE, MODEL_ALIAS, PROVIDER_ID } from '../names.ts';
import {
  isCatalogPath,
  isOurProvider,
  keyLine,
  leadsToRelay,
  PROVIDER_KEYS,
  PROVIDER_PATH,
  providerLines,
  providerValues,
  type RelayConfig,
  ROOT_KEYS,
  type RootKey,
  rootValues,
  tomlValue,
} from './relay-keys.ts';
import { type Entry, parseToml, sameToml, TomlDocument, TomlFileError } from './toml-document.ts';

/** Prefix for each of the user's lines that ours replace; `what` is a root key, or `provider` for the whole table. */
const savedPrefix = (what: string) => `# codex-relay saved ${what}: `;
const TABLE = `[${PROVIDER_PATH.join('.')}]`;
const TABLE_NOTE = '# Codex Relay; "codex-relay --remove-config" takes this out again.';

/** A configuration after the relay was removed from it. */
export interface Removal {
  text: string;
  /** Sentences about entries that stay because they are not ours. */
  kept: string[];
}

/**
 * The configuration with the relay's keys; the same text if they are already there. A `model` that was chosen while the
 * relay was the provider is kept.
 *
 * @throws TomlFileError if `text` is not TOML, or defines the provider in a form that cannot be edited by lines.
 */
export function addRelayKeys(text: string, config: RelayConfig): string {
  const document = new TomlDocument(text);
  refuseOddForms(document);
  const ours = ownTable(document);
  setRootKeys(document, config, ours);
  if (ours) updateTable(document, config);
  else insertTable(document, config);
  return checked(text, document.text);
}

/**
 * The configuration without the relay's keys. If the provider points to something other than this relay, it stays, with
 * its model; the catalog never stays, because its file is removed.
 *
 * @throws TomlFileError if `text` is not TOML.
 */
export function removeRelayKeys(text: string): Removal {
  const document = new TomlDocument(text);
  const isForeign = providerEntries(document).length > 0 && !hasTable(document, leadsToRelay);
  const keys: readonly RootKey[] = isForeign ? ['model_catalog_json'] : ROOT_KEYS;
  removeRootKeys(document, keys);
  const kept = isForeign
    ? [`${TABLE} stays: it was changed, or not written by Codex Relay.`, ...restoreSaved(document, keys)]
    : [...removeTable(document), ...restoreSaved(document, ['provider', ...keys])];
  return { text: checked(text, document.text), kept };
}

/** Whether the configuration makes the relay Codex's provider. @throws TomlFileError */
export function usesRelay(text: string): boolean {
  return parseToml(text)['model_provider'] === PROVIDER_ID;
}

/** The parsed `[model_providers.codex-relay]` of a configuration, if it has one. @throws TomlFileError */
export function relayProvider(text: string): Record<string, unknown> | undefined {
  return asObject(asObject(parseToml(text)['model_providers'])?.[PROVIDER_ID]);
}

// --- model, model_provider, model_catalog_json ----------------------------------------------------------------

function setRootKeys(document: TomlDocument, config: RelayConfig, ours: boolean): void {
  const wanted = rootValues(config);
  const wasProvider = ours && rootEntry(document, 'model_provider')?.value === PROVIDER_ID;
  const missing: string[] = [];
  for (const key of ROOT_KEYS) {
    const entry = rootEntry(document, key);
    if (!entry) missing.push(keyLine(key, wanted[key]));
    else if (!ours) replaceRootKey(document, key, wanted[key]);
    else if (entry.value === wanted[key] || (key === 'model' && wasProvider && !config.resetModel)) continue;
    else if (isOurs(key, entry.value, wasProvider)) replaceValue(document, entry, tomlValue(wanted[key]));
    else replaceRootKey(document, key, wanted[key]);
  }
  if (missing.length > 0) document.insert(rootInsertLine(document), missing);
}

/** Keeps the user's line as a comment, with ours below it. */
function replaceRootKey(document: TomlDocument, key: RootKey, value: string): void {
  save(document, key, () => document.entries().filter((entry) => isRoot(entry, key)));
  const saved = savedLines(document, key).at(-1);
  if (saved !== undefined) document.insert(saved + 1, [keyLine(key, value)]);
}

/** After the last of our keys, else after the last root key, else below the comments that open the file. */
function rootInsertLine(document: TomlDocument): number {
  const entries = document.entries();
  const atRoot = entries.filter((entry) => entry.atRoot);
  const last = atRoot.findLast((entry) => ROOT_KEYS.some((key) => isRoot(entry, key))) ?? atRoot.at(-1);
  if (last) return last.last + 1;
  let line = entries[0]?.first ?? document.lineCount;
  // A comment block right above the first table belongs to that table, if a blank line sets it off.
  const isComment = (index: number) => document.line(index).trimStart().startsWith('#');
  let top = line;
  while (top > 0 && isComment(top - 1)) top -= 1;
  if (top > 0) line = top;
  while (line > 0 && document.line(line - 1).trim() === '') line -= 1;
  return line;
}

function removeRootKeys(document: TomlDocument, keys: readonly RootKey[]): void {
  const wasProvider = rootEntry(document, 'model_provider')?.value === PROVIDER_ID;
  for (const key of keys) {
    const entry = rootEntry(document, key);
    if (entry && isOurs(key, entry.value, wasProvider)) document.remove(entry.first, entry.last);
  }
}

/**
 * A model chosen while the relay was the provider means nothing to another provider, nor does the relay's catalog,
 * whatever its path: Codex would ask OpenAI for `codex-relay` (seen with 0.171.0).
 */
function isOurs(key: RootKey, value: unknown, wasProvider: boolean): boolean {
  if (key === 'model_provider') return value === PROVIDER_ID;
  if (key === 'model_catalog_json') return value === CATALOG_FILE || (wasProvider && isCatalogPath(value));
  return wasProvider || value === MODEL_ALIAS;
}

function rootEntry(document: TomlDocument, key: RootKey): Entry | undefined {
  return document.entries().find((entry) => isRoot(entry, key));
}

function isRoot({ atRoot, path }: Entry, key: string): boolean {
  return atRoot && path.length === 1 && path[0] === key;
}

// --- [model_providers.codex-relay] ----------------------------------------------------------------------------

function insertTable(document: TomlDocument, config: RelayConfig): void {
  if (providerEntries(document).length > 0) save(document, 'provider', () => providerEntries(document));
  document.insert(document.lineCount, ['', TABLE_NOTE, ...providerLines(config)]);
}

function updateTable(document: TomlDocument, config: RelayConfig): void {
  const wanted = providerValues(config);
  // From the last line up, so that the remaining lines keep their numbers.
  for (const entry of providerEntries(document).toReversed()) {
    const key = ownKey(entry);
    if (key === undefined) continue;
    const value = wanted.get(key);
    if (value === undefined) document.remove(entry.first, entry.last);
    else if (value !== entry.value) replaceValue(document, entry, tomlValue(value));
  }
  const entries = providerEntries(document);
  const present = new Set(entries.map(ownKey));
  const missing = [...wanted].filter(([key]) => !present.has(key)).map(([key, value]) => keyLine(key, value));
  const end = entries.findLast((entry) => ownKey(entry) !== undefined);
  if (end) document.insert(end.last + 1, missing);
}

function replaceValue(document: TomlDocument, entry: Entry, value: string): void {
  const line = document.line(entry.first);
  const [start, end] = entry.valueColumns;
  const tail = entry.first === entry.last ? line.slice(end) : '';
  if (entry.last > entry.first) document.remove(entry.first + 1, entry.last);
  document.replace(entry.first, line.slice(0, start) + value + tail);
}

function removeTable(document: TomlDocument): string[] {
  const entries = providerEntries(document);
  const foreign = entries.filter((entry) => entry.kind === 'key' && ownKey(entry) === undefined);
  const removed = foreign.length > 0 ? entries.filter((entry) => ownKey(entry) === TOKEN_KEY) : entries;
  for (const entry of removed.toReversed()) document.remove(entry.first, entry.last);
  const header = entries.find(({ kind }) => kind === 'header');
  if (foreign.length === 0 && header) removeAbove(document, header.first);
  if (foreign.length === 0) return [];
  const names = foreign.map(({ path }) => path.slice(PROVIDER_PATH.length).join('.'));
  const token = removed.length > 0 ? ', without its token' : '';
  return [`${TABLE} stays${token}: it holds your ${names.join(', ')}.`];
}

const TOKEN_KEY = 'experimental_bearer_token';

/** The note and the blank line that were put above the table. */
function removeAbove(document: TomlDocument, header: number): void {
  if (document.line(header - 1) !== TABLE_NOTE) return;
  const blank = header > 1 && document.line(header - 2) === '' ? 1 : 0;
  document.remove(header - 1 - blank, header - 1);
}

/** Headers and keys of the provider, in every form that TOML allows. */
function providerEntries(document: TomlDocument): Entry[] {
  const [table, id] = PROVIDER_PATH;
  return document.entries().filter(({ path }) => path[0] === table && path[1] === id);
}

/** Refuses forms to which no lines can be added, and forms that Codex itself does not accept. @throws TomlFileError */
function refuseOddForms(document: TomlDocument): void {
  const [table] = PROVIDER_PATH;
  for (const entry of document.entries()) {
    const { kind, path, first } = entry;
    if (
      path[0] === table &&
      ((kind === 'key' && path.length === 1) || (kind === 'array-header' && path.length === 2))
    ) {
      throw new TomlFileError(
        `${table} is not written as sections, so none can be added. Write its providers as [${table}.NAME] ` +
          `sections, or use the profile instead: codex -p ${PROVIDER_ID}`,
        first + 1,
        1,
      );
    }
    const key = ROOT_KEYS.find((own) => own === path[0]);
    if (key !== undefined && !isRoot(entry, key)) {
      throw new TomlFileError(`${key} is a table here, but Codex takes only text for it`, first + 1, 1);
    }
  }
}

/** Whether the provider is a plain table of ours, possibly with the user's additions. */
function ownTable(document: TomlDocument): boolean {
  return hasTable(document, isOurProvider);
}

/** Whether the provider is a plain table whose values pass `isFit`. */
function hasTable(document: TomlDocument, isFit: (values: Record<string, unknown>) => boolean): boolean {
  const headers = providerEntries(document).filter(
    ({ kind, path }) => kind === 'header' && path.length === PROVIDER_PATH.length,
  );
  const values = headers.length === 1 ? relayProvider(document.text) : undefined;
  return values !== undefined && isFit(values);
}

function ownKey({ kind, path }: Entry): string | undefined {
  const [key, ...deeper] = path.slice(PROVIDER_PATH.length);
  const own = kind === 'key' && deeper.length === 0 && key !== undefined && PROVIDER_KEYS.has(key);
  return own ? key : undefined;
}

// --- what the user had ----------------------------------------------------------------------------------------

/** Turns the entries into comments, replacing what was saved earlier under the same name. */
function save(document: TomlDocument, what: string, select: () => Entry[]): void {
  for (const line of savedLines(document, what).toReversed()) document.remove(line, line);
  for (const { first, last } of select()) {
    for (let line = first; line <= last; line += 1) {
      document.replace(line, savedPrefix(what) + document.line(line));
    }
  }
}

function restoreSaved(document: TomlDocument, names: readonly string[]): string[] {
  return names.flatMap((what) => {
    const lines = savedLines(document, what);
    const [first] = lines;
    const obstacle = first === undefined ? undefined : restore(document, lines, savedPrefix(what));
    return obstacle === undefined ? [] : [`Line ${(first ?? 0) + 1} stays a comment: ${obstacle}.`];
  });
}

/**
 * Uncomments the lines, unless the file would then define something twice, or something else: below a table that was
 * moved above them, the lines would become that table's. Returns what stood in the way.
 */
function restore(document: TomlDocument, lines: readonly number[], prefix: string): string | undefined {
  const [before, saved] = [document.text, lines.map((line) => document.line(line))];
  for (const line of lines) document.replace(line, document.line(line).slice(prefix.length));
  const isTwice = !document.isValid();
  if (!isTwice && sameToml(withoutOurs(before), withoutOurs(document.text))) return undefined;
  for (const [index, line] of lines.entries()) document.replace(line, saved[index] ?? '');
  return isTwice
    ? 'the setting in it has been made again since'
    : 'uncommented where it is now, it would be another setting';
}

function savedLines(document: TomlDocument, what: string): number[] {
  const prefix = savedPrefix(what);
  return document.commentLines().filter((line) => document.line(line).startsWith(prefix));
}

// --- the proof ------------------------------------------------------------------------------------------------

/**
 * Returns `after` if it says the same as `before` outside our keys. Both are parsed again before the result may be
 * written. @throws TomlFileError
 */
export function checked(before: string, after: string): string {
  if (sameToml(withoutOurs(before), withoutOurs(after))) return after;
  throw new TomlFileError(
    'the edit would change more than the keys of Codex Relay, so it was not made',
    1,
    1,
  );
}

function withoutOurs(text: string): unknown {
  const { model_providers: providers, ...rest } = parseToml(text);
  const others = Object.entries(asObject(providers) ?? {}).filter(([id]) => id !== PROVIDER_ID);
  const outside = Object.entries(rest).filter(([key]) => !ROOT_KEYS.some((own) => own === key));
  return { ...Object.fromEntries(outside), model_providers: Object.fromEntries(others) };
}
