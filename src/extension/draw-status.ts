/** What the window shows about its relay: the status item, the heading of the view, the context of menus. */
import * as vscode from 'vscode';
import type { RelayController, RelayState } from './relay/controller.ts';
import type { RequestLog } from './relay/request-log.ts';
import type { Today } from './relay/today.ts';
import { contextKeys } from './ui/context-keys.ts';
import type { RequestsView } from './ui/requests-view.ts';
import { runningNow } from './ui/running-now.ts';
import type { StatusBar } from './ui/status-bar.ts';
import { longestWait, standingFailure } from './ui/trouble.ts';
import type { UserChoices } from './user-choices.ts';

interface ShownParts {
  choices: UserChoices;
  controller: RelayController;
  requests: RequestLog;
  statusBar: StatusBar;
  view: RequestsView;
  today: Today;
}

export function drawStatus({ choices, controller, requests, statusBar, view, today }: ShownParts): void {
  const { provider } = choices;
  const model = provider && choices.modelOf(provider);
  const { reports, counts } = requests;
  view.showState(controller.state);
  statusBar.show(controller.state, {
    model,
    counts,
    since: reports.at(-1)?.startedAt,
    failure: provider && standingFailure(reports, provider),
    wait: longestWait(reports, Date.now()),
    today: today.sum,
    running: runningNow(reports),
    here: choices.here,
  });
}

/** Sets the context keys for the manifest's `when` clauses. */
export function setContext(state: RelayState): void {
  for (const [name, value] of Object.entries(contextKeys(state)))
    void vscode.commands.executeCommand('setContext', name, value);
}
