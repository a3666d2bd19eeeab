/** Builds the parts of a window from each other. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { askBack } from './caretaker/ask-back.ts';
import { createWhenClosed } from './caretaker/create-when-closed.ts';
import { givenBackFile } from './caretaker/given-back-file.ts';
import { PortNote } from './caretaker/port-note.ts';
import { CatalogKeeper } from './codex/catalog-keeper.ts';
import { CatalogSource } from './codex/catalog-source.ts';
import { CodexConfigCommands } from './codex/config-commands.ts';
import { ListMemory } from './codex/list-memory.ts';
import { loadCodexFiles } from './codex/load-codex-files.ts';
import { drawStatus } from './draw-status.ts';
import { inBackground } from './in-background.ts';
import { KeyStore } from './key-store.ts';
import type { LanguageModels } from './language-models/language-model.ts';
import { OfferedModels } from './language-models/offered-models.ts';
import { withLanguageModels } from './language-models/transport.ts';
import { RelayController } from './relay/controller.ts';
import { sendAsVsCode } from './relay/host-calls.ts';
import { RelayLauncher } from './relay/launcher.ts';
import { LocalServers } from './relay/local-servers.ts';
import { networkSettings } from './relay/network-settings.ts';
import { describePortHolder, probePort } from './relay/port-owner.ts';
import type { RelayListener } from './relay/relay-thread.ts';
import { RequestLog } from './relay/request-log.ts';
import { RequestReporter } from './relay/request-reporter.ts';
import { TargetBoard } from './relay/target-board.ts';
import { Today } from './relay/today.ts';
import { WindowSignals } from './relay/window-signals.ts';
import { BudgetNotices } from './ui/budget-notices.ts';
import { tellCatalogChanged } from './ui/catalog-notice.ts';
import { Cures } from './ui/cures.ts';
import { Doctor } from './ui/doctor.ts';
import { FailureNotices } from './ui/failure-notices.ts';
import { ProviderCommands } from './ui/provider-commands.ts';
import { Recents } from './ui/recents.ts';
import { RelayCommands } from './ui/relay-commands.ts';
import { RequestsView } from './ui/requests-view.ts';
import { SettingNotices } from './ui/setting-notices.ts';
import { SettingsSchema } from './ui/settings-schema.ts';
import { StatusBar } from './ui/status-bar.ts';
import { TargetsView } from './ui/targets-view.ts';
import { Upkeep } from './upkeep.ts';
import { UsagePage } from './usage-page/page.ts';
import { UserChoices } from './user-choices.ts';

export type Parts = ReturnType<typeof buildParts>;

/** Gives each part the parts that it needs; nothing starts yet. Larger parts are put together in functions below. */
export function buildParts(context: vscode.ExtensionContext) {
  const log = vscode.window.createOutputChannel('Codex Relay', { log: true });
  const shared = context.globalStorageUri.fsPath;
  const signals = new WindowSignals(shared, log);
  const requests = new RequestLog(join(shared, 'requests.json'));
  const reporter = new RequestReporter(requests, signals, log);
  const board = new TargetBoard(join(shared, 'targets.json'), signals, log);
  const note = new PortNote(shared);
  const languageModels = new OfferedModels(context);
  const choices = new UserChoices({
    context,
    keys: new KeyStore(context.secrets),
    localServers: new LocalServers(context.globalState),
    languageModels,
    log,
  });
  const launcher = createLauncher(context, shared, languageModels, log);
  const budgetNotices = new BudgetNotices(context.globalState, (id) => choices.nameOf(id));
  const controller = createController(
    { choices, launcher, signals, note, log },
    {
      onRequest: (report) => reporter.put(report),
      onModels: () => catalog.refresh(),
      onBudget: (notice) => inBackground(log, budgetNotices.tell(notice)),
    },
  );
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
  const providerCommands = new ProviderCommands({
    choices,
    controller,
    launcher,
    signals,
    recents: new Recents(context.globalState),
  });
  const source = new CatalogSource(controller, launcher, new ListMemory(join(shared, 'lists.json')));
  const codexCommands = new CodexConfigCommands(choices, providerCommands, source, {
    memory: givenBackFile(shared),
    tellWritten: () => void whenClosed.look(),
  });
  const catalog = createCatalogKeeper({ choices, source, codexCommands, memory: context.globalState, log });
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
    drawStatus: () => drawStatus(parts),
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
  const parts = {
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
  return parts;
}

function createLauncher(
  { extensionPath }: vscode.ExtensionContext,
  shared: string,
  languageModels: LanguageModels,
  log: vscode.LogOutputChannel,
): RelayLauncher {
  return new RelayLauncher({
    program: join(extensionPath, 'dist', 'relay.cjs'),
    logger: log,
    network: () =>
      networkSettings((name) => vscode.workspace.getConfiguration('http').get(name), process.env),
    transport: withLanguageModels(sendAsVsCode, languageModels, log),
    bindingsFile: join(shared, 'bindings.json'),
    usageFolder: join(shared, 'usage'),
  });
}

interface ControlledParts {
  choices: UserChoices;
  launcher: RelayLauncher;
  signals: WindowSignals;
  note: PortNote;
  log: vscode.LogOutputChannel;
}

/** @param listener is told what happens in each relay that the controller launches */
function createController(
  { choices, launcher, signals, note, log }: ControlledParts,
  listener: Omit<RelayListener, 'onDeath'>,
): RelayController {
  const controller = new RelayController({
    plan: () => choices.plan(),
    launch: (plan) =>
      launcher.launch(plan, {
        ...listener,
        onDeath: (error) => {
          log.error(`The relay broke down and is started again: ${messageOf(error)}`);
          inBackground(log, controller.restart());
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
  return controller;
}

interface CataloguedParts {
  choices: UserChoices;
  source: CatalogSource;
  codexCommands: CodexConfigCommands;
  memory: vscode.Memento;
  log: vscode.LogOutputChannel;
}

function createCatalogKeeper(parts: CataloguedParts): CatalogKeeper {
  const { choices, source, codexCommands, memory, log } = parts;
  return new CatalogKeeper({
    home: async () => (await loadCodexFiles()).codexHome(process.env),
    server: async () => ({ port: choices.settings.port, token: await choices.keys.token() }),
    upstreams: () => source.served(),
    isAsking: () => codexCommands.isAsking,
    tell: () => inBackground(log, tellCatalogChanged(memory)),
    fail: (error) => log.error(messageOf(error)),
    later: (ms, callback) => void setTimeout(callback, ms),
  });
}
