/** Entry of the VS Code extension: builds the parts, connects them, registers the commands, starts the relay. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { apiOf, type CodexRelayApi } from './api.ts';
import { CodexConfigCommands } from './codex/config-commands.ts';
import { KeyStore } from './key-store.ts';
import { RelayController, type RelayState } from './relay/controller.ts';
import { launchRelay } from './relay/launcher.ts';
import { describePortHolder, probePort } from './relay/port-owner.ts';
import { RequestLog } from './relay/request-log.ts';
import { RequestReporter } from './relay/request-reporter.ts';
import { offerTokenToTerminals } from './relay/terminal-token.ts';
import { type Signal, WindowSignals } from './relay/window-signals.ts';
import { contextKeys } from './ui/context-keys.ts';
import { Cures } from './ui/cures.ts';
import { FailureNotices } from './ui/failure-notices.ts';
import { openWalkthroughOnce } from './ui/first-run.ts';
import { tellNextStep } from './ui/next-step.ts';
import { ProviderCommands } from './ui/provider-commands.ts';
import { Recents } from './ui/recents.ts';
import { RelayCommands } from './ui/relay-commands.ts';
import { RequestsView, VIEW_ID } from './ui/requests-view.ts';
import { SettingsHelp } from './ui/settings-help.ts';
import { StateLog } from './ui/state-log.ts';
import { StatusBar } from './ui/status-bar.ts';
import { longestWait, standingFailure } from './ui/trouble.ts';
import { UserChoices } from './user-choices.ts';

export type Parts = ReturnType<typeof buildParts>;

/** The parts of this window, once activated: for `deactivate`, and for the tests inside the extension host. */
export let parts: Parts | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<CodexRelayApi> {
  parts = buildParts(context);
  connectParts(parts);
  registerCommands(parts);
  const api = apiOf(parts.controller);
  setContext(parts.controller.state);
  drawStatus(parts);
  inBackground(parts.log, startAsWanted(parts));
  inBackground(parts.log, parts.settingsHelp.check());
  inBackground(parts.log, openWalkthroughOnce(context, parts.choices.settings.provider === ''));
  return api;
}

export async function deactivate(): Promise<void> {
  if (!parts) return;
  const { controller, reporter, signals, log } = parts;
  const served = controller.served !== undefined;
  await controller.stop();
  await reporter.flush();
  if (served) await signals.send('owner-left');
  log.dispose();
}

/** Each part is given those that it needs; nothing happens yet. */
function buildParts(context: vscode.ExtensionContext) {
  const log = vscode.window.createOutputChannel('Codex Relay', { log: true });
  const shared = context.globalStorageUri.fsPath;
  const signals = new WindowSignals(shared, log);
  const requests = new RequestLog(join(shared, 'requests.json'));
  const reporter = new RequestReporter(requests, signals, log);
  const choices = new UserChoices(context, new KeyStore(context.secrets));
  const controller = new RelayController({
    plan: () => choices.plan(),
    launch: (plan) => launchRelay(plan, log, (report) => reporter.put(report)),
    probe: probePort,
    describeHolder: describePortHolder,
    later: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
  const view = new RequestsView(requests, choices);
  const statusBar = new StatusBar();
  const providerCommands = new ProviderCommands(
    choices,
    controller,
    signals,
    new Recents(context.globalState),
  );
  const codexCommands = new CodexConfigCommands(choices, providerCommands);
  const extensionVersion = (context.extension.packageJSON as { version: string }).version;
  const relayCommands = new RelayCommands({
    choices,
    controller,
    requests,
    signals,
    log,
    providerCommands,
    codexCommands,
    extensionVersion,
  });
  const cures = new Cures({
    choices,
    controller,
    providerCommands,
    relayCommands,
    codexCommands,
    extensionVersion,
  });
  const notices = new FailureNotices(choices, view, cures, () => relayCommands.tryNow());
  const settingsHelp = new SettingsHelp(choices, log);
  context.subscriptions.push(signals, view, statusBar, codexCommands, settingsHelp);
  return {
    context,
    log,
    signals,
    requests,
    reporter,
    choices,
    controller,
    view,
    statusBar,
    providerCommands,
    codexCommands,
    relayCommands,
    cures,
    notices,
    settingsHelp,
  };
}

/** Decides which part hears of which event. */
function connectParts(parts: Parts): void {
  const { context, log, signals, requests, choices, controller } = parts;
  const { codexCommands, notices, providerCommands, settingsHelp } = parts;
  const stateLog = new StateLog(log);

  controller.on('state', (state) => {
    stateLog.write(state);
    setContext(state);
    drawStatus(parts);
    if (state.kind === 'running' || state.kind === 'attached')
      inBackground(log, offerTokenToTerminals(context, choices.keys));
  });
  controller.on('launched', () => {
    requests.abandonRunning();
    void signals.send('owner-came');
  });
  controller.once('launched', () => inBackground(log, checkCodex(codexCommands)));
  requests.on('change', () => drawStatus(parts));
  requests.on('report', (report) => inBackground(log, notices.tell(report)));
  providerCommands.on('chosen', (provider, model) =>
    inBackground(log, tellNextStep(provider, model, codexCommands)),
  );
  signals.on('signal', (signal) => inBackground(log, obey(signal, parts)));

  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('codexRelay')) return;
      inBackground(log, followSettings(parts));
      inBackground(log, settingsHelp.check());
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => controller.refresh()),
    choices.keys.onDidChange(() => controller.refresh()),
  );
}

function registerCommands(parts: Parts): void {
  const { context, log, relayCommands, providerCommands, codexCommands, view, cures } = parts;
  const command = (name: string, run: (...given: unknown[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(`codexRelay.${name}`, run));

  command('start', () => relayCommands.start());
  command('stop', () => relayCommands.stop());
  command('restart', () => relayCommands.restart());
  command('selectProvider', (id) => providerCommands.selectProvider(id));
  command('selectModel', () => providerCommands.selectModel());
  command('setApiKey', () => providerCommands.setKey());
  command('removeApiKey', () => providerCommands.removeKey());
  command('addCustomProvider', () => providerCommands.addCustomProvider());
  command('removeCustomProvider', () => providerCommands.removeCustomProvider());
  command('generateCodexConfig', () => codexCommands.generate());
  command('removeCodexConfig', () => codexCommands.remove());
  command('openCodexInTerminal', () => codexCommands.openTerminal());
  command('testConnection', () => relayCommands.testConnection());
  command('showLog', () => log.show());
  command('showRequests', () => vscode.commands.executeCommand(`${VIEW_ID}.focus`));
  command('showRequest', (request) => view.openRequest(request));
  command('clearHistory', () => relayCommands.clearHistory());
  command('copyDebugInfo', () => relayCommands.copyDebugInfo());
  command('copyError', (request) => view.copyError(request));
  command('copyBugReport', (request) => cures.copyBugReport(view.reportOf(request)));
  command('tryNow', () => relayCommands.tryNow());
  command('useAnotherPort', () => relayCommands.useAnotherPort());
}

async function startAsWanted({ choices, controller, relayCommands }: Parts): Promise<void> {
  if (choices.settings.autoStart) await relayCommands.tellTrouble(await controller.start());
  else await controller.refresh();
}

async function followSettings({ controller, relayCommands }: Parts): Promise<void> {
  await relayCommands.tellTrouble(await controller.refresh());
}

function drawStatus({ choices, controller, requests, statusBar, view }: Parts): void {
  const { provider } = choices;
  const model = provider && choices.modelOf(provider);
  const { reports, counts } = requests;
  view.showState(controller.state);
  statusBar.show(controller.state, {
    model,
    counts,
    since: reports.at(-1)?.startedAt,
    failure: provider && standingFailure(reports, provider),
    wait: longestWait(reports, Date.now()),
  });
}

function setContext(state: RelayState): void {
  for (const [name, value] of Object.entries(contextKeys(state)))
    void vscode.commands.executeCommand('setContext', name, value);
}

/** Does what another window asks for, or follows what it tells. */
async function obey(signal: Signal, { controller, requests }: Parts): Promise<void> {
  switch (signal) {
    case 'start':
      await controller.start();
      break;
    case 'stop':
      await controller.stop();
      break;
    case 'keys':
    case 'owner-left':
      await controller.refresh();
      break;
    case 'owner-came':
      if (controller.state.kind === 'needs-key') await controller.refresh();
      break;
    case 'clear-history':
      await controller.served?.clearHistory();
      requests.reload();
      break;
    case 'requests':
      requests.reload();
      break;
    case 'try-now':
      controller.served?.resetTargets();
      break;
  }
}

/** Once per window: looks whether Codex is set up for the relay, and up to date. */
async function checkCodex(codexCommands: CodexConfigCommands): Promise<void> {
  await codexCommands.showSetup();
  await codexCommands.offerUpdate();
}

/** For work that nobody waits for: its failure is a line in the log. */
function inBackground(log: vscode.LogOutputChannel, work: Promise<void>): void {
  work.catch((error: unknown) => log.error(messageOf(error)));
}
