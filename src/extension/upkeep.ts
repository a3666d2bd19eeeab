/** What goes on beside the requests: local servers are looked for, targets shown, settings checked. */
import type { RelayController } from './relay/controller.ts';
import type { TargetBoard } from './relay/target-board.ts';
import type { SettingNotices } from './ui/setting-notices.ts';
import type { UserChoices } from './user-choices.ts';

export interface UpkeepParts {
  choices: UserChoices;
  controller: RelayController;
  board: TargetBoard;
  settingNotices: SettingNotices;
}

export class Upkeep {
  readonly #parts: UpkeepParts;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Looks for local servers, serves those that are new, and brings their lists up to date. */
  async lookAround(): Promise<void> {
    const { choices, controller } = this.#parts;
    const isNew = await choices.localServers.probe(choices.providers);
    if (isNew) await controller.refresh();
    await controller.served?.learnModels([...choices.localServers.answering]);
    await this.checkSettings();
  }

  /** Tells what the settings name and the relay of this window does without. */
  async checkSettings(): Promise<void> {
    const { controller, settingNotices } = this.#parts;
    await settingNotices.tell(controller.plan?.unusable ?? []);
  }

  /** Shows what this window serves, else what another one does. */
  async drawTargets(): Promise<void> {
    const { controller, board } = this.#parts;
    if (controller.served) board.put(await controller.served.targets());
    else if (controller.state.kind === 'attached') await board.reload();
    else board.clear();
  }
}
