/**
 * What VS Code runs when it starts without the extension: takes our entries out of Codex's files, ends a relay in the
 * background and removes our own files. VS Code gives it five seconds.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tidyBackups } from '../../codex/home/backups.ts';
import { applyChanges, readCodexFiles } from '../../codex/home/codex-files.ts';
import { namedRelays } from '../../codex/named-relays.ts';
import { planRemoval } from '../../codex/plan.ts';
import type { Environment } from '../../environment.ts';
import { whereCode } from '../../node-errors.ts';
import { forgetInstallation, hashOf, installationFile, readInstallation } from '../installation.ts';
import { signalFile } from '../relay/window-signals.ts';
import { PortNote } from './port-note.ts';

export interface CleanUpInput {
  /** Where the extension was. */
  extensionFolder: string;
  environment: Environment;
  pause(ms: number): Promise<unknown>;
}

const LOOK_MS = 100;
const LOOKS = 20;

/** Rejects with the first error, after everything else was done. */
export async function cleanUp({ extensionFolder, environment, pause }: CleanUpInput): Promise<void> {
  const file = installationFile(extensionFolder, environment);
  const installation = await readInstallation(file);
  // An extension that never served has left nothing behind.
  if (installation === undefined) return;
  const { codexHome, storage, tokenHash } = installation;
  const isOurStorage = basename(extensionFolder).startsWith(basename(storage));
  // A file of Codex's that is not valid TOML must not keep our own files, which hold prompts, from being removed.
  const work = [
    () => endCaretaker(storage, pause),
    () => takeOut(codexHome, tokenHash),
    () => (isOurStorage ? removeStorage(storage) : undefined),
    () => forgetInstallation(file),
  ];
  const errors: unknown[] = [];
  for (const step of work) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** The caretaker gives up the port as it would for a window, and ends. */
async function endCaretaker(storage: string, pause: CleanUpInput['pause']): Promise<void> {
  const note = new PortNote(storage);
  if (!note.isThere) return;
  await writeFile(signalFile(storage, 'hand-back'), randomUUID());
  // One that crashed has left its note behind.
  for (let look = 0; look < LOOKS && note.isThere; look++) await pause(LOOK_MS);
}

/** Removes only what names this installation's token: the command line program may have written to the same files. */
async function takeOut(codexHome: string, tokenHash: string): Promise<void> {
  const texts = await readCodexFiles(codexHome);
  const isOurs = (token: unknown) => typeof token === 'string' && hashOf(token) === tokenHash;
  const files = namedRelays(texts).flatMap(({ file, token }) => (isOurs(token) ? [file] : []));
  if (files.length === 0) return;
  await applyChanges(codexHome, planRemoval(texts, files).changes, { keepsBackup: false });
  await tidyBackups(codexHome);
}

/** Removes the extension's global storage, and the storage of each workspace next to it. */
async function removeStorage(storage: string): Promise<void> {
  const workspaces = join(storage, '..', '..', 'workspaceStorage');
  for (const name of await readdir(workspaces).catch(whereCode<string[]>(['ENOENT'], [])))
    await rm(join(workspaces, name, basename(storage)), { recursive: true, force: true });
  await rm(storage, { recursive: true, force: true });
}
