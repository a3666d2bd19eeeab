/** Messages about budgets: 80 % spent, and requests refused. Each is shown once a day or month, over all windows. */
import * as vscode from 'vscode';
import type { BudgetNotice } from '../../usage/budget.ts';
import { usd } from './numbers.ts';
import { offer } from './offer.ts';

const TOLD = 'toldBudgets';
/** Enough for a month of days, with several limits. */
const MOST_TOLD = 100;

export class BudgetNotices {
  readonly #memory: vscode.Memento;
  readonly #nameOf: (upstream: string) => string;

  /** @param nameOf what to call an upstream */
  constructor(memory: vscode.Memento, nameOf: (upstream: string) => string) {
    this.#memory = memory;
    this.#nameOf = nameOf;
  }

  async tell(notice: BudgetNotice): Promise<void> {
    const { kind, limit, period } = notice;
    const key = [kind, period, limit.upstream ?? '', limit.usd].join(' ');
    const told = this.#memory.get<readonly string[]>(TOLD, []);
    if (told.includes(key)) return;
    await this.#memory.update(TOLD, [...told, key].slice(-MOST_TOLD));
    const { showWarningMessage, showErrorMessage } = vscode.window;
    await offer(kind === 'near' ? showWarningMessage : showErrorMessage, this.#words(notice), [
      {
        title: vscode.l10n.t('Change Budget'),
        run: () => vscode.commands.executeCommand('workbench.action.openSettings', 'codexRelay.budgets'),
      },
      {
        title: vscode.l10n.t('Show Usage'),
        run: () => vscode.commands.executeCommand('codexRelay.showUsage'),
      },
    ]);
  }

  #words({ kind, limit, spentUsd }: BudgetNotice): string {
    const [spent, budget] = [usd(spentUsd), usd(limit.usd)];
    const whose = limit.upstream === undefined ? undefined : this.#nameOf(limit.upstream);
    if (kind === 'near') {
      if (limit.span === 'day')
        return whose === undefined
          ? vscode.l10n.t("{0} of today's budget of {1} are spent.", spent, budget)
          : vscode.l10n.t("{0} of today's budget of {1} for {2} are spent.", spent, budget, whose);
      return whose === undefined
        ? vscode.l10n.t("{0} of this month's budget of {1} are spent.", spent, budget)
        : vscode.l10n.t("{0} of this month's budget of {1} for {2} are spent.", spent, budget, whose);
    }
    if (limit.span === 'day')
      return whose === undefined
        ? vscode.l10n.t("Today's budget of {0} is used up: nothing is sent until tomorrow.", budget)
        : vscode.l10n.t(
            "Today's budget of {0} for {1} is used up: nothing is sent there until tomorrow.",
            budget,
            whose,
          );
    return whose === undefined
      ? vscode.l10n.t("This month's budget of {0} is used up: nothing is sent until next month.", budget)
      : vscode.l10n.t(
          "This month's budget of {0} for {1} is used up: nothing is sent there until next month.",
          budget,
          whose,
        );
  }
}
