/** Plans which of Codex's files change when the relay is configured or removed. Text in, text out. */
import { CATALOG_FILE, PROVIDER_ID } from '../names.ts';
import { addRelayKeys, type Removal, relayProvider, removeRelayKeys, usesRelay } from './config-edit.ts';
import { CodexConfigError } from './errors.ts';
import { findProfileTraps, findTraps, type Trap } from './legacy-traps.ts';
import { isCatalogPath, isOurProvider, PROFILE_FILE, type RelayConfig } from './relay-keys.ts';
import { markRemoved, withoutMark } from './removed-mark.ts';
import { parseToml, TomlFileError } from './toml-document.ts';

/** The user's own configuration. */
export const CONFIG_FILE = 'config.toml';

/** The files in `CODEX_HOME` that concern the relay, in the order in which they are written. */
export const CODEX_FILES = [CATALOG_FILE, PROFILE_FILE, CONFIG_FILE] as const;
/** One of these files, by its name. */
export type CodexFile = (typeof CODEX_FILES)[number];

/** The texts of these files; undefined if there is no such file. */
export type CodexTexts = Readonly<Record<CodexFile, string | undefined>>;

/** A file's text before and after. A write is refused if the text is no longer `before`. */
export interface FileChange {
  file: CodexFile;
  before: string | undefined;
  /** Undefined if the file is to be removed. */
  after: string | undefined;
}

/** What changes when the relay is configured. */
export interface WritePlan {
  changes: FileChange[];
  /** The user's settings that get in the way, in `config.toml`. */
  traps: Trap[];
  /** The same in the profile, by the lines that it will have. */
  profileTraps: Trap[];
}

/** What changes when the relay is removed. */
export interface RemovalPlan {
  changes: FileChange[];
  /** Sentences about entries that stay because they are not ours. */
  kept: string[];
}

const PROFILE_HEADER = `# Written by Codex Relay. Use it with: codex -p ${PROVIDER_ID}
# Settings that you add stay when Codex Relay writes this file again.
`;

/**
 * Always writes the profile and the catalog; `config.toml` only if the relay is to be Codex's default or already is
 * (its port may have changed).
 *
 * @throws CodexConfigError if a file that would change is not valid TOML
 */
export function planWrite(
  texts: CodexTexts,
  { config, catalog, makeDefault }: { config: RelayConfig; catalog: string; makeDefault: boolean },
): WritePlan {
  const user = texts[CONFIG_FILE] ?? '';
  const traps = inFile(CONFIG_FILE, () => findTraps(user));
  const alsoUser = makeDefault || inFile(CONFIG_FILE, () => usesRelay(user) && isOwn(user));
  const after: CodexTexts = {
    [CATALOG_FILE]: catalog,
    [PROFILE_FILE]: inFile(PROFILE_FILE, () =>
      addRelayKeys(withoutMark(texts[PROFILE_FILE] ?? PROFILE_HEADER), config),
    ),
    [CONFIG_FILE]: alsoUser ? inFile(CONFIG_FILE, () => addRelayKeys(user, config)) : texts[CONFIG_FILE],
  };
  const profileTraps = findProfileTraps(after[PROFILE_FILE] ?? '', after[CONFIG_FILE] ?? '');
  return { changes: changesBetween(texts, after), traps, profileTraps };
}

/** Files that may contain a configuration of the relay. */
const CONFIGURATIONS = [PROFILE_FILE, CONFIG_FILE] as const;
/** One of these files, by its name. */
export type Configuration = (typeof CONFIGURATIONS)[number];

/**
 * Undoes everything that `planWrite` does.
 * @param from the files to remove it from; the others may name another relay. Default: both
 * @throws CodexConfigError
 */
export function planRemoval(texts: CodexTexts, from: readonly Configuration[] = CONFIGURATIONS): RemovalPlan {
  const removalFrom = (file: Configuration): Removal =>
    from.includes(file) ? removeFrom(file, texts[file]) : { text: texts[file] ?? '', kept: [] };
  const [profile, user] = [removalFrom(PROFILE_FILE), removalFrom(CONFIG_FILE)];
  const left = {
    [PROFILE_FILE]: from.includes(PROFILE_FILE)
      ? leftOfProfile(texts[PROFILE_FILE], profile.text)
      : texts[PROFILE_FILE],
    [CONFIG_FILE]: user.text === '' ? undefined : user.text,
  };
  // Codex does not start if a configuration names a missing catalog, so it stays as long as one does, or goes last.
  const namers = CONFIGURATIONS.filter((file) => namesCatalog(left[file] ?? ''));
  const catalog = namers.length > 0 ? texts[CATALOG_FILE] : undefined;
  const changes = changesBetween(texts, { ...left, [CATALOG_FILE]: catalog }).toReversed();
  const kept = [profile, user].flatMap((removal) => removal.kept);
  if (changes.some(({ file, after }) => file === PROFILE_FILE && after !== undefined)) {
    kept.push(
      `${PROFILE_FILE} stays: Codex or you wrote into it. Delete it, or codex -p ${PROVIDER_ID} says that its provider is not found.`,
    );
  }
  if (catalog !== undefined) {
    kept.push(
      `${CATALOG_FILE} stays: ${namers.join(' and ')} still names it, and Codex does not start without it.`,
    );
  }
  return { changes, kept };
}

/** Whether any value in a configuration is a path to the relay's catalog. @throws TomlFileError */
function namesCatalog(text: string): boolean {
  const isNamedIn = (value: unknown): boolean => {
    if (isCatalogPath(value)) return true;
    return typeof value === 'object' && value !== null && Object.values(value).some(isNamedIn);
  };
  return isNamedIn(parseToml(text));
}

/** The models that the user's files name, so that the catalog includes them. Files that are not TOML name none. */
export function namedModels(texts: CodexTexts): string[] {
  return [texts[PROFILE_FILE], texts[CONFIG_FILE]].flatMap((text) => {
    if (text === undefined) return [];
    try {
      const { model } = parseToml(text);
      return usesRelay(text) && typeof model === 'string' ? [model] : [];
    } catch (error) {
      if (error instanceof TomlFileError) return [];
      throw error;
    }
  });
}

/** Whether we wrote the `[model_providers.codex-relay]` of a configuration. */
function isOwn(text: string): boolean {
  return isOurProvider(relayProvider(text) ?? {});
}

function removeFrom(file: CodexFile, text: string | undefined): Removal {
  if (text === undefined) return { text: '', kept: [] };
  const removal = inFile(file, () => removeRelayKeys(withoutMark(text)));
  return { ...removal, kept: removal.kept.map((sentence) => `${file}: ${sentence}`) };
}

/** What remains of the profile after removing the relay; undefined if only our own text remains. */
function leftOfProfile(before: string | undefined, after: string): string | undefined {
  if (before === undefined || isBare(after)) return undefined;
  return inFile(PROFILE_FILE, () => (usesRelay(before) ? markRemoved(after) : after));
}

/** Whether nothing of the user's is left in the profile file. */
function isBare(profile: string): boolean {
  const ours = PROFILE_HEADER.split('\n');
  return profile.split(/\r?\n/).every((line) => ours.includes(line));
}

function changesBetween(before: CodexTexts, after: CodexTexts): FileChange[] {
  return CODEX_FILES.flatMap((file) =>
    before[file] === after[file] ? [] : [{ file, before: before[file], after: after[file] }],
  );
}

/** Adds the file's name to errors about its TOML. @throws CodexConfigError */
export function inFile<T>(file: CodexFile, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TomlFileError)) throw error;
    throw new CodexConfigError(`${file}, ${error.message}. The file was left as it is.`, { cause: error });
  }
}
