/**
 * What the uninstall script must know, in a file that it can find by itself: VS Code only tells it where the extension
 * was. No secrets: only a hash of the local token, which tells our entries in Codex's files from another relay's.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Environment } from '../environment.ts';
import { parseObject } from '../json.ts';
import { whereCode } from '../node-errors.ts';
import { stateFolder } from '../state-folder.ts';
import { writeAtomic } from '../write-atomic.ts';

export interface Installation {
  /** Codex's folder. */
  codexHome: string;
  /** The extension's global storage. */
  storage: string;
  tokenHash: string;
}

/**
 * The path of that file: one for each VS Code, distinguished by the folder of its extensions.
 * @param extensionFolder of any release
 */
export function installationFile(extensionFolder: string, environment: Environment): string {
  const name = hashOf(dirname(extensionFolder)).slice(0, 16);
  return join(stateFolder(environment), 'vscode', `${name}.json`);
}

/** SHA-256 in hexadecimal digits. */
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

/** Undefined if the extension never ran or the file is not ours. */
export async function readInstallation(file: string): Promise<Installation | undefined> {
  const { codexHome, storage, tokenHash } = parseObject(await textOf(file)) ?? {};
  if (typeof codexHome !== 'string' || typeof storage !== 'string' || typeof tokenHash !== 'string')
    return undefined;
  return { codexHome, storage, tokenHash };
}

export async function forgetInstallation(file: string): Promise<void> {
  await rm(file, { force: true });
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(whereCode(['ENOENT'], ''));
}
