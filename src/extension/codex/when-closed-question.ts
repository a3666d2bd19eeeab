/** Whoever makes the relay Codex's default must also choose what plain Codex does without VS Code. */
import * as vscode from 'vscode';
import type { WhenClosed } from '../settings.ts';
import { askPick, BACK } from '../ui/steps.ts';

/** Undefined: the user cancelled. @param current is listed first */
export async function askWhenClosed(current: WhenClosed): Promise<WhenClosed | undefined> {
  const items = [
    {
      choice: 'giveBack' as const,
      label: vscode.l10n.t('Give Codex Its Own Configuration Back'),
      detail: vscode.l10n.t(
        'Codex Relay leaves config.toml after the last window, and is back with the next one.',
      ),
    },
    {
      choice: 'keepRunning' as const,
      label: vscode.l10n.t('Keep a Relay Running in the Background'),
      detail: vscode.l10n.t(
        'Without a window, until VS Code opens again or you log out. Keys stay in its memory.',
      ),
    },
  ];
  const answer = await askPick({
    title: vscode.l10n.t('Codex Relay: When VS Code Is Closed'),
    placeholder: vscode.l10n.t('Plain codex will need the relay. What should happen when VS Code is closed?'),
    items: items.toSorted((one) => (one.choice === current ? -1 : 1)),
  });
  return answer === undefined || answer === BACK ? undefined : answer.choice;
}

export function whatHappensWhenClosed(choice: WhenClosed): string {
  return choice === 'giveBack'
    ? vscode.l10n.t('When VS Code is closed, Codex gets its own configuration back.')
    : vscode.l10n.t('When VS Code is closed, a relay goes on in the background.');
}
