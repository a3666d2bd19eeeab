/** Messages about settings: what is wrong with them, all of it in one message, and where images go. */
import * as vscode from 'vscode';
import type { UserChoices } from '../user-choices.ts';
import { asMessage } from './quoted.ts';
import type { ToldProblem } from './setting-problem-words.ts';

/** What was told last; survives restarts. */
const IMAGES_GO_TO = 'imagesGoTo';

/** What does not fit into a message goes to the log. */
const MOST_SENTENCES = 3;

export class SettingNotices {
  readonly #choices: UserChoices;
  readonly #log: vscode.LogOutputChannel;
  readonly #memory: vscode.Memento;
  /** What the user already knows. */
  #told: readonly ToldProblem[] = [];

  constructor(choices: UserChoices, log: vscode.LogOutputChannel, memory: vscode.Memento) {
    this.#choices = choices;
    this.#log = log;
    this.#memory = memory;
  }

  /**
   * Tells the user where images are sent, once for each change; the relay's log says it, too.
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

  /** Tells the new problems among all current ones. A problem is told once, until the settings are free of it. */
  async tell(problems: readonly ToldProblem[]): Promise<void> {
    const isKnown = ({ words }: ToldProblem) => this.#told.some((one) => one.words === words);
    const news = problems.filter((problem) => !isKnown(problem));
    const kept = this.#told.filter(({ comesAndGoes }) => comesAndGoes);
    this.#told = [...kept, ...problems];
    for (const { words } of news) this.#log.warn(words);
    const [first] = news;
    if (first === undefined) return;
    const meant = news.find(({ provider }) => provider !== undefined)?.provider;
    const use = vscode.l10n.t('Use "{0}"', meant ?? '');
    const open = vscode.l10n.t('Open Settings');
    const words = news.slice(0, MOST_SENTENCES).map((problem) => problem.words);
    const message = asMessage(words.join(' '));
    const actions = [...(meant === undefined ? [] : [use]), open];
    const answer = await vscode.window.showWarningMessage(message, ...actions);
    if (answer === use && meant !== undefined) await this.#choices.chooseProvider(meant);
    if (answer === open) await vscode.commands.executeCommand('workbench.action.openSettings', first.setting);
  }
}
