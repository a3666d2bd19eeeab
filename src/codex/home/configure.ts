/** What both hosts do to configure Codex for a relay: read its files, ask it for its prompt, plan the changes. */
import type { Environment } from '../../environment.ts';
import { buildCatalog, type Catalog, type CatalogInput, catalogText } from '../catalog.ts';
import { instructionsFrom } from '../instructions.ts';
import { type CodexTexts, namedModels, planWrite, type WritePlan } from '../plan.ts';
import type { RelayConfig } from '../relay-keys.ts';
import { readCodexFiles } from './codex-files.ts';
import { askCodexPrompt } from './codex-prompt.ts';
import { readOverrides } from './overrides-file.ts';

export interface ConfigureInput {
  /** Codex's folder. */
  home: string;
  /** The environment for running Codex when asking for its prompt. */
  environment: Environment;
  /** The relay's providers and models, without the fields that this file fills in. */
  models: Omit<CatalogInput, 'instructions' | 'overrides' | 'alsoServed'>;
}

/** @throws CodexConfigError if the user's overrides cannot be used */
export async function prepareCatalog(
  { home, environment, models }: ConfigureInput,
  texts: CodexTexts,
): Promise<Catalog> {
  const [overrides, prompt] = await Promise.all([readOverrides(home), askCodexPrompt(environment)]);
  return buildCatalog({
    ...models,
    overrides,
    alsoServed: namedModels(texts),
    instructions: instructionsFrom(prompt),
  });
}

/** The planned changes, with the catalog that is among them. */
export interface PreparedConfig extends WritePlan {
  catalog: Catalog;
}

/**
 * Plans the changes; `applyChanges` makes them.
 * @throws CodexConfigError when a file is not TOML, or the user's overrides cannot be used
 */
export async function prepareConfig(
  input: ConfigureInput,
  { config, makeDefault }: { config: RelayConfig; makeDefault: boolean },
): Promise<PreparedConfig> {
  const texts = await readCodexFiles(input.home);
  const catalog = await prepareCatalog(input, texts);
  const plan = planWrite(texts, { config, catalog: catalogText(catalog), makeDefault });
  return { ...plan, catalog };
}
