/** `--print-config`, `--write-config` and `--remove-config`: Codex's configuration for this relay. */

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Catalog, type CatalogUpstream, catalogText, selectedModel } from '../../codex/catalog.ts';
import { handWrittenConfig } from '../../codex/hand-written.ts';
import { hideTokens } from '../../codex/hide-tokens.ts';
import { tidyBackups } from '../../codex/home/backups.ts';
import { type ApplyOptions, applyChanges, readCodexFiles } from '../../codex/home/codex-files.ts';
import { codexHome } from '../../codex/home/codex-home.ts';
import { type ConfigureInput, prepareCatalog, prepareConfig } from '../../codex/home/configure.ts';
import { codexRelease, OLDEST_CATALOG, OLDEST_PROFILE_FILE } from '../../codex/home/installed-codex.ts';
import { howToOverride } from '../../codex/overrides.ts';
import { CONFIG_FILE, type FileChange, planRemoval } from '../../codex/plan.ts';
import { PROFILE_FILE } from '../../codex/relay-keys.ts';
import { smallWindow } from '../../doctor/window.ts';
import { messageOf } from '../../errors.ts';
import { listModels } from '../../index.ts';
import { CATALOG_FILE, PROVIDER_ID } from '../../names.ts';
import { shippedFacts } from '../../providers/model-facts.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { UpstreamOptions } from '../../relay/options.ts';
import { Bindings } from '../../relay/routing/bindings.ts';
import { resolveProvider } from '../../relay/routing/provider.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { UsageError } from '../errors.ts';
import type { Command, Invocation } from '../invocation.ts';
import { lineDiff } from '../line-diff.ts';
import type { Settings } from '../options.ts';
import { readProxy } from '../proxy.ts';
import { answersAtWrittenAddress, urlForCodex, urlOf } from '../reach.ts';
import { bindingsFile, readBindings } from '../serving-upkeep.ts';
import { servedUpstreams, upstreamOptions } from '../upstreams.ts';

type Models = ConfigureInput['models'];

export const printConfig: Command = async (invocation) => {
  const { settings, print } = invocation;
  const { out } = settings;
  const models = out === '' ? modelsOf(upstreamOptions(invocation), []) : await askForModels(invocation);
  const selected = selectedModel(models);
  const catalog = out === '' ? undefined : await writeCatalog(invocation, models, resolve(out));
  const { contextWindow } = shippedFacts(models.preset.profile.id, selected ?? '') ?? {};
  const { websocket: webSocket } = settings;
  const port = fixedPort(invocation);
  const needsToken = settings.token !== '' || settings.users !== '';
  const url =
    answersAtWrittenAddress(settings) && settings['public-url'].length === 0
      ? undefined
      : urlForCodex(settings);
  print(handWrittenConfig({ port, webSocket, catalog, contextWindow, needsToken, url }));
  return 0;
};

export const writeConfig: Command = async (invocation) => {
  const { settings, given, environment, print } = invocation;
  if (!answersAtWrittenAddress(settings)) throw elsewhere(settings);
  const models = await askForModels(invocation);
  const input = configureInput(invocation, models);
  const { token, default: makeDefault } = settings;
  const config = {
    port: fixedPort(invocation),
    webSocket: settings.websocket,
    resetModel: given.has('model'),
    ...(token && { token }),
  };
  const { changes, traps, profileTraps, catalog } = await prepareConfig(input, { config, makeDefault });

  const inFiles = [
    ...traps.map((trap) => ({ file: CONFIG_FILE, ...trap })),
    // Plain Codex does not read the profile.
    ...(makeDefault ? [] : profileTraps.map((trap) => ({ file: PROFILE_FILE, ...trap }))),
  ];
  for (const { file, line, message } of inFiles) print(`Attention: ${file}, line ${line}: ${message}\n`);
  if (catalog.guessed.length > 0) print(`Note: ${howToOverride(catalog.guessed)}\n`);
  const small = smallWindowIn(catalog, models);
  if (small !== undefined) print(`Attention: ${small}\n`);
  if (token === '' && settings.users !== '')
    print('Attention: a relay with --users refuses Codex without a token: set CODEX_RELAY_TOKEN to one.\n');
  if (!(await carryOut(invocation, input.home, changes))) return 1;
  print(await nextStep(environment, makeDefault));
  return 0;
};

export const removeConfig: Command = async (invocation) => {
  const { environment, print } = invocation;
  const home = codexHome(environment);
  const { changes, kept } = planRemoval(await readCodexFiles(home));
  for (const sentence of kept) print(`Note: ${sentence}\n`);
  // Only our own entries are removed, and a backup would preserve the token.
  if (!(await carryOut(invocation, home, changes, { keepsBackup: false }))) return 1;
  await tidyBackups(home);
  return 0;
};

/** Shows the changes, asks, and makes them. False if the user said no. */
async function carryOut(
  invocation: Invocation,
  home: string,
  changes: readonly FileChange[],
  options: ApplyOptions = {},
): Promise<boolean> {
  const { settings, print, ask } = invocation;
  if (changes.length === 0) {
    print(`Nothing to do: ${home} is as it should be.\n`);
    return true;
  }
  for (const change of changes) print(`${describeChange(change).join('\n')}\n\n`);
  if (!settings.yes && !(await ask(`Make these changes in ${home}?`))) {
    print('Nothing was changed.\n');
    return false;
  }
  for (const { file, backup } of await applyChanges(home, changes, options)) {
    print(`Done: ${join(home, file)}${backup === undefined ? '' : ` (before: ${backup})`}\n`);
  }
  return true;
}

function describeChange({ file, before, after }: FileChange): string[] {
  const title = `${file}${before === undefined ? ' (new)' : after === undefined ? ' (removed)' : ''}`;
  if (file === CATALOG_FILE) return [`${title}: ${after === undefined ? 'the' : slugs(after)} model catalog`];
  return [title, ...lineDiff(hideTokens(before ?? ''), hideTokens(after ?? ''))];
}

function slugs(catalog: string): string {
  const { models } = JSON.parse(catalog) as { models: { slug: string }[] };
  return `${models.length} entries of the`;
}

async function nextStep(environment: Invocation['environment'], isDefault: boolean): Promise<string> {
  const release = await codexRelease(environment);
  if (release && release.minor < OLDEST_CATALOG) {
    return `Codex ${release.text} reads no model catalog: update it to 0.${OLDEST_CATALOG} or newer.\n`;
  }
  if (isDefault) return 'Start the relay, then Codex: codex\n';
  if (release && release.minor < OLDEST_PROFILE_FILE) {
    return `Codex ${release.text} reads no profile files. Run this again with --default, or update Codex.\n`;
  }
  return `Start the relay, then Codex: codex -p ${PROVIDER_ID}\n`;
}

/** Writes the catalog into a folder of the user's choice. Returns its path. */
async function writeCatalog(invocation: Invocation, models: Models, folder: string): Promise<string> {
  const input = configureInput(invocation, models);
  const catalog = await prepareCatalog(input, await readCodexFiles(input.home));
  if (catalog.guessed.length > 0) invocation.logger.warn(howToOverride(catalog.guessed));
  const small = smallWindowIn(catalog, models);
  if (small !== undefined) invocation.logger.warn(small);
  await mkdir(folder, { recursive: true });
  const path = join(folder, CATALOG_FILE);
  await writeAtomic({ path, text: catalogText(catalog), mode: 0o644 });
  return path;
}

/** A sentence about the window of the model that Codex starts with, if it is too small. */
function smallWindowIn(catalog: Catalog, models: Models): string | undefined {
  const { preset } = models;
  const { model, facts } = catalog.chosen;
  const small = smallWindow(facts, preset.profile.id);
  return small && `the window of ${model} is ${small.found}. ${small.todo}`;
}

function configureInput({ environment }: Invocation, models: Models): ConfigureInput {
  return { home: codexHome(environment), environment, models };
}

/** With the providers' own lists as far as they can be fetched; if not, the log says why. */
async function askForModels(invocation: Invocation): Promise<Models> {
  const { upstreams, visionModel } = servedUpstreams(invocation, invocation.environment);
  const [active, ...others] = upstreams;
  const proxy = readProxy(invocation.environment, invocation.logger);
  const [first, ...rest] = await Promise.all(
    [active, ...others].map((upstream) => withList(upstream, proxy, invocation)),
  );
  const described = visionModel === undefined ? {} : { describesImages: true as const };
  const recent = await recentModels(invocation);
  const withMore = (models: CatalogUpstream): CatalogUpstream => ({
    ...models,
    ...described,
    recent: recent.flatMap(({ upstream, model }) => (upstream === models.id ? model : [])),
  });
  return { ...withMore(first ?? modelsOf(active, [])), others: rest.map(withMore) };
}

/** The models last used by threads, as saved by the relay on this port. */
async function recentModels({ settings, environment, logger }: Invocation) {
  return new Bindings(await readBindings(bindingsFile(settings.port, environment), logger)).recent();
}

async function withList(
  upstream: UpstreamOptions,
  proxy: ReturnType<typeof readProxy>,
  { logger }: Invocation,
): Promise<CatalogUpstream> {
  try {
    return modelsOf(upstream, await listModels({ ...upstream, ...(proxy && { proxy }) }));
  } catch (error) {
    logger.warn(`The provider's models are not listed: ${messageOf(error)}`);
    return modelsOf(upstream, []);
  }
}

function modelsOf(upstream: UpstreamOptions, listed: readonly ListedModel[]): CatalogUpstream {
  const { id, preset, model, modelMap, wires } = resolveProvider(upstream);
  return { id, preset, selected: model, modelMap: Object.fromEntries(modelMap), wires, listed };
}

function elsewhere(settings: Settings): UsageError {
  const url = urlOf({ ...settings, listen: '127.0.0.1', 'tls-cert': '' });
  return new UsageError(
    `--write-config sets Codex up for ${url}, where no relay with this --listen or --tls-cert answers: ` +
      '--print-config shows what to write for such a one',
  );
}

function fixedPort({ settings }: Invocation): number {
  if (settings.port !== 0) return settings.port;
  throw new UsageError('--port 0 is another port at each start, which Codex cannot be told: name one');
}
