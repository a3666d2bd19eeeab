/** What the end of a window needs from VS Code: its network, the extension's folder, and the user's choice. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { loadCodexFiles } from '../codex/load-codex-files.ts';
import type { ServerPlan } from '../relay/controller.ts';
import { networkSettings } from '../relay/network-settings.ts';
import type { UserChoices } from '../user-choices.ts';
import { givenBackFile } from './given-back-file.ts';
import { hire } from './hire.ts';
import { WhenClosed } from './when-closed.ts';

export function createWhenClosed(
  context: vscode.ExtensionContext,
  choices: UserChoices,
  logger: vscode.LogOutputChannel,
): WhenClosed {
  const storage = context.globalStorageUri.fsPath;
  const http = () => vscode.workspace.getConfiguration('http');
  const placeOf = async (relay: ServerPlan) => {
    const { codexHome } = await loadCodexFiles();
    return { home: codexHome(process.env), memory: givenBackFile(storage), relay };
  };
  return new WhenClosed({
    orders: async (plan) => {
      const { codexHome } = await loadCodexFiles();
      const { whenClosed } = choices.settings;
      const network = networkSettings((name) => http().get(name), process.env);
      return { whenClosed, plan, storage, codexHome: codexHome(process.env), network };
    },
    hire: (onGone) => hire(join(context.extensionPath, 'dist', 'caretaker.cjs'), onGone),
    isDefault: async (relay) => {
      const { isDefault, readCodexFiles, codexHome, CodexConfigError } = await loadCodexFiles();
      try {
        return isDefault(await readCodexFiles(codexHome(process.env)), relay);
      } catch (error) {
        // Codex does not start with such a file; the check of Codex's setup reports it.
        if (error instanceof CodexConfigError) return false;
        throw error;
      }
    },
    giveBack: async (relay) => {
      const { giveBack } = await loadCodexFiles();
      if (await giveBack(await placeOf(relay)))
        logger.info('The relay does not run: Codex has its own configuration back.');
    },
    takeAgain: async (relay) => {
      const { takeAgain } = await loadCodexFiles();
      if (await takeAgain(await placeOf(relay))) logger.info('The relay is the default of Codex again.');
    },
    logger,
  });
}
