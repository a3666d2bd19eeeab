/** Messages about failed and waiting requests, each with what helps. Every window shows them. */
import * as vscode from 'vscode';
import type { RequestReport } from '../../relay/options.ts';
import { type ChoosableProvider, isOnThisMachine, providerByLabel } from '../choosable-provider.ts';
import type { UserChoices } from '../user-choices.ts';
import type { Cures } from './cures.ts';
import { type Action, offer } from './offer.ts';
import { asMessage } from './quoted.ts';
import type { RequestsView } from './requests-view.ts';
import { failureKey, type TroubleKind, troubleOf } from './trouble.ts';

/** A shorter wait would be over before its message is read. */
const WORTH_TELLING_MS = 3000;

export class FailureNotices {
  readonly #choices: UserChoices;
  readonly #view: RequestsView;
  readonly #cures: Cures;
  readonly #tryNow: () => Promise<void>;
  /** What the user already knows: each failure is reported once, until the provider answers again. */
  readonly #told = new Set<string>();
  /** Muted in this window: a setting takes a moment to be written. */
  readonly #muted = new Set<TroubleKind>();

  constructor(choices: UserChoices, view: RequestsView, cures: Cures, tryNow: () => Promise<void>) {
    this.#choices = choices;
    this.#view = view;
    this.#cures = cures;
    this.#tryNow = tryNow;
  }

  /** Reports a failed or waiting request, unless the same was reported before. */
  async tell(report: RequestReport): Promise<void> {
    if (report.state === 'completed') return this.#forgive(report.provider);
    if (report.waiting) return this.#tellWait(report);
    if (report.state !== 'failed' || !report.error) return;
    const provider = providerByLabel(this.#choices.providers, report.provider);
    const { kind, cures } = troubleOf(report.error.code, provider);
    if (!this.#isNews(failureKey(report), kind)) return;
    await this.#show(words(report, provider), kind, [
      ...cures.map((cure) => ({
        title: this.#cures.titleOf(cure, provider),
        run: async () => {
          await this.#cures.run(cure, report, provider);
          // If the cure does not help, the failure must be reported again.
          this.#forgive(report.provider);
        },
      })),
      { title: vscode.l10n.t('Details'), run: () => this.#view.openRequest(report.id) },
    ]);
  }

  async #tellWait({ provider: label, waiting }: RequestReport): Promise<void> {
    const milliseconds = (waiting?.until ?? 0) - Date.now();
    if (milliseconds < WORTH_TELLING_MS || !this.#isNews(`${label} waits`, 'rateLimit')) return;
    const seconds = Math.ceil(milliseconds / 1000);
    const name = this.#choices.nameOf(label);
    await this.#show(
      vscode.l10n.t('{0} asks Codex to wait {1} s: {2}', name, seconds, waiting?.message ?? ''),
      'rateLimit',
      [
        { title: vscode.l10n.t('Try Now'), run: this.#tryNow },
        {
          title: vscode.l10n.t('Select Another Provider'),
          run: async () => {
            await vscode.commands.executeCommand('codexRelay.selectProvider');
            await this.#tryNow();
          },
        },
      ],
    );
  }

  #isNews(key: string, kind: TroubleKind): boolean {
    const isMuted = this.#muted.has(kind) || this.#choices.settings.mutedNotifications.includes(kind);
    if (isMuted || this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }

  async #show(message: string, kind: TroubleKind, actions: readonly Action[]): Promise<void> {
    const mute = {
      title: vscode.l10n.t("Don't Show Again"),
      run: () => {
        this.#muted.add(kind);
        return this.#choices.mute(kind);
      },
    };
    await offer(vscode.window.showWarningMessage, asMessage(message), [...actions, mute]);
  }

  #forgive(provider: string): void {
    const start = `${provider} `.toLowerCase();
    for (const key of this.#told) if (key.toLowerCase().startsWith(start)) this.#told.delete(key);
  }
}

function words({ provider: label, error }: RequestReport, provider: ChoosableProvider | undefined): string {
  const message = error?.message ?? '';
  if (error?.code === 'unauthorized') return message;
  if (error?.code === 'upstream_unreachable' && provider && isOnThisMachine(provider.baseUrl)) {
    const { host } = new URL(provider.baseUrl);
    return vscode.l10n.t('{0} does not answer at {1}. Is it running?', provider.name, host);
  }
  return vscode.l10n.t('A request to {0} failed: {1}', provider?.name ?? label, message);
}
