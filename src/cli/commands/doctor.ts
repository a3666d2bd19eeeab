/** `codex-relay doctor`: checks the way from Codex to the model, a line each, with what to do where it breaks. */
import { CodexConfigError } from '../../codex/errors.ts';
import { readCodexFiles } from '../../codex/home/codex-files.ts';
import { codexHome } from '../../codex/home/codex-home.ts';
import { start } from '../../index.ts';
import type { Environment } from '../command-line.ts';
import {
  checkCodex,
  checkConfiguration,
  checkLoading,
  type FoundConfig,
  findConfig,
} from '../doctor/codex-checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { reportNative } from '../doctor/native-report.ts';
import {
  checkAnswer,
  checkModels,
  checkPort,
  checkToken,
  checkToolCall,
  checkWindow,
  findOwner,
  type Target,
} from '../doctor/relay-checks.ts';
import type { Command, Invocation } from '../invocation.ts';
import { readProxy } from '../proxy.ts';
import { upstreamOptions } from '../upstreams.ts';

export const doctor: Command = async (invocation) => {
  const { settings, print } = invocation;
  if (settings['probe-native']) return reportNative(invocation);
  const findings: Finding[] = [];
  const isHealthy = () => findings.every(({ state }) => state !== 'problem');
  for await (const finding of examine(invocation)) {
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

async function* examine(invocation: Invocation): AsyncGenerator<Finding> {
  const { environment, settings } = invocation;
  const { release, findings } = await checkCodex(environment);
  yield* findings;
  const home = codexHome(environment);
  const config = await readConfig(home, environment);
  if ('state' in config) yield config;
  else {
    yield* checkConfiguration(config, { home, release, port: wantedPort(invocation) });
    if (release && config.mode) yield await checkLoading(environment, release, config.mode);
  }
  const known: Partial<FoundConfig> = 'state' in config ? {} : config;
  const port = wantedPort(invocation) ?? known.port ?? settings.port;
  const token = known.mode === undefined ? settings.token : known.token;
  const owner = await findOwner(port, token || undefined);
  yield checkPort(port, owner);
  if (owner === 'nobody' || owner === 'stranger') {
    yield* skip(['token'], 'no relay is running to ask');
    yield* examineOwnRelay(invocation, known.model);
    return;
  }
  yield checkToken(owner);
  if (owner === 'other') yield* skip(['upstream', 'answer', 'tool call'], 'the relay does not let us in');
  else yield* examineRelay({ port, token: owner === 'ours' ? token : undefined, model: known.model });
}

/** The port that the user named, by flag or variable. */
function wantedPort({ settings, given }: Invocation): number | undefined {
  return given.has('port') ? settings.port : undefined;
}

async function readConfig(home: string, environment: Environment): Promise<FoundConfig | Finding> {
  try {
    return findConfig(await readCodexFiles(home), environment);
  } catch (error) {
    if (!(error instanceof CodexConfigError)) throw error;
    const todo = 'Correct the file; Codex does not start with it either.';
    return { check: 'config', state: 'problem', found: error.message, todo };
  }
}

/** Everything from the relay on, asked through the relay as Codex would. */
async function* examineRelay(target: Target): AsyncGenerator<Finding> {
  const models = await checkModels(target);
  yield* models;
  if (models.some(({ state }) => state === 'problem')) {
    yield* skip(['answer', 'tool call'], 'there is no model to ask yet');
    return;
  }
  yield await checkAnswer(target);
  yield await checkToolCall(target);
  yield* await checkWindow(target);
}

/** When no relay is running, this command starts one of its own, with the flags that it was given. */
async function* examineOwnRelay(invocation: Invocation, model: string | undefined): AsyncGenerator<Finding> {
  const proxy = readProxy(invocation.environment, invocation.logger);
  const relay = await start({ ...upstreamOptions(invocation), port: 0, ...(proxy && { proxy }) });
  try {
    yield* examineRelay({ port: relay.port, token: undefined, model });
  } finally {
    await relay.stop();
  }
}

function skip(checks: readonly string[], found: string): Finding[] {
  return checks.map((check) => ({ check, state: 'skipped', found }));
}
