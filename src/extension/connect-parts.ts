/** Connects the parts of a window with each other. */
import * as vscode from 'vscode';
import type { CodexConfigCommands } from './codex/config-commands.ts';
import { loadCodexFiles } from './codex/load-codex-files.ts';
import { drawStatus, setContext } from './draw-status.ts';
import { inBackground } from './in-background.ts';
import { hashOf, installationFile, rememberInstallation } from './installation.ts';
import { obey } from './obey.ts';
import type { Parts } from './parts.ts';
import { offerTokenToTerminals } from './relay/terminal-token.ts';
import { NextStep } from './ui/next-step.ts';
import { StateLog } from './ui/state-log.ts';

/** How often local servers are looked for, and asked for their models. */
const LOOK_AROUND_MS = 180_000;

/** Decides which part hears of which event. */
export function connectParts(parts: Parts): void {
  const { context, log, signals, requests, choices, controller, launcher } = parts;
  const { codexCommands, catalog, notices, providerCommands, settingsSchema, upkeep, usagePage, today } =
    parts;
  const { whenClosed } = parts;
  const stateLog = new StateLog(log);
  const nextStep = new NextStep(codexCommands);

  controller.on('state', (state) => {
    stateLog.write(state);
    setContext(state);
    drawStatus(parts);
    inBackground(log, upkeep.drawTargets());
    inBackground(log, whenClosed.follow(state.kind, controller.plan));
    if (state.kind !== 'running' && state.kind !== 'attached') return;
    today.ask();
    inBackground(log, offerTokenToTerminals(context, choices.keys));
  });
  controller.on('launched', () => {
    // Now that a window has the port, any note is a leftover of a caretaker that was killed.
    inBackground(log, parts.note.clear());
    inBackground(log, rememberHere(parts));
    requests.abandonRunning();
    void signals.send('owner-came');
    // The choice may have changed since Codex's catalog was written.
    catalog.refresh();
  });
  // Also after the first time: the port may have changed.
  controller.on('launched', () => inBackground(log, checkCodex(codexCommands)));
  controller.once('launched', () => inBackground(log, upkeep.lookAround()));
  requests.on('change', () => {
    drawStatus(parts);
    today.ask();
    usagePage.requestsChanged();
  });
  today.on('change', () => drawStatus(parts));
  providerCommands.on('chosen', (provider, model) => inBackground(log, nextStep.tell(provider, model)));
  requests.on('report', (report) => {
    inBackground(log, notices.tell(report));
    inBackground(log, upkeep.drawTargets());
  });
  signals.on('signal', (signal) => inBackground(log, obey(signal, parts)));

  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('http')) inBackground(log, launcher.followNetwork());
      if (!change.affectsConfiguration('codexRelay')) return;
      inBackground(log, followSettings(parts));
      settingsSchema.refresh();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => inBackground(log, followSettings(parts))),
    choices.keys.onDidChange(() => controller.refresh()),
    choices.languageModels.onDidChange(() => inBackground(log, upkeep.followLanguageModels())),
    lookAroundAtTimes(parts),
  );
}

async function followSettings({ controller, relayCommands, upkeep }: Parts): Promise<void> {
  await relayCommands.tellTrouble(await controller.refresh());
  await upkeep.checkSettings();
}

/** Only the window that serves looks for local servers on its own. */
function lookAroundAtTimes(parts: Parts): vscode.Disposable {
  const timer = setInterval(() => {
    if (parts.controller.served !== undefined) inBackground(parts.log, parts.upkeep.lookAround());
    if (parts.today.sum !== undefined) parts.today.ask();
  }, LOOK_AROUND_MS);
  return { dispose: () => clearInterval(timer) };
}

/** Records, for the uninstall script, the locations that VS Code does not tell it. */
async function rememberHere({ context, choices }: Parts): Promise<void> {
  const { codexHome } = await loadCodexFiles();
  await rememberInstallation(installationFile(context.extensionPath, process.env), {
    codexHome: codexHome(process.env),
    storage: context.globalStorageUri.fsPath,
    tokenHash: hashOf(await choices.keys.token()),
  });
}

/** Checks whether Codex is set up for the relay and up to date. */
async function checkCodex(codexCommands: CodexConfigCommands): Promise<void> {
  await codexCommands.showSetup();
  await codexCommands.offerUpdate();
}
