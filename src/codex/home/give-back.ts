/**
 * Gives Codex its own configuration back, and puts the relay in again, on the files; `../give-back.ts` makes the plan.
 */
import { readFile, rm } from 'node:fs/promises';
import { whereCode } from '../../node-errors.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { planGiveBack, planTakeAgain, type RelayAddress, readGivenBack } from '../give-back.ts';
import { applyChanges, readCodexFiles } from './codex-files.ts';

/** Whose configuration it is, and which relay's. */
export interface GiveBackPlace {
  /** Codex's folder. */
  home: string;
  /** The file that remembers what was given back, until the relay is put in again. */
  memory: string;
  relay: RelayAddress;
}

/**
 * Resolves to whether anything was given back, which needs this relay to be Codex's default.
 * @throws CodexConfigError, or the file system's error; Codex's files are then unchanged
 */
export async function giveBack({ home, memory, relay }: GiveBackPlace): Promise<boolean> {
  const plan = planGiveBack(await readCodexFiles(home), relay);
  if (plan === undefined) return false;
  // The memory is written first: if the process ends in between, the relay is still in place and nothing is lost.
  await writeAtomic({ path: memory, text: JSON.stringify(plan.given), mode: 0o600 });
  await applyChanges(home, plan.changes, { keepsBackup: false });
  return true;
}

/**
 * Resolves to whether the relay was put in again, which happens only if it had been given back. @throws as `giveBack`
 */
export async function takeAgain({ home, memory, relay }: GiveBackPlace): Promise<boolean> {
  const given = readGivenBack(await readFile(memory, 'utf8').catch(whereCode(['ENOENT'], '')));
  if (given === undefined) return false;
  const changes = planTakeAgain(await readCodexFiles(home), relay, given);
  await applyChanges(home, changes, { keepsBackup: false });
  await rm(memory, { force: true });
  return changes.length > 0;
}
