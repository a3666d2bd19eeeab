/** What `activate` returns to other extensions. It exposes no keys, token or traffic. */
import { type Event, EventEmitter } from 'vscode';
import type { RelayController, RelayState } from './relay/controller.ts';

/** The state of this window's relay. `attached`: another window serves. */
export interface RelayStatus {
  state: 'stopped' | 'starting' | 'running' | 'attached' | 'needs-key' | 'error';
  /** Id and name of the chosen provider; absent until one is chosen. */
  provider?: { id: string; name: string };
  /** `http://127.0.0.1:<port>` while running or attached. */
  url?: string;
}

/** Version 1 of the API: fields may be added to it, but none changed or removed. */
export interface CodexRelayApi {
  readonly apiVersion: 1;
  readonly status: RelayStatus;
  readonly onDidChangeStatus: Event<RelayStatus>;
  /** Resolves with the state reached: `running`, or whatever prevents it. */
  start(): Promise<RelayStatus>;
  stop(): Promise<RelayStatus>;
}

export function apiOf(controller: RelayController): CodexRelayApi {
  const statusChanged = new EventEmitter<RelayStatus>();
  controller.on('state', (state) => statusChanged.fire(statusOf(state)));
  return {
    apiVersion: 1,
    get status() {
      return statusOf(controller.state);
    },
    onDidChangeStatus: statusChanged.event,
    start: async () => statusOf(await controller.start()),
    stop: async () => statusOf(await controller.stop()),
  };
}

function statusOf(state: RelayState): RelayStatus {
  const { provider } = state;
  return {
    state: state.kind,
    ...(provider ? { provider: { id: provider.id, name: provider.name } } : {}),
    ...('url' in state ? { url: state.url } : {}),
  };
}
