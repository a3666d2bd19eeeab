/** Reads and writes the relay's files in `CODEX_HOME`, for both hosts. Their content is decided in src/codex. */
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf, whereCode } from '../../node-errors.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { CodexConfigError } from '../errors.ts';
import { CODEX_FILES, CONFIG_FILE, type CodexFile, type CodexTexts, type FileChange } from '../plan.ts';

/**
 * The texts of the relay's files. Rejects with the file system's error if one cannot be read, or with a
 * `CodexConfigError` if it is not UTF-8: writing it back would garble what the user wrote.
 */
export async function readCodexFiles(home: string): Promise<CodexTexts> {
  const texts = await Promise.all(CODEX_FILES.map((file) => readIfThere(join(home, file))));
  return Object.fromEntries(CODEX_FILES.map((file, index) => [file, texts[index]])) as Record<
    CodexFile,
    string | undefined
  >;
}

/** A file that was written or removed. */
export interface AppliedChange {
  file: CodexFile;
  /** Where the replaced text is kept; only for the user's own `config.toml`. */
  backup?: string;
}

export interface ApplyOptions {
  /** Whether to keep a backup of the replaced `config.toml`. Default: true. */
  keepsBackup?: boolean;
}

/**
 * Makes the changes in order. Stops at a file whose text is no longer `before`: rejects with a `CodexConfigError`, and
 * later files stay unchanged.
 */
export async function applyChanges(
  home: string,
  changes: readonly FileChange[],
  { keepsBackup = true }: ApplyOptions = {},
): Promise<AppliedChange[]> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const applied: AppliedChange[] = [];
  for (const change of changes) applied.push(await applyChange(home, change, keepsBackup));
  return applied;
}

async function applyChange(
  home: string,
  { file, before, after }: FileChange,
  keepsBackup: boolean,
): Promise<AppliedChange> {
  // If config.toml is a link into a folder of dotfiles, it must remain one.
  const path = await realpathOf(join(home, file));
  let backup: string | undefined;
  const confirm = async () => {
    await confirmUnchanged(path, before);
    if (keepsBackup && file === CONFIG_FILE && before !== undefined) backup = await backUp(path);
  };
  if (after !== undefined) {
    await writeAtomic({ path, text: after, mode: await modeFor(path, after), confirm });
  } else {
    await confirm();
    await rm(path, { force: true });
  }
  return { file, ...(backup !== undefined && { backup }) };
}

async function confirmUnchanged(path: string, before: string | undefined): Promise<void> {
  if ((await readIfThere(path)) === before) return;
  throw new CodexConfigError(
    `${path} was changed by another program just now. Nothing was overwritten; try again.`,
  );
}

/** How the names of backups end: `config.toml.20261128T174500.codex-relay.bak`. */
export const BACKUP_END = '.codex-relay.bak';

async function backUp(path: string): Promise<string> {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+Z/g, '');
  for (let count = 0; ; count += 1) {
    const backup = `${path}.${stamp}${count > 0 ? `-${count}` : ''}${BACKUP_END}`;
    try {
      await copyFile(path, backup, constants.COPYFILE_EXCL);
      await chmod(backup, 0o600);
      return backup;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** A file that holds a token is readable by its owner only; any other keeps its permissions. */
async function modeFor(path: string, text: string): Promise<number> {
  const mode = await modeOf(path);
  return text.includes('experimental_bearer_token') ? mode & 0o600 : mode;
}

async function modeOf(path: string): Promise<number> {
  const found = await ifThere(stat(path));
  return found === undefined ? 0o644 : found.mode & 0o777;
}

async function readIfThere(path: string): Promise<string | undefined> {
  const bytes = await ifThere(readFile(path));
  if (bytes === undefined) return undefined;
  try {
    // The mark at the start of a file is part of its text, so that writing the text restores the same bytes.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CodexConfigError(
      `${path} is not UTF-8, so Codex cannot read it. It was left as it is; save it as UTF-8.`,
      { cause },
    );
  }
}

/** Where a link leads, even if there is no file yet. */
export async function realpathOf(path: string): Promise<string> {
  const found = await ifThere(realpath(path));
  if (found !== undefined) return found;
  const isLink = (await ifThere(lstat(path)))?.isSymbolicLink();
  return isLink ? resolve(dirname(path), await readlink(path)) : path;
}

function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(whereCode(['ENOENT'], undefined));
}
