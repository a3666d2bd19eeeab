/** Connects the commands of the manifest to the parts that carry them out. */
import * as vscode from 'vscode';
import type { CodexConfigCommands } from './codex/config-commands.ts';
import { inBackground } from './in-background.ts';
import type { Cures } from './ui/cures.ts';
import type { Doctor } from './ui/doctor.ts';
import type { ProviderCommands } from './ui/provider-commands.ts';
import type { RelayCommands } from './ui/relay-commands.ts';
import { type RequestsView, VIEW_ID } from './ui/requests-view.ts';
import type { Upkeep } from './upkeep.ts';
import type { UsagePage } from './usage-page/page.ts';

export interface CommandParts {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  relayCommands: RelayCommands;
  providerCommands: ProviderCommands;
  codexCommands: CodexConfigCommands;
  view: RequestsView;
  upkeep: Upkeep;
  cures: Cures;
  usagePage: UsagePage;
  doctor: Doctor;
}

export function registerCommands(parts: CommandParts): void {
  const { context, log, relayCommands, providerCommands, codexCommands } = parts;
  const { view, upkeep, cures, usagePage, doctor } = parts;
  const command = (name: string, run: (...given: unknown[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(`codexRelay.${name}`, run));

  command('start', () => relayCommands.start());
  command('stop', () => relayCommands.stop());
  command('restart', () => relayCommands.restart());
  command('selectProvider', (id) => {
    inBackground(log, upkeep.lookAround());
    return providerCommands.selectProvider(id);
  });
  command('selectModel', () => providerCommands.selectModel());
  command('setApiKey', () => providerCommands.setKey());
  command('addApiKey', () => providerCommands.addKey());
  command('removeApiKey', () => providerCommands.removeKey());
  command('addCustomProvider', () => providerCommands.addCustomProvider());
  command('removeCustomProvider', () => providerCommands.removeCustomProvider());
  command('generateCodexConfig', () => codexCommands.generate());
  command('removeCodexConfig', () => codexCommands.remove());
  command('openCodexInTerminal', () => codexCommands.openTerminal());
  command('testConnection', () => relayCommands.testConnection());
  command('runDoctor', () => doctor.run());
  command('showLog', () => log.show());
  command('showRequests', () => vscode.commands.executeCommand(`${VIEW_ID}.focus`));
  command('showUsage', () => usagePage.show());
  command('showRequest', (request) => view.openRequest(request));
  command('clearHistory', () => relayCommands.clearHistory());
  command('resetTargets', async () => {
    await relayCommands.resetTargets();
    await upkeep.drawTargets();
  });
  command('copyDebugInfo', () => relayCommands.copyDebugInfo());
  command('copyError', (request) => view.copyError(request));
  command('copyBugReport', (request) => cures.copyBugReport(view.reportOf(request)));
  command('tryNow', () => relayCommands.tryNow());
  command('useAnotherPort', () => relayCommands.useAnotherPort());
}
