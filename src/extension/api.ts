/** What `activate` returns to other extensions. No keys, no token, no traffic. */
import type { Event } from 'vscode';

export interface RelayStatus {
  state: 'stopped' | 'starting' | 'running' | 'attached' | 'needs-key' | 'error';
  /** Id and name of the chosen provider; absent until one is chosen. */
  provider?: { id: string; name: string };
  /** `http://127.0.0.1:<port>` while running or attached. */
  url?: string;
}

export interface CodexRelayApi {
  readonly apiVersion: 1;
  readonly status: RelayStatus;
  readonly onDidChangeStatus: Event<RelayStatus>;
  /** Resolves with the state reached: `running`, or what is in the way. */
  start(): Promise<RelayStatus>;
  stop(): Promise<RelayStatus>;
}
