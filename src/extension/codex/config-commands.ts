/**
 * Codex's configuration: every change is shown as a diff first, and written only when the user agrees.
 * src/codex decides what the files say, src/codex/home how they are written.
 */
import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import { messageOf } from '../../errors.ts';
import { INSTALL_COMMAND, isCodexHere, openCodex, typeInstallCommand } from '../ui/codex-terminal.ts';
import { CONFIG_WRITTEN } from '../ui/context-keys.ts';
import { type Action, offer } from '../ui/offer.ts';
import type { ProviderCommands } from '../ui/provider-commands.ts';
import { asMessage } from '../ui/quoted.ts';
import type { UserChoices } from '../user-choices.ts';
import type { CatalogSource } from './catalog-source.ts';
import { ChangesPreview } from './changes-preview.ts';
import {
  askAboutChanges,
  type Choice,
  type ChoiceItem,
  profileChoices,
  type ShownChanges,
} from './changes-question.ts';
import type { FileChange, PreparedConfig, Trap } from './codex-bundle.ts';
import { loadCodexFiles } from './load-codex-files.ts';
import { askWhenClosed, whatHappensWhenClosed } from './when-closed-question.ts';

export interface ConfigKeeping {
  /** The file that records that Codex has its own configuration back. */
  memory: string;
  /** Called when Codex's files have been written. */
  tellWritten(): void;
}

export class CodexConfigCommands {
  readonly #choices: UserChoices;
  readonly #providers: ProviderCommands;
  readonly #source: CatalogSource;
  readonly #keeping: ConfigKeeping;
  readonly #preview = new ChangesPreview();
  /** How many questions about Codex's files are open. */
  #open = 0;
  /** The port and token about which the user has already been asked. */
  #offered: string | undefined;

  #isSettingUp = false;

  constructor(
    choices: UserChoices,
    providers: ProviderCommands,
    source: CatalogSource,
    keeping: ConfigKeeping,
  ) {
    this.#choices = choices;
    this.#providers = providers;
    this.#source = source;
    this.#keeping = keeping;
  }

  /** Whether the user is answering the setup's questions: their results must not cause further offers. */
  get isSettingUp(): boolean {
    return this.#isSettingUp;
  }

  /** Whether the user is reviewing changes to Codex's files. */
  get isAsking(): boolean {
    return this.#open > 0;
  }

  async generate(): Promise<void> {
    if (!this.#choices.provider) {
      this.#isSettingUp = true;
      await this.#providers.selectProvider().finally(() => {
        this.#isSettingUp = false;
      });
    }
    if (!this.#choices.provider) return;
    await this.#reportingErrors(async () => {
      const plan = await this.#prepare(false);
      if (plan.changes.length === 0) return this.#tellNothingToDo(plan.traps);
      const choice = await this.#ask(plan, profileChoices());
      if (choice === 'write') await this.#write(plan);
      else if (choice === 'default') await this.#makeDefault();
      else if (choice === 'copy') await this.#copy(plan);
    });
  }

  async remove(): Promise<void> {
    await this.#reportingErrors(async () => {
      const { planRemoval, readCodexFiles, tidyBackups } = await loadCodexFiles();
      const { changes, kept } = planRemoval(await readCodexFiles(await this.#home()));
      const notes = kept.length === 0 ? '' : ` ${kept.join(' ')}`;
      if (changes.length === 0) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('The configuration of Codex has no entries of Codex Relay.') + notes,
        );
        return;
      }
      const write = {
        label: vscode.l10n.t('Write'),
        description: vscode.l10n.t('remove Codex Relay from these files'),
        choice: 'write' as const,
      };
      if ((await this.#ask({ changes, traps: [] }, [write])) !== 'write') return;
      await this.#apply(changes, { keepsBackup: false });
      await tidyBackups(await this.#home());
      // Forget what was given back, so that it is not taken again.
      await rm(this.#keeping.memory, { force: true });
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Codex Relay was removed from the configuration of Codex.') + notes,
      );
    });
  }

  /** Runs `codex -p codex-relay`, or plain `codex` if the relay is its default. */
  async openTerminal(): Promise<void> {
    await this.#reportingErrors(async () => {
      let setup = await this.setup();
      if (setup === 'none') {
        await this.generate();
        setup = await this.setup();
      }
      if (setup === 'none') return;
      // Keys may have come or gone since the last read.
      await this.#choices.readWorkspace();
      const command = setup === 'default' ? 'codex' : 'codex -p codex-relay';
      await openCodex(`${command}${this.#modelHere()}`);
    });
  }

  /** This workspace's model, by its full name, which the relay serves whichever provider is chosen. */
  #modelHere(): string {
    const { here } = this.#choices;
    return here === undefined ? '' : ` -m ${here.provider}/${here.model}`;
  }

  /** The first setup: writes the profile, and opens Codex if it is installed. */
  async setUp(): Promise<void> {
    await this.generate();
    await this.#reportingErrors(async () => {
      if ((await this.setup()) === 'profile' && (await isCodexHere())) await this.openTerminal();
    });
  }

  /** Whether Codex knows the relay: as its default, by our profile, or not at all. */
  async setup(): Promise<'default' | 'profile' | 'none'> {
    const { readCodexFiles, relayProvider, isSetUp, inFile, CONFIG_FILE, PROFILE_FILE } =
      await loadCodexFiles();
    const texts = await readCodexFiles(await this.#home());
    // A profile without the relay's entries may still name the missing provider.
    const isUsed = (file: keyof typeof texts) =>
      inFile(file, () => isSetUp(texts[file] ?? '') && relayProvider(texts[file] ?? '') !== undefined);
    if (isUsed(CONFIG_FILE)) return 'default';
    return isUsed(PROFILE_FILE) ? 'profile' : 'none';
  }

  /** Tells the walkthrough whether Codex knows the relay. */
  async showSetup(): Promise<void> {
    const isKnown = (await this.setup()) !== 'none';
    await vscode.commands.executeCommand('setContext', CONFIG_WRITTEN, isKnown);
  }

  /** Offers to update Codex files that still name the relay's old port or token, once for each port and token. */
  async offerUpdate(): Promise<void> {
    const { readCodexFiles, namedRelays, isStale } = await loadCodexFiles();
    const token = await this.#choices.keys.token();
    const { port } = this.#choices.settings;
    const named = namedRelays(await readCodexFiles(await this.#home()));
    const offer = `${port} ${token}`;
    if (!named.some((one) => isStale(one, { port, token }))) return;
    if (this.isAsking || this.#offered === offer) return;
    this.#offered = offer;
    const update = vscode.l10n.t('Show Changes');
    const words = vscode.l10n.t(
      'The port or the token of Codex Relay has changed, and Codex still uses the old one.',
    );
    if ((await vscode.window.showWarningMessage(words, update)) === update) await this.generate();
  }

  dispose(): void {
    this.#preview.dispose();
  }

  async #prepare(makeDefault: boolean): Promise<PreparedConfig> {
    const { provider, settings } = this.#choices;
    if (!provider) throw new Error(vscode.l10n.t('No provider is chosen.'));
    const title = vscode.l10n.t('Preparing the configuration of Codex');
    return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () => {
      const { prepareConfig } = await loadCodexFiles();
      const { port, webSocket } = settings;
      const config = { port, webSocket, token: await this.#choices.keys.token() };
      const [active, ...others] = await this.#source.planned(await this.#choices.routingOf(provider));
      const models = { ...active, others };
      const input = { home: await this.#home(), environment: process.env, models };
      return prepareConfig(input, { config, makeDefault });
    });
  }

  async #makeDefault(): Promise<void> {
    const whenClosed = await askWhenClosed(this.#choices.settings.whenClosed);
    if (whenClosed === undefined) return;
    const plan = await this.#prepare(true);
    const write = {
      label: vscode.l10n.t('Write'),
      description: vscode.l10n.t('a copy of config.toml is kept next to it'),
      choice: 'write' as const,
    };
    if ((await this.#ask(plan, [write])) !== 'write') return;
    await this.#choices.chooseWhenClosed(whenClosed);
    await this.#write(plan, [whatHappensWhenClosed(whenClosed)]);
  }

  async #write({ changes, traps, catalog }: PreparedConfig, words: readonly string[] = []): Promise<void> {
    const backups = await this.#apply(changes);
    const { howToOverride, usesRelay, CATALOG_FILE } = await loadCodexFiles();
    const isRunningElsewhere = changes.some(
      ({ file, before }) => file !== CATALOG_FILE && before !== undefined && usesRelay(before),
    );
    const notes = [
      ...words,
      ...(isRunningElsewhere
        ? [vscode.l10n.t('Restart Codex where it runs: it knows the old settings only.')]
        : []),
      ...backups.map((file) => vscode.l10n.t('The previous file was kept as {0}.', file)),
      ...(catalog.guessed.length === 0 ? [] : [howToOverride(catalog.guessed)]),
    ];
    if (await isCodexHere()) {
      this.#tell([vscode.l10n.t('Codex is set up.'), ...notes].join(' '), traps, [this.#terminalAction()]);
      return;
    }
    const isMissing = vscode.l10n.t(
      'The configuration is written, but Codex was not found on the PATH. This command installs it: {0}',
      INSTALL_COMMAND,
    );
    const install = { title: vscode.l10n.t('Install Codex'), run: typeInstallCommand };
    this.#tell([isMissing, ...notes].join(' '), traps, [install]);
  }

  /** Writes the changes. Returns the names of backups. */
  async #apply(changes: readonly FileChange[], options: { keepsBackup?: boolean } = {}): Promise<string[]> {
    const { applyChanges } = await loadCodexFiles();
    const applied = await applyChanges(await this.#home(), changes, options);
    await this.showSetup();
    this.#keeping.tellWritten();
    return applied.flatMap(({ backup }) => (backup === undefined ? [] : [backup]));
  }

  async #copy({ changes }: PreparedConfig): Promise<void> {
    const { PROFILE_FILE, readCodexFiles } = await loadCodexFiles();
    const written = (await readCodexFiles(await this.#home()))[PROFILE_FILE];
    const text = changes.find(({ file }) => file === PROFILE_FILE)?.after ?? written ?? '';
    await vscode.env.clipboard.writeText(text);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The profile, which contains the local token, is on the clipboard. Nothing was written.'),
    );
  }

  async #ask(shown: ShownChanges, choices: readonly ChoiceItem[]): Promise<Choice | undefined> {
    return askAboutChanges(this.#preview, await this.#home(), shown, choices);
  }

  async #tellNothingToDo(traps: readonly Trap[]): Promise<void> {
    const makeDefault = {
      title: vscode.l10n.t('Make Default'),
      run: () => this.#reportingErrors(() => this.#makeDefault()),
    };
    const isDefault = (await this.setup()) === 'default';
    const actions = [this.#terminalAction(), ...(isDefault ? [] : [makeDefault])];
    this.#tell(vscode.l10n.t('Codex is already set up.'), traps, actions);
  }

  #terminalAction(): Action {
    return { title: vscode.l10n.t('Open Codex in Terminal'), run: () => this.openTerminal() };
  }

  /** Does not wait for the user: an unanswered message must not hold anything up. */
  #tell(message: string, traps: readonly Trap[], actions: readonly Action[]): void {
    for (const { line, message: effect } of traps.filter(({ weight }) => weight === 'stops'))
      void vscode.window.showWarningMessage(vscode.l10n.t('config.toml, line {0}: {1}', line, effect));
    void offer(vscode.window.showInformationMessage, message, actions);
  }

  async #home(): Promise<string> {
    const { codexHome } = await loadCodexFiles();
    return codexHome(process.env);
  }

  /**
   * Reports files that are not TOML, cannot be read or have changed meanwhile: the error names the file, and nothing is
   * lost.
   */
  async #reportingErrors(work: () => Promise<void>): Promise<void> {
    this.#open += 1;
    try {
      await work();
    } catch (error) {
      void vscode.window.showErrorMessage(asMessage(messageOf(error)));
    } finally {
      this.#open -= 1;
    }
  }
}
