/** The relay's state and its problems, in words for the user. */
import { l10n } from 'vscode';
import type { RelayProblem, RelayState } from '../relay/controller.ts';

/** One sentence. */
export function describeState(state: RelayState): string {
  switch (state.kind) {
    case 'stopped':
      return state.provider
        ? l10n.t('Stopped; {0} is chosen.', state.provider.name)
        : l10n.t('Stopped; no provider is chosen yet.');
    case 'starting':
      return l10n.t('Starting with {0}.', state.provider.name);
    case 'running':
      return l10n.t('Running with {0}.', state.provider.name);
    case 'attached':
      return l10n.t('Running with {0}, served by another VS Code window.', state.provider.name);
    case 'needs-key':
      return state.reason === 'missing'
        ? l10n.t('{0} needs an API key.', state.provider.name)
        : l10n.t(
            'The base URL of {0} now points to another host: enter its API key again.',
            state.provider.name,
          );
    case 'error':
      return state.provider
        ? l10n.t('The relay could not start with {0}.', state.provider.name)
        : l10n.t('The relay could not start.');
  }
}

/** What happened, where, and what to do. */
export function describeProblem(problem: RelayProblem): string {
  if (problem.code === 'failed') return problem.message;
  const { port, owner, holder } = problem;
  if (owner === 'other-relay') {
    return holder
      ? l10n.t(
          'Port {0} is in use by another Codex Relay: {1}. Stop it there, or use another port here.',
          port,
          holder,
        )
      : l10n.t('Port {0} is in use by another Codex Relay. Stop it there, or use another port here.', port);
  }
  return holder
    ? l10n.t('Port {0} is in use by another program: {1}. Close it, or use another port here.', port, holder)
    : l10n.t('Port {0} is in use by another program. Close it, or use another port here.', port);
}
