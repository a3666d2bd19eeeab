/**
 * What the uninstall script has to know, in a file that it finds by itself: VS Code tells it nothing but where the
 * extension was. No secrets: of the local token only a hash, by which our own entries in Codex's files are told from
 * those of another relay.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseObject } from '../json.ts';
import { codeOf } from '../node-errors.ts';
import { stateFolder } from '../state-folder.ts';
import { writeAtomic } from '../write-atomic.ts';

export interface Installation {
  /** Codex's folder. */
  codexHome: string;
  /** The extension's global storage. */
  storage: string;
  tokenHash: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where it is kept: one file for each VS Code, told apart by the folder that its extensions are in.
 * @param extensionFolder of whatever release
 */
export function installationFile(extensionFolder: string, environment: Environment): string {
  const name = hashOf(dirname(extensionFolder)).slice(0, 16);
  return join(stateFolder(environment), 'vscode', `${name}.json`);
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Rejects with the file system's error. */
export async function rememberInstallation(file: string, installation: Installation): Promise<void> {
  const text = JSON.stringify(installation);
  if ((await textOf(file)) === text) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeAtomic({ path: file, text, mode: 0o600 });
}

/** Undefined where the extension never ran, or the file is none of ours. */
export async function readInstallation(file: string): Promise<Installation | undefined> {
  const { codexHome, storage, tokenHash } = parseObject(await textOf(file)) ?? {};
  if (typeof codexHome !== 'string' || typeof storage !== 'string' || typeof tokenHash !== 'string')
    return undefined;
  return { codexHome, storage, tokenHash };
}

export async function forgetInstallation(file: string): Promise<void> {
  await rm(file, { force: true });
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
