/** A schema for our settings in settings.json, because the manifest knows nothing of the user's own providers. */
import * as vscode from 'vscode';
import { PRESETS } from '../../providers/index.ts';
import { settingsSchema } from '../settings-problems.ts';
import type { UserChoices } from '../user-choices.ts';

/** The manifest names this schema for settings.json; VS Code's JSON support reads it from here. */
const SCHEMA = vscode.Uri.parse('codex-relay-schema://settings/settings.json');

export class SettingsSchema implements vscode.TextDocumentContentProvider {
  readonly #choices: UserChoices;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEMA.scheme, this);

  constructor(choices: UserChoices) {
    this.#choices = choices;
  }

  provideTextDocumentContent(): string {
    return JSON.stringify(settingsSchema(PRESETS, this.#choices.settings.customProviders));
  }

  /** To be called when the settings have changed. */
  refresh(): void {
    this.#changed.fire(SCHEMA);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
