/** Entry of the VS Code extension: joins the parts, and returns the API for other extensions. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import type { CodexRelayApi, RelayStatus } from './api.ts';
import { CodexConfigCommands } from './codex/config-commands.ts';
import { KeyStore } from './key-store.ts';
import { RelayController, type RelayState } from './relay/controller.ts';
import { launchRelay } from './relay/launcher.ts';
import { describePortHolder, probePort } from './relay/port-owner.ts';
import { RequestLog } from './relay/request-log.ts';
import { RequestReporter } from './relay/request-reporter.ts';
import { type Signal, WindowSignals } from './relay/window-signals.ts';
import { ProviderCommands } from './ui/provider-commands.ts';
import { RelayCommands } from './ui/relay-commands.ts';
import { RequestsView, VIEW_ID } from './ui/requests-view.ts';
import { describeProblem, describeState } from './ui/state-words.ts';
import { StatusBar } from './ui/status-bar.ts';
import { UserChoices } from './user-choices.ts';

let deactivateWindow: () => Promise<void> = async () => undefined;

export async function activate(context: vscode.ExtensionContext): Promise<CodexRelayApi> {
  const log = vscode.window.createOutputChannel('Codex Relay', { log: true });
  const shared = context.globalStorageUri.fsPath;
  const choices = new UserChoices(context, new KeyStore(context.secrets));
  const signals = new WindowSignals(shared, (signal) => onSignal(signal));
  const requests = new RequestLog(join(shared, 'requests.json'));
  const view = new RequestsView(requests, choices);
  const statusBar = new StatusBar();
  const logState = stateLogger(log);
  const statusChanged = new vscode.EventEmitter<RelayStatus>();

  const draw = () => {
    const { provider } = choices;
    const model = provider && choices.modelOf(provider);
    statusBar.show(controller.state, { model, counts: requests.counts });
  };
  const reporter = new RequestReporter(requests, signals, (report) => {
    view.refresh();
    draw();
    void view.tellOutcome(report);
  });
  const controller = new RelayController({
    plan: () => choices.plan(),
    launch: async (plan) => {
      const relay = await launchRelay(plan, log, (report) => reporter.put(report));
      requests.abandonRunning();
      signals.send('owner-came');
      return relay;
    },
    probe: probePort,
    describeHolder: describePortHolder,
    later: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    onState: (state) => {
      if (state.kind === 'running' && !knowsSetup) {
        knowsSetup = true;
        void showSetup().then(() => codexCommands.offerUpdate());
      }
      if (state.kind === 'running' || state.kind === 'attached') void offerToken(context, choices.keys);
      logState(state);
      setContext(state);
      draw();
      statusChanged.fire(statusOf(state));
    },
  });

  async function onSignal(signal: Signal): Promise<void> {
    if (signal === 'start') await controller.start();
    else if (signal === 'stop') await controller.stop();
    else if (signal === 'keys' || signal === 'owner-left') await controller.refresh();
    else if (signal === 'owner-came' && controller.state.kind === 'needs-key') await controller.refresh();
    else if (signal === 'clear-history') await controller.served?.clearHistory();
    if (signal === 'requests' || signal === 'clear-history') {
      requests.reload();
      view.refresh();
      draw();
    }
  }

  const providerCommands = new ProviderCommands(choices, controller, () => signals.send('keys'));
  const relayCommands = new RelayCommands({
    choices,
    controller,
    requests,
    signals,
    log,
    extensionVersion: (context.extension.packageJSON as { version: string }).version,
    requestsChanged: () => {
      view.refresh();
      draw();
    },
  });
  const codexCommands = new CodexConfigCommands(choices, () => void showSetup());
  let knowsSetup = false;
  /** For the walkthrough: whether Codex knows the relay. */
  async function showSetup(): Promise<void> {
    try {
      const setup = await codexCommands.setup();
      await vscode.commands.executeCommand('setContext', 'codexRelay.configWritten', setup !== 'none');
    } catch (error) {
      log.warn(messageOf(error));
    }
  }
  const command = (name: string, run: (...given: unknown[]) => unknown) =>
    vscode.commands.registerCommand(`codexRelay.${name}`, run);

  context.subscriptions.push(
    command('start', () => relayCommands.start()),
    command('stop', () => relayCommands.stop()),
    command('restart', () => relayCommands.restart()),
    command('selectProvider', (id) => providerCommands.selectProvider(id)),
    command('selectModel', () => providerCommands.selectModel()),
    command('setApiKey', () => providerCommands.setKey(needingKey(controller.state))),
    command('removeApiKey', () => providerCommands.removeKey()),
    command('addCustomProvider', () => providerCommands.addCustomProvider()),
    command('removeCustomProvider', () => providerCommands.removeCustomProvider()),
    command('generateCodexConfig', () => codexCommands.generate()),
    command('removeCodexConfig', () => codexCommands.remove()),
    command('openCodexInTerminal', () => codexCommands.openTerminal()),
    command('testConnection', () => relayCommands.testConnection()),
    command('showLog', () => log.show()),
    command('showRequests', () => vscode.commands.executeCommand(`${VIEW_ID}.focus`)),
    command('showRequest', (request) => view.openRequest(request)),
    command('clearHistory', () => relayCommands.clearHistory()),
    command('copyDebugInfo', () => relayCommands.copyDebugInfo()),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('codexRelay'))
        await relayCommands.tellTrouble(await controller.refresh());
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => controller.refresh()),
    choices.keys.onDidChange(() => controller.refresh()),
    statusBar,
    view,
    signals,
    statusChanged,
    codexCommands,
  );
  deactivateWindow = async () => {
    const served = controller.served !== undefined;
    await controller.stop();
    reporter.flush();
    if (served) signals.send('owner-left');
    log.dispose();
  };

  setContext(controller.state);
  draw();
  if (choices.settings.autoStart) void controller.start().then((state) => relayCommands.tellTrouble(state));
  else void controller.refresh();
  const api = apiOf(controller, statusChanged.event);
  // The suite in the extension host cannot type into input boxes: it gets the parts behind them.
  const isTest = context.extensionMode === vscode.ExtensionMode.Test;
  return isTest
    ? Object.defineProperty(api, 'parts', { value: { context, choices, controller, requests } })
    : api;
}

export function deactivate(): Promise<void> {
  return deactivateWindow();
}

function apiOf(controller: RelayController, onDidChangeStatus: vscode.Event<RelayStatus>): CodexRelayApi {
  return {
    apiVersion: 1,
    get status() {
      return statusOf(controller.state);
    },
    onDidChangeStatus,
    start: async () => statusOf(await controller.start()),
    stop: async () => statusOf(await controller.stop()),
  };
}

function statusOf(state: RelayState): RelayStatus {
  const { provider } = state;
  return {
    state: state.kind,
    ...(provider ? { provider: { id: provider.id, name: provider.name } } : {}),
    ...('url' in state ? { url: state.url } : {}),
  };
}

/** The provider whose key is asked for without asking whose. */
function needingKey(state: RelayState) {
  return state.kind === 'needs-key' ? state.provider : undefined;
}

/** Terminals of VS Code know the relay's token: Codex and other clients there need no configuration of their own. */
async function offerToken(context: vscode.ExtensionContext, keys: KeyStore): Promise<void> {
  const { environmentVariableCollection: variables } = context;
  variables.persistent = false;
  variables.description = vscode.l10n.t('The local token that Codex Relay wants from its clients.');
  variables.replace('CODEX_RELAY_TOKEN', await keys.token());
}

/** What views, the walkthrough and key bindings may depend on. */
function setContext(state: RelayState): void {
  const set = (name: string, value: unknown) =>
    vscode.commands.executeCommand('setContext', `codexRelay.${name}`, value);
  const serves = state.kind === 'running' || state.kind === 'attached';
  set('state', state.kind === 'stopped' && !state.provider ? 'noProvider' : state.kind);
  set('running', serves);
  set('hasProvider', state.provider !== undefined);
  set('hasKey', state.provider !== undefined && state.kind !== 'needs-key');
}

/** One line per change; a refresh that changes nothing says nothing. */
function stateLogger(log: vscode.LogOutputChannel): (state: RelayState) => void {
  let last = '';
  return (state) => {
    const address = 'url' in state ? ` ${state.url}/v1` : '';
    const problem = state.kind === 'error' ? ` ${describeProblem(state.problem)}` : '';
    const line = describeState(state) + address + problem;
    if (line === last) return;
    last = line;
    if (state.kind === 'error') log.error(line);
    else log.info(line);
  };
}
