/** Examines the way from Codex to the model, step by step, and yields each finding as it is made. */

import { CodexConfigError } from '../codex/errors.ts';
import { readCodexFiles } from '../codex/home/codex-files.ts';
import { codexHome } from '../codex/home/codex-home.ts';
import { codexVariables } from '../codex/home/codex-variables.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { codeOf } from '../node-errors.ts';
import { findOwner, isOpen, onPort } from './ask-relay.ts';
import {
  checkCodex,
  checkConfiguration,
  checkLoading,
  type FoundConfig,
  findConfig,
} from './codex-checks.ts';
import type { Check, Finding } from './finding.ts';
import {
  type AskedRelay,
  checkAnswer,
  checkModels,
  checkPort,
  checkToken,
  checkToolCall,
  checkUserToken,
  checkWindow,
} from './relay-checks.ts';

/** What the host knows and can do. */
export interface Patient {
  environment: Environment;
  /** The port to examine; undefined: the one in Codex's configuration. */
  port: number | undefined;
  /** Used if Codex's configuration names no relay. */
  otherwise: { port: number; token: string | undefined };
  /** The token of the host's own relay, so that the checks can go on even if Codex has a different one. */
  ownToken?: string;
  /** Starts a relay for the checks if none is listening; undefined: they are skipped. */
  standIn?: () => Promise<{ port: number; stop(): Promise<void> }>;
  /** Ends the examination. */
  signal?: AbortSignal;
}

/** Asks the provider for two short answers, which costs a few tokens. Findings contain no key and no token. */
export async function* examine(patient: Patient): AsyncGenerator<Finding> {
  const { environment, signal } = patient;
  const { release, findings } = await checkCodex(environment);
  yield* findings;
  const home = codexHome(environment);
  const config = await readConfig(home, environment);
  if ('state' in config) yield config;
  else {
    yield* checkConfiguration(config, { home, release, port: patient.port });
    if (release && config.mode) yield await checkLoading(environment, release, config.mode, signal);
  }
  yield* examineWay(patient, 'state' in config ? {} : config);
}

async function readConfig(home: string, environment: Environment): Promise<FoundConfig | Finding> {
  try {
    return findConfig(await readCodexFiles(home), await codexVariables(home, environment));
  } catch (error) {
    const finding = { check: 'config', state: 'problem', cure: 'correct-file' } as const;
    if (error instanceof CodexConfigError) {
      const todo = 'Correct the file; Codex does not start with it either.';
      return { ...finding, found: error.message, todo };
    }
    // The system's errors, such as EACCES for a file that another user wrote.
    if (codeOf(error) === undefined) throw error;
    const todo = 'See that you may read it, and that it is a file; Codex has to read it, too.';
    return { ...finding, found: `${home}: ${messageOf(error)}`, todo };
  }
}

/** Checks who listens, whether Codex is let in, and what answers. */
async function* examineWay(patient: Patient, known: Partial<FoundConfig>): AsyncGenerator<Finding> {
  const { otherwise, ownToken, standIn, signal } = patient;
  const { model } = known;
  const port = patient.port ?? known.port ?? otherwise.port;
  const token = known.mode === undefined ? otherwise.token : known.token;
  const owner = await findOwner(onPort(port), token || undefined);
  const lacksVariable = known.mode !== undefined && known.lacksVariable === true;
  yield checkPort(port, owner, standIn !== undefined);
  if (owner === 'nobody' || owner === 'stranger') {
    if (lacksVariable) yield MISSING_VARIABLE;
    else yield* skip(['token'], 'no relay is running to ask');
    if (standIn === undefined) yield* skip(BEHIND, 'no relay is running to ask');
    else yield* examineStandIn(standIn, { model, signal });
    return;
  }
  if (owner === 'open' && !(await isOpen(onPort(port)))) {
    yield lacksVariable ? MISSING_VARIABLE : checkUserToken(token);
    yield* skip(BEHIND, 'the relay does not let us in');
    return;
  }
  // The host's own token says nothing about Codex.
  if (lacksVariable) yield MISSING_VARIABLE;
  else if (known.mode === undefined && owner === 'ours') yield* skip(['token'], 'Codex is told none yet');
  else yield checkToken(owner);
  if (owner !== 'other') {
    yield* examineRelay({ port, token: owner === 'ours' ? token : undefined, model, signal });
  } else if (ownToken !== undefined && (await findOwner(onPort(port), ownToken)) === 'ours') {
    yield* examineRelay({ port, token: ownToken, model, signal });
  } else {
    yield* skip(BEHIND, 'the relay does not let us in');
  }
}

/** The variable is not named: people write the token itself there by mistake. */
const MISSING_VARIABLE: Finding = {
  check: 'token',
  state: 'problem',
  found: 'Codex is told to read its token from the variable in `env_key`, which is not set here',
  todo: 'Set it where Codex is started, or have the token written into the file: codex-relay --write-config',
  cure: 'set-up',
};

const BEHIND: readonly Check[] = ['upstream', 'answer', 'tool call'];

/** Checks everything beyond the relay by asking through it, as Codex would. */
async function* examineRelay(relay: AskedRelay): AsyncGenerator<Finding> {
  const models = await checkModels(relay);
  yield* models;
  if (models.some(({ state }) => state === 'problem')) {
    yield* skip(['answer', 'tool call'], 'there is no model to ask yet');
    return;
  }
  yield await checkAnswer(relay);
  yield await checkToolCall(relay);
  yield* await checkWindow(relay);
}

async function* examineStandIn(
  standIn: NonNullable<Patient['standIn']>,
  asked: Pick<AskedRelay, 'model' | 'signal'>,
): AsyncGenerator<Finding> {
  const relay = await standIn();
  try {
    yield* examineRelay({ port: relay.port, token: undefined, ...asked });
  } finally {
    await relay.stop();
  }
}

function skip(checks: readonly Check[], found: string): Finding[] {
  return checks.map((check) => ({ check, state: 'skipped', found }));
}
