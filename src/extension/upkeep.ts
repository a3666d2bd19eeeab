/** Background upkeep: looks for local servers, shows targets, checks settings. */
import { PRESETS } from '../providers/index.ts';
import type { RelayController } from './relay/controller.ts';
import type { TargetBoard } from './relay/target-board.ts';
import { settingsProblems } from './settings-problems.ts';
import type { SettingNotices } from './ui/setting-notices.ts';
import { wordsOfTypo, wordsOfUnusable } from './ui/setting-problem-words.ts';
import { type UserChoices, userSetting } from './user-choices.ts';

export interface UpkeepParts {
  choices: UserChoices;
  controller: RelayController;
  board: TargetBoard;
  settingNotices: SettingNotices;
  drawStatus: () => void;
}

export class Upkeep {
  readonly #parts: UpkeepParts;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Looks for local servers, serves new ones, and updates their lists. */
  async lookAround(): Promise<void> {
    const { choices, controller } = this.#parts;
    const isNew = await choices.localServers.probe(choices.providers);
    if (isNew) await controller.refresh();
    await controller.served?.learnModels([...choices.localServers.answering]);
    await this.checkSettings();
  }

  /** Asks VS Code which models it offers: see `OfferedModels.onDidChange`. */
  async lookForLanguageModels(): Promise<void> {
    await this.#parts.choices.languageModels.list();
  }

  /** To be called when VS Code's models have changed: serves them, and updates their list. */
  async followLanguageModels(): Promise<void> {
    const { choices, controller } = this.#parts;
    await controller.refresh();
    const own = choices.providers.filter(({ onlyIn }) => onlyIn === 'vscode');
    await controller.served?.learnModels(own.map(({ id }) => id));
    await this.checkSettings();
  }

  /**
   * Tells what is wrong in the settings, what this window's relay cannot use, what is left out of the workspace's
   * choice, and where images are sent.
   */
  async checkSettings(): Promise<void> {
    const { choices, controller, settingNotices, drawStatus } = this.#parts;
    const ofWorkspace = await choices.readWorkspace();
    drawStatus();
    const { plan } = controller;
    const { visionModel } = plan?.routing.standIns ?? {};
    const [provider = ''] = (visionModel ?? '').split('/', 1);
    if (plan !== undefined) await settingNotices.tellWhereImagesGo(visionModel, choices.nameOf(provider));
    await settingNotices.tell([
      ...settingsProblems(userSetting, PRESETS).map(wordsOfTypo),
      ...[...(plan?.unusable ?? []), ...ofWorkspace].map(wordsOfUnusable),
    ]);
  }

  /** Shows what this window serves, or else what another one does. */
  async drawTargets(): Promise<void> {
    const { controller, board } = this.#parts;
    if (controller.served) board.put(await controller.served.targets());
    else if (controller.state.kind === 'attached') await board.reload();
    else board.clear();
  }
}
