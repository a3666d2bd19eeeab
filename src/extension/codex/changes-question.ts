/** Shows pending changes to Codex's files as a diff, and asks what should happen to them. */
import { homedir } from 'node:os';
import { sep } from 'node:path';
import * as vscode from 'vscode';
import type { ChangesPreview } from './changes-preview.ts';
import type { FileChange, Trap } from './codex-bundle.ts';

/** `write`: these changes. `default`: also make the relay Codex's default. `copy`: write nothing. */
export type Choice = 'write' | 'default' | 'copy';
export type ChoiceItem = vscode.QuickPickItem & { choice: Choice };

/** What the user sees before deciding. */
export interface ShownChanges {
  changes: readonly FileChange[];
  /** The user's settings that get in the way. */
  traps: readonly Trap[];
}

/**
 * Resolves with undefined if the user cancelled.
 * @param home Codex's folder
 */
export async function askAboutChanges(
  preview: ChangesPreview,
  home: string,
  { changes, traps }: ShownChanges,
  choices: readonly ChoiceItem[],
): Promise<Choice | undefined> {
  await preview.show(vscode.l10n.t('Codex Configuration'), home, changes);
  const attention = traps.map(({ line, message }) => ({
    label: `$(warning) ${vscode.l10n.t('config.toml, line {0}', line)}`,
    detail: message,
  }));
  const cancel = { label: vscode.l10n.t('Cancel'), description: vscode.l10n.t('nothing is written') };
  const items: (vscode.QuickPickItem & { choice?: Choice })[] = [...choices, cancel, ...attention];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Codex Relay: Changes in {0}', tildified(home)),
    placeHolder: vscode.l10n.t('What should happen to these changes?'),
    ignoreFocusOut: true,
  });
  await preview.close();
  return picked?.choice;
}

/** What can be done with a profile that is about to be written. */
export function profileChoices(): ChoiceItem[] {
  return [
    {
      label: vscode.l10n.t('Write'),
      description: vscode.l10n.t('as a separate profile: codex -p codex-relay'),
      choice: 'write',
    },
    {
      label: vscode.l10n.t('Make Default'),
      description: vscode.l10n.t('also for plain codex and the IDE extension; shown to you first'),
      choice: 'default',
    },
    {
      label: vscode.l10n.t('Copy'),
      description: vscode.l10n.t('copies the profile to the clipboard; nothing is written'),
      choice: 'copy',
    },
  ];
}

/** The path as people write it: `~/.codex`. */
function tildified(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
