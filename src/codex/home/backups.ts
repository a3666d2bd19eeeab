/** Removes the relay, and with it the local token, from the backups of `config.toml`, too. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { whereCode } from '../../node-errors.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { removeRelayKeys } from '../config-edit.ts';
import { CONFIG_FILE } from '../plan.ts';
import { TomlFileError } from '../toml-document.ts';
import { BACKUP_END, realpathOf } from './codex-files.ts';

/**
 * Removes backups that are no different from the current `config.toml`, and the relay's keys from all others. Files
 * that are not TOML stay unchanged. Rejects with the file system's error.
 */
export async function tidyBackups(home: string): Promise<void> {
  // If it is a link, its backups are next to the link's target, even once that was removed.
  const config = await realpathOf(join(home, CONFIG_FILE));
  const current = await textOf(config);
  const folder = dirname(config);
  const isBackup = (name: string) => name.startsWith(`${basename(config)}.`) && name.endsWith(BACKUP_END);
  for (const name of (await namesIn(folder)).filter(isBackup)) await tidy(join(folder, name), current);
}

async function tidy(path: string, current: string): Promise<void> {
  const before = await textOf(path);
  const after = withoutRelay(before);
  if (after === current) await rm(path, { force: true });
  else if (after !== before) await writeAtomic({ path, text: after, mode: 0o600 });
}

function withoutRelay(text: string): string {
  try {
    return removeRelayKeys(text).text;
  } catch (error) {
    if (error instanceof TomlFileError) return text;
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(whereCode(['ENOENT'], ''));
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(whereCode<string[]>(['ENOENT'], []));
}
