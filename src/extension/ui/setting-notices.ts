/** Messages about what settings name: what the relay does without, and where images go. */
import * as vscode from 'vscode';
import type { UnusableName } from '../stand-ins.ts';

/** What was told last, over restarts. */
const IMAGES_GO_TO = 'imagesGoTo';

export class SettingNotices {
  readonly #log: vscode.LogOutputChannel;
  readonly #memory: vscode.Memento;
  /** What the user knows of: each is told once. */
  readonly #told = new Set<string>();

  constructor(log: vscode.LogOutputChannel, memory: vscode.Memento) {
    this.#log = log;
    this.#memory = memory;
  }

  /**
   * Tells where images are sent, once whenever that changes; the relay's own log says it too.
   * @param visionModel `provider/model`; undefined where no image is described
   */
  async tellWhereImagesGo(visionModel: string | undefined, provider: string): Promise<void> {
    if (this.#memory.get(IMAGES_GO_TO) === visionModel) return;
    await this.#memory.update(IMAGES_GO_TO, visionModel);
    if (visionModel === undefined) return;
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Images for models that cannot see are now sent to {0}, where {1} describes them.',
        provider,
        visionModel.slice(visionModel.indexOf('/') + 1),
      ),
    );
  }

  /** Tells what is new among them, in one message. */
  async tell(unusable: readonly UnusableName[]): Promise<void> {
    const words = unusable.map(wordsOf).filter((text) => !this.#told.has(text));
    const [first] = unusable;
    if (words.length === 0 || first === undefined) return;
    for (const text of words) {
      this.#told.add(text);
      this.#log.warn(text);
    }
    const open = vscode.l10n.t('Open Settings');
    if ((await vscode.window.showWarningMessage(words.join(' '), open)) !== open) return;
    const [name] = first.setting.split('.');
    await vscode.commands.executeCommand('workbench.action.openSettings', `codexRelay.${name}`);
  }
}

function wordsOf({ setting, value, reason }: UnusableName): string {
  const name = `codexRelay.${setting}`;
  switch (reason) {
    case 'unknown-role':
      return vscode.l10n.t(
        '{0}: "{1}" is no role and is left out. Roles are title, review, guardian, compaction and subagent.',
        name,
        value,
      );
    case 'no-model':
      return vscode.l10n.t('{0}: "{1}" is left out. Write it as provider/model.', name, value);
    case 'unknown-provider':
      return vscode.l10n.t('{0}: "{1}" is left out, because there is no such provider.', name, value);
    case 'no-budget':
      return vscode.l10n.t(
        '{0}: {1} is left out. Write an amount in USD for day, month, or one provider, as in "deepseek.day": 5.',
        name,
        value,
      );
    case 'not-recorded':
      return vscode.l10n.t(
        '{0}: while codexRelay.usage is off, what is spent is forgotten when the relay stops.',
        name,
      );
    case 'not-served':
      return vscode.l10n.t(
        '{0}: "{1}" is left out until its provider has an API key, or its server runs.',
        name,
        value,
      );
  }
}
