/** The `codexRelay.*` keys for `when` clauses of views, the walkthrough and key bindings. */
import type { RelayState } from '../relay/controller.ts';

/** Whether Codex knows the relay. */
export const CONFIG_WRITTEN = 'codexRelay.configWritten';

export function contextKeys(state: RelayState): Readonly<Record<string, string | boolean>> {
  return {
    'codexRelay.state': state.kind === 'stopped' && !state.provider ? 'noProvider' : state.kind,
    'codexRelay.running': state.kind === 'running' || state.kind === 'attached',
    'codexRelay.hasProvider': state.provider !== undefined,
    'codexRelay.hasKey': state.provider !== undefined && state.kind !== 'needs-key',
  };
}
