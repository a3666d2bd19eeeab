/** Keeps the catalog, which is our own file, up to date with the relay. */
import { join } from 'node:path';
import { asObject, parseObject } from '../../json.ts';
import { CATALOG_FILE } from '../../names.ts';
import { writeAtomic } from '../../write-atomic.ts';
import { buildCatalog, type CatalogUpstream, catalogText } from '../catalog.ts';
import { namedRelays } from '../named-relays.ts';
import { namedModels } from '../plan.ts';
import { readCodexFiles } from './codex-files.ts';
import { readOverrides } from './overrides-file.ts';

/** Whether Codex's files name a relay on this port. @throws CodexConfigError if a file is not TOML */
export async function isNamed(home: string, port: number): Promise<boolean> {
  return namedRelays(await readCodexFiles(home)).some((relay) => relay.port === port);
}

/**
 * Rewrites the catalog if there is one of ours. Codex reads it when it next starts.
 * @param home Codex's folder
 * @param upstreams the active one first
 * @returns whether anything changed
 * @throws CodexConfigError if the user's overrides cannot be used
 */
export async function refreshCatalog(
  home: string,
  [active, ...others]: readonly [CatalogUpstream, ...CatalogUpstream[]],
): Promise<boolean> {
  const texts = await readCodexFiles(home);
  const before = texts[CATALOG_FILE];
  const instructions = before === undefined ? undefined : instructionsOf(before);
  if (instructions === undefined) return false;
  const catalog = buildCatalog({
    ...active,
    others,
    alsoServed: namedModels(texts),
    overrides: await readOverrides(home),
    // Taken from the existing file, because asking Codex for them takes too long for a switch.
    instructions,
  });
  const text = catalogText(catalog);
  if (text === before) return false;
  await writeAtomic({ path: join(home, CATALOG_FILE), text, mode: 0o644 });
  return true;
}

/** The system prompt that all entries share; undefined if the file is not one of our catalogs. */
function instructionsOf(catalog: string): string | undefined {
  const { models } = parseObject(catalog) ?? {};
  const [alias] = Array.isArray(models) ? models : [];
  const instructions = asObject(alias)?.['base_instructions'];
  return typeof instructions === 'string' ? instructions : undefined;
}
