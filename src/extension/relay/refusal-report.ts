/** A refused client as an entry in the list of requests: one for each client, showing its latest refusal. */
import type { Refusal, RequestReport } from '../../relay/options.ts';

export function refusalReport({ client, sentToken }: Refusal): RequestReport {
  const name = client || 'unknown program';
  const what = sentToken ? 'sent another token than the relay expects' : 'sent no token';
  return {
    id: `refused ${name}`,
    state: 'failed',
    provider: '',
    model: name,
    upstreamModel: name,
    stream: false,
    startedAt: Date.now(),
    calledTools: [],
    error: {
      code: 'unauthorized',
      message: `A client was refused: ${name} ${what}. Generate the configuration of Codex again, and restart Codex.`,
    },
  };
}
