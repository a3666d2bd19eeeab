/** The doctor's checks of Codex and its configuration. */

import { relayProvider } from '../codex/config-edit.ts';
import {
  type CodexRelease,
  codexRelease,
  OLDEST_CATALOG,
  OLDEST_DEBUG_PROMPT,
  OLDEST_PROFILE_FILE,
  runCodex,
} from '../codex/home/installed-codex.ts';
import { findProfileTraps, findTraps, type Trap } from '../codex/legacy-traps.ts';
import { CONFIG_FILE, type CodexFile, type CodexTexts, inFile } from '../codex/plan.ts';
import { PROFILE_FILE, relayPort } from '../codex/relay-keys.ts';
import { isSetUp } from '../codex/removed-mark.ts';
import { outsideTested, TESTED_WITH } from '../codex/tested-releases.ts';
import { parseToml } from '../codex/toml-document.ts';
import type { Environment } from '../environment.ts';
import { CATALOG_FILE, PROVIDER_ID } from '../names.ts';
import type { Finding } from './finding.ts';

/** What Codex's files say about the relay. */
export interface FoundConfig {
  /** How Codex uses the relay: always, or with `codex -p codex-relay`; undefined: not at all. */
  mode: 'default' | 'profile' | undefined;
  port: number | undefined;
  token: string | undefined;
  /** Whether Codex is told to read the token from a variable that is not set: it then sends no request at all. */
  lacksVariable: boolean;
  model: string | undefined;
  /** `missing`: it is named, but not there, and Codex does not start. `unnamed`: Codex starts without one. */
  catalog: 'there' | 'missing' | 'unnamed';
  /** Sentences about settings that get in the way, each with file and line. */
  traps: { stops: boolean; sentence: string }[];
}

export async function checkCodex(
  environment: Environment,
): Promise<{ release: CodexRelease | undefined; findings: Finding[] }> {
  const check = 'codex';
  const release = await codexRelease(environment);
  if (!release) {
    const todo = 'Install it (npm install -g @openai/codex), or start it from where it is installed.';
    const found = 'no `codex` on the PATH';
    return { release, findings: [{ check, state: 'attention', found, todo, cure: 'install-codex' }] };
  }
  const found = `Codex ${release.text}; this relay was ${TESTED_WITH}`;
  const outside = outsideTested(release.text);
  if (outside === undefined) return { release, findings: [{ check, state: 'ok', found }] };
  if (release.minor >= OLDEST_CATALOG) {
    const other = outside === 'newer' ? 'Codex Relay' : 'Codex';
    const todo = `It may work. Where something does not, look for a newer ${other}.`;
    const cure = outside === 'newer' ? 'update-relay' : 'update-codex';
    return {
      release,
      findings: [{ check, state: 'attention', found: `${found}: it is ${outside}`, todo, cure }],
    };
  }
  const todo = `Update Codex: 0.${OLDEST_CATALOG} is the first release that reads a model catalog.`;
  return { release, findings: [{ check, state: 'problem', found, todo, cure: 'update-codex' }] };
}

/**
 * @param environment as Codex sees it
 * @throws CodexConfigError if a file is not TOML
 */
export function findConfig(texts: CodexTexts, environment: Environment): FoundConfig {
  const user = texts[CONFIG_FILE] ?? '';
  const profile = texts[PROFILE_FILE] ?? '';
  const isDefault = inFile(CONFIG_FILE, () => isSetUp(user));
  const isProfile = inFile(PROFILE_FILE, () => isSetUp(profile));
  // Plain Codex does not read the profile, which may be older, or what is left of one. `codex -p` lays it over the rest,
  // key by key, tables too (0.171.0).
  const above = isProfile && !isDefault ? profile : undefined;
  const provider = { ...relayProvider(user), ...relayProvider(above ?? '') };
  const { model, model_catalog_json: catalog } = { ...parseToml(user), ...parseToml(above ?? '') };
  return {
    mode: isDefault ? 'default' : isProfile ? 'profile' : undefined,
    port: portIn(provider),
    token: tokenOf(provider, environment),
    lacksVariable: lacksVariable(provider, environment),
    model: (isDefault || isProfile) && typeof model === 'string' ? model : undefined,
    catalog: catalogOf(catalog, texts),
    traps: trapsIn(user, above),
  };
}

/** Whoever writes the file by hand may write `localhost`. */
function portIn({ base_url: url }: Record<string, unknown>): number | undefined {
  if (typeof url !== 'string') return undefined;
  return relayPort({ base_url: url.replace(/^http:\/\/localhost:/i, 'http://127.0.0.1:') });
}

/** @param profile undefined for plain Codex, which does not read it */
function trapsIn(user: string, profile: string | undefined): FoundConfig['traps'] {
  const hasToken = [user, profile ?? ''].some((text) => relayProvider(text)?.['experimental_bearer_token']);
  const matters = ({ beatsToken }: Trap) => hasToken || !beatsToken;
  const own = profile === undefined ? [] : findProfileTraps(profile, user);
  return [
    ...findTraps(user)
      .filter(matters)
      .map((trap) => told(CONFIG_FILE, trap)),
    ...own.filter(matters).map((trap) => told(PROFILE_FILE, trap)),
  ];
}

function told(file: CodexFile, { line, weight, message }: Trap): FoundConfig['traps'][number] {
  return { stops: weight === 'stops', sentence: `${file}, line ${line}: ${message}` };
}

/** The token that Codex will send: from the variable that the file names, or else from the file itself. */
function tokenOf(provider: Record<string, unknown>, environment: Environment): string | undefined {
  const { env_key: variable, experimental_bearer_token: token } = provider;
  if (typeof variable === 'string') return environment[variable];
  return typeof token === 'string' ? token : undefined;
}

function catalogOf(named: unknown, texts: CodexTexts): FoundConfig['catalog'] {
  if (named === undefined) return 'unnamed';
  // One in a folder of the user's choice (`--print-config --out`) is left to Codex, which is asked next.
  return named === CATALOG_FILE && texts[CATALOG_FILE] === undefined ? 'missing' : 'there';
}

function lacksVariable({ env_key: variable }: Record<string, unknown>, environment: Environment): boolean {
  return typeof variable === 'string' && !environment[variable]?.trim();
}

export interface Expectation {
  home: string;
  release: CodexRelease | undefined;
  /** The port that the user asked about, if any. */
  port: number | undefined;
}

const WRITE = 'Run: codex-relay --write-config';
const SET_UP = { todo: WRITE, cure: 'set-up' } as const;

export function checkConfiguration(config: FoundConfig, expected: Expectation): Finding[] {
  const traps = config.traps.map(({ stops, sentence }): Finding => {
    return { check: 'config', state: stops ? 'problem' : 'attention', found: sentence, cure: 'correct-file' };
  });
  return [configFinding(config, expected), ...traps];
}

function configFinding(config: FoundConfig, { home, release, port }: Expectation): Finding {
  const check = 'config';
  const { mode } = config;
  if (mode === undefined) {
    return { check, state: 'problem', found: `nothing in ${home} names the relay`, ...SET_UP };
  }
  if (config.port === undefined) {
    const found = `[model_providers.${PROVIDER_ID}] in ${home} does not point to a relay on this machine`;
    return { check, state: 'problem', found, ...SET_UP };
  }
  if (port !== undefined && port !== config.port) {
    const found = `Codex is told port ${config.port}, not ${port}`;
    return { check, state: 'problem', found, todo: `${WRITE} --port ${port}`, cure: 'set-up' };
  }
  if (config.catalog === 'missing') {
    return { check, state: 'problem', found: `${CATALOG_FILE} is missing in ${home}`, ...SET_UP };
  }
  if (mode === 'profile' && release && release.minor < OLDEST_PROFILE_FILE) {
    const found = `there is a profile, but Codex ${release.text} reads no profile files`;
    return { check, state: 'problem', found, todo: `${WRITE} --default`, cure: 'make-default' };
  }
  if (config.catalog === 'unnamed') {
    const found = `${home} names no model catalog: Codex warns that it does not know the model, and offers no apply_patch tool`;
    return { check, state: 'attention', found, ...SET_UP };
  }
  const use = mode === 'default' ? 'codex' : `codex -p ${PROVIDER_ID}`;
  return { check, state: 'ok', found: `${home}, port ${config.port}; use it with: ${use}` };
}

/** Has Codex itself read configuration and catalog. */
export async function checkLoading(
  environment: Environment,
  release: CodexRelease,
  mode: 'default' | 'profile',
  signal?: AbortSignal,
): Promise<Finding> {
  const check = 'config load';
  if (release.minor < OLDEST_DEBUG_PROMPT) {
    return { check, state: 'skipped', found: `Codex ${release.text} cannot be asked to read it` };
  }
  const profile = mode === 'profile' ? ['-p', PROVIDER_ID] : [];
  const output = await runCodex({
    args: [...profile, 'debug', 'prompt-input', 'hello'],
    environment,
    ...(signal && { signal }),
  });
  if (output?.exitCode === 0) return { check, state: 'ok', found: 'Codex reads configuration and catalog' };
  // Codex's warnings (for example about a home inside the temp folder) do not keep it from starting.
  const told = output?.stderr.split('\n').filter((text) => text !== '' && !text.startsWith('WARNING')) ?? [];
  const [reason = 'no answer in time'] = told;
  return { check, state: 'problem', found: `Codex does not start: ${reason}`, ...SET_UP };
}
