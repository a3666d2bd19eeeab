/** Helps with settings.json: marks typos where they stand, and tells those that leave somebody without a provider. */
import * as vscode from 'vscode';
import { PRESETS } from '../../providers/index.ts';
import { type SettingsProblem, settingsProblems, settingsSchema } from '../settings-problems.ts';
import type { UserChoices } from '../user-choices.ts';

/** The manifest names this schema for settings.json; VS Code's JSON support reads it from here. */
const SCHEMA = vscode.Uri.parse('codex-relay-schema://settings/settings.json');

const MOST_MESSAGES = 2;

export class SettingsHelp implements vscode.TextDocumentContentProvider {
  readonly #choices: UserChoices;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEMA.scheme, this);
  /** A problem is told once, until the settings are without it. */
  #told: readonly string[] = [];

  constructor(choices: UserChoices, log: vscode.LogOutputChannel) {
    this.#choices = choices;
    this.#log = log;
  }

  provideTextDocumentContent(): string {
    return JSON.stringify(settingsSchema(PRESETS, this.#choices.settings.customProviders));
  }

  /** Looks at the settings as they are now. */
  async check(): Promise<void> {
    this.#changed.fire(SCHEMA);
    const configuration = vscode.workspace.getConfiguration('codexRelay');
    const problems = settingsProblems((name) => configuration.get(name), PRESETS);
    const before = this.#told;
    this.#told = problems.map(sentence);
    const news = problems.filter((problem) => !before.includes(sentence(problem)));
    for (const problem of news) this.#log.warn(sentence(problem));
    await Promise.all(news.slice(0, MOST_MESSAGES).map((problem) => this.#tell(problem)));
  }

  async #tell(problem: SettingsProblem): Promise<void> {
    const { code, meant } = problem;
    const canUse = code === 'unknownProvider' && meant !== undefined;
    const use = vscode.l10n.t('Use "{0}"', meant ?? '');
    const open = vscode.l10n.t('Open Settings');
    const answer = await vscode.window.showWarningMessage(sentence(problem), ...(canUse ? [use] : []), open);
    if (answer === use && meant !== undefined) await this.#choices.chooseProvider(meant);
    if (answer === open)
      await vscode.commands.executeCommand(
        'workbench.action.openSettings',
        problem.place.replace(/\[.*/, ''),
      );
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function sentence({ code, place, value, meant }: SettingsProblem): string {
  const guess = meant === undefined ? '' : ` ${vscode.l10n.t('Did you mean "{0}"?', meant)}`;
  switch (code) {
    case 'unknownProvider':
      return vscode.l10n.t('{0}: there is no provider "{1}".', place, value) + guess;
    case 'unknownDialect':
      return (
        vscode.l10n.t('{0}: there is no dialect "{1}"; plain Chat Completions is spoken.', place, value) +
        guess
      );
    case 'badId':
      return vscode.l10n.t(
        '{0}: "{1}" cannot be an id; use lower-case letters, digits and dashes. The provider is left out.',
        place,
        value,
      );
    case 'takenId':
      return vscode.l10n.t('{0}: another provider has the id "{1}". Choose a different one.', place, value);
    case 'badAddress':
      return vscode.l10n.t(
        '{0}: "{1}" is not an http or https address. The provider is left out.',
        place,
        value,
      );
    case 'badFields':
      return vscode.l10n.t(
        '{0}: this must be an object of request fields, such as { "top_k": 20 }. It is left out.',
        place,
      );
    case 'badFieldNames':
      return vscode.l10n.t('{0}: {1} is no name of a request field. It is left out.', place, value);
    case 'requiredField':
      return vscode.l10n.t(
        '{0}: the relay itself sets "{1}", and no request works without it. It is left out.',
        place,
        value,
      );
    case 'badSwitch':
      return vscode.l10n.t('{0}: this must be true or false; {1} counts as true.', place, value);
  }
}
