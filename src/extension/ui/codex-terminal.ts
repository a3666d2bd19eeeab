/** Runs Codex in a terminal, or offers the command that installs it. */
import * as vscode from 'vscode';
import { loadCodexFiles } from '../codex/load-codex-files.ts';

/** As Codex's own documentation gives it. */
export const INSTALL_COMMAND = 'npm install -g @openai/codex';

export async function isCodexHere(): Promise<boolean> {
  const { isCodexInstalled } = await loadCodexFiles();
  return isCodexInstalled(process.env);
}

/** Runs Codex in a new terminal. If none was found, asks first, because a shell may know more than VS Code. */
export async function openCodex(commandLine: string): Promise<void> {
  if (await isCodexHere()) return openTerminal(commandLine);
  const install = vscode.l10n.t('Install Codex');
  const anyway = vscode.l10n.t('Open Anyway');
  const words = vscode.l10n.t(
    'Codex was not found on the PATH. This command installs it: {0}',
    INSTALL_COMMAND,
  );
  const answer = await vscode.window.showWarningMessage(words, install, anyway);
  if (answer === install) typeInstallCommand();
  if (answer === anyway) openTerminal(commandLine);
}

/** Types the command into a terminal, for the user to run. */
export function typeInstallCommand(): void {
  const terminal = vscode.window.createTerminal({ name: 'Codex' });
  terminal.show();
  terminal.sendText(INSTALL_COMMAND, false);
}

function openTerminal(commandLine: string): void {
  const terminal = vscode.window.createTerminal({
    name: 'Codex',
    iconPath: new vscode.ThemeIcon('codex-relay-logo'),
  });
  terminal.show();
  terminal.sendText(commandLine);
}
