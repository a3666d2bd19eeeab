/**
 * `codex-relay doctor`: checks the way from Codex to the model, one line for each step, with what to do if it fails.
 */
import { examine } from '../../doctor/examine.ts';
import type { Finding } from '../../doctor/finding.ts';
import { start } from '../../index.ts';
import type { Command, Invocation } from '../invocation.ts';
import { reportNative } from '../native-report.ts';
import { readProxy } from '../proxy.ts';
import { upstreamOptions } from '../upstreams.ts';

export const doctor: Command = async (invocation) => {
  const { environment, settings, given, print } = invocation;
  if (settings['probe-native']) return reportNative(invocation);
  const findings: Finding[] = [];
  const isHealthy = () => findings.every(({ state }) => state !== 'problem');
  const patient = {
    environment,
    port: given.has('port') ? settings.port : undefined,
    otherwise: { port: settings.port, token: settings.token },
    standIn: () => startStandIn(invocation),
  };
  for await (const finding of examine(patient)) {
    findings.push(finding);
    if (!settings.json) print(line(finding));
  }
  if (settings.json) print(`${JSON.stringify({ ok: isHealthy(), findings }, null, 2)}\n`);
  else print(isHealthy() ? 'All is well.\n' : 'Something is wrong: see above.\n');
  return isHealthy() ? 0 : 1;
};

const SIGNS = { ok: 'ok', attention: 'note', problem: 'FAIL', skipped: 'skip' } as const;

function line({ check, state, found, todo }: Finding): string {
  const advice = todo === undefined ? '' : `\n${' '.repeat(19)}${todo}`;
  return `${SIGNS[state].padEnd(5)} ${check.padEnd(12)} ${found}${advice}\n`;
}

/** Starts a temporary relay with this command's flags. */
function startStandIn(invocation: Invocation) {
  const proxy = readProxy(invocation.environment, invocation.logger);
  return start({ ...upstreamOptions(invocation), port: 0, ...(proxy && { proxy }) });
}
