/** Entry of the VS Code extension: builds the parts, connects them, registers the commands, starts the relay. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { apiOf, type CodexRelayApi } from './api.ts';
import { askBack } from './caretaker/ask-back.ts';
import { memoryOf } from './caretaker/memory.ts';
import { PortNote } from './caretaker/port-note.ts';
import { createWhenClosed } from './caretaker/vscode-parts.ts';
import { CatalogKeeper } from './codex/catalog-keeper.ts';
import { CatalogSource } from './codex/catalog-source.ts';
import { CodexConfigCommands } from './codex/config-commands.ts';
import { ListMemory } from './codex/list-memory.ts';
import { loadCodexFiles } from './codex/load-codex-files.ts';
import { registerCommands } from './commands.ts';
import { inBackground } from './in-background.ts';
import { hashOf, installationFile, rememberInstallation } from './installation.ts';
import { KeyStore } from './key-store.ts';
import { OfferedModels } from './language-models/offered-models.ts';
import { withLanguageModels } from './language-models/transport.ts';
import { obey } from './obey.ts';
import { RelayController, type RelayState } from './relay/controller.ts';
import { sendAsVsCode } from './relay/host-calls.ts';
import { RelayLauncher } from './relay/launcher.ts';
import { LocalServers } from './relay/local-servers.ts';
import { networkSettings } from './relay/network-settings.ts';
import { describePortHolder, probePort } from './relay/port-owner.ts';
import { RequestLog } from './relay/request-log.ts';
import { RequestReporter } from './relay/request-reporter.ts';
import { TargetBoard } from './relay/target-board.ts';
import { offerTokenToTerminals } from './relay/terminal-token.ts';
import { Today } from './relay/today.ts';
import { WindowSignals } from './relay/window-signals.ts';
import { BudgetNotices } from './ui/budget-notices.ts';
import { tellCatalogChanged } from './ui/catalog-notice.ts';
import { contextKeys } from './ui/context-keys.ts';
import { Cures } from './ui/cures.ts';
import { Doctor } from './ui/doctor.ts';
import { FailureNotices } from './ui/failure-notices.ts';
import { openWalkthroughOnce } from './ui/first-run.ts';
import { NextStep } from './ui/next-step.ts';
import { ProviderCommands } from './ui/provider-commands.ts';
import { Recents } from './ui/recents.ts';
import { RelayCommands } from './ui/relay-commands.ts';
import { RequestsView } from './ui/requests-view.ts';
import { runningNow } from './ui/running-now.ts';
import { SettingNotices } from './ui/setting-notices.ts';
import { SettingsSchema } from './ui/settings-schema.ts';
import { StateLog } from './ui/state-log.ts';
import { StatusBar } from './ui/status-bar.ts';
import { TargetsView } from './ui/targets-view.ts';
import { longestWait, standingFailure } from './ui/trouble.ts';
import { Upkeep } from './upkeep.ts';
import { UsagePage } from './usage-page/page.ts';
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
  inBackground(parts.log, parts.upkeep.lookForLanguageModels());
  inBackground(parts.log, openWalkthroughOnce(context, parts.choices.settings.provider === ''));
  return api;
}

export async function deactivate(): Promise<void> {
  if (!parts) return;
  const { controller, reporter, board, signals, log, whenClosed } = parts;
  const served = controller.served !== undefined;
  // VS Code gives all of this five seconds, and nothing at all when it crashes: what must be done is the caretaker's.
  await whenClosed.leave();
  await controller.stop();
  await Promise.all([reporter.flush(), board.flush()]);
  if (served) await signals.send('owner-left');
  log.dispose();
}

/** How often local servers are looked for, and asked for their models. */
const LOOK_AROUND_MS = 180_000;

/** Each part is given those that it needs; nothing happens yet. */
function buildParts(context: vscode.ExtensionContext) {
  const log = vscode.window.createOutputChannel('Codex Relay', { log: true });
  const shared = context.globalStorageUri.fsPath;
  const signals = new WindowSignals(shared, log);
  const requests = new RequestLog(join(shared, 'requests.json'));
  const reporter = new RequestReporter(requests, signals, log);
  const board = new TargetBoard(join(shared, 'targets.json'), signals, log);
  const note = new PortNote(shared);
  const localServers = new LocalServers(context.globalState);
  const languageModels = new OfferedModels(context);
  const choices = new UserChoices(context, new KeyStore(context.secrets), localServers, languageModels, log);
  const launcher = new RelayLauncher({
    program: join(context.extensionPath, 'dist', 'relay.cjs'),
    logger: log,
    network: () =>
      networkSettings((name) => vscode.workspace.getConfiguration('http').get(name), process.env),
    transport: withLanguageModels(sendAsVsCode, languageModels, log),
    bindingsFile: join(shared, 'bindings.json'),
    usageFolder: join(shared, 'usage'),
  });
  const budgetNotices = new BudgetNotices(context.globalState, (id) => choices.nameOf(id));
  const controller = new RelayController({
    plan: () => choices.plan(),
    launch: (plan) =>
      launcher.launch(plan, {
        onRequest: (report) => reporter.put(report),
        onModels: () => catalog.refresh(),
        onBudget: (notice) => inBackground(log, budgetNotices.tell(notice)),
        onDeath: (error) => {
          log.error(`The relay broke down and is started again: ${messageOf(error)}`);
          inBackground(log, restart(controller));
        },
      }),
    probe: probePort,
    describeHolder: describePortHolder,
    isHeldForUs: () => note.isThere,
    askBack: (port, token) =>
      askBack({ note, send: () => signals.send('hand-back'), probe: () => probePort(port, token) }),
    later: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
  const today = new Today(launcher, log);
  const usagePage = new UsagePage({
    choices,
    launcher,
    dist: vscode.Uri.joinPath(context.extensionUri, 'dist'),
    log,
  });
  const whenClosed = createWhenClosed(context, choices, log);
  const view = new RequestsView(requests, choices);
  const statusBar = new StatusBar();
  const providerCommands = new ProviderCommands(
    choices,
    controller,
    launcher,
    signals,
    new Recents(context.globalState),
  );
  const source = new CatalogSource(controller, launcher, new ListMemory(join(shared, 'lists.json')));
  const codexCommands = new CodexConfigCommands(choices, providerCommands, source, {
    memory: memoryOf(shared),
    tellWritten: () => void whenClosed.look(),
  });
  const catalog = new CatalogKeeper({
    home: async () => (await loadCodexFiles()).codexHome(process.env),
    server: async () => ({ port: choices.settings.port, token: await choices.keys.token() }),
    upstreams: () => source.served(),
    isAsking: () => codexCommands.isAsking,
    tell: () => inBackground(log, tellCatalogChanged(context.globalState)),
    fail: (error) => log.error(messageOf(error)),
    later: (ms, callback) => void setTimeout(callback, ms),
  });
  const extensionVersion = (context.extension.packageJSON as { version: string }).version;
  const relayCommands = new RelayCommands({
    choices,
    controller,
    launcher,
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
  const settingsSchema = new SettingsSchema(choices);
  const doctor = new Doctor(choices);
  const targetsView = new TargetsView(board);
  const settingNotices = new SettingNotices(choices, log, context.globalState);
  const upkeep = new Upkeep({
    choices,
    controller,
    board,
    settingNotices,
    drawStatus: () => parts && drawStatus(parts),
  });
  context.subscriptions.push(
    signals,
    view,
    targetsView,
    statusBar,
    codexCommands,
    settingsSchema,
    doctor,
    languageModels,
    usagePage,
    today,
  );
  return {
    context,
    log,
    signals,
    requests,
    reporter,
    board,
    catalog,
    choices,
    controller,
    launcher,
    view,
    statusBar,
    providerCommands,
    codexCommands,
    relayCommands,
    cures,
    notices,
    settingsSchema,
    doctor,
    upkeep,
    targetsView,
    usagePage,
    today,
    whenClosed,
    note,
  };
}

/** Decides which part hears of which event. */
function connectParts(parts: Parts): void {
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
    // Whoever has the port is no caretaker: one that was killed has left its note.
    inBackground(log, parts.note.remove());
    inBackground(log, rememberHere(parts));
    requests.abandonRunning();
    void signals.send('owner-came');
    // The choice may be another than when Codex's catalog was written.
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

async function startAsWanted({ choices, controller, relayCommands, upkeep }: Parts): Promise<void> {
  const state = await (choices.settings.autoStart ? controller.start() : controller.refresh());
  // A window that serves looks at its settings once it has looked for local servers.
  const isLooking = controller.served !== undefined;
  await Promise.all([relayCommands.tellTrouble(state), isLooking ? undefined : upkeep.checkSettings()]);
}

async function followSettings({ controller, relayCommands, upkeep }: Parts): Promise<void> {
  await relayCommands.tellTrouble(await controller.refresh());
  await upkeep.checkSettings();
}

/** Only the window that serves looks around by itself. */
function lookAroundAtTimes(parts: Parts): vscode.Disposable {
  const timer = setInterval(() => {
    if (parts.controller.served !== undefined) inBackground(parts.log, parts.upkeep.lookAround());
    if (parts.today.sum !== undefined) parts.today.ask();
  }, LOOK_AROUND_MS);
  return { dispose: () => clearInterval(timer) };
}

function drawStatus({ choices, controller, requests, statusBar, view, today }: Parts): void {
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
    today: today.sum,
    running: runningNow(reports),
    here: choices.here,
  });
}

function setContext(state: RelayState): void {
  for (const [name, value] of Object.entries(contextKeys(state)))
    void vscode.commands.executeCommand('setContext', name, value);
}

/** A thread that broke down took its relay with it; what it had been told, it is told again. */
async function restart(controller: RelayController): Promise<void> {
  await controller.restart();
}

/** For the uninstall script: where things are that VS Code does not tell it. */
async function rememberHere({ context, choices }: Parts): Promise<void> {
  const { codexHome } = await loadCodexFiles();
  await rememberInstallation(installationFile(context.extensionPath, process.env), {
    codexHome: codexHome(process.env),
    storage: context.globalStorageUri.fsPath,
    tokenHash: hashOf(await choices.keys.token()),
  });
}

/** Looks whether Codex is set up for the relay, and up to date. */
async function checkCodex(codexCommands: CodexConfigCommands): Promise<void> {
  await codexCommands.showSetup();
  await codexCommands.offerUpdate();
}
