/** What a running relay keeps up to date on disk: Codex's catalog, and which thread is bound to which target. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isNews } from '../codex/catalog-news.ts';
import { catalogUpstream } from '../codex/catalog-rows.ts';
import { codexHome } from '../codex/home/codex-home.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { CATALOG_FILE } from '../names.ts';
import { codeOf } from '../node-errors.ts';
import type { RelayHandle } from '../relay/options.ts';
import { stateFolder } from '../state-folder.ts';
import { writeAtomic } from '../write-atomic.ts';
import type { Environment } from './command-line.ts';

/**
 * Rewrites Codex's catalog if it is out of date. It belongs to the relay whose port Codex's files name: any other
 * relay, or a demo, leaves it alone. A failure is logged and changes nothing.
 */
export async function keepCatalog(
  relay: Pick<RelayHandle, 'port' | 'catalog'>,
  environment: Environment,
  logger: Logger,
): Promise<void> {
  const [active, ...others] = relay.catalog().map(catalogUpstream);
  const home = codexHome(environment);
  // The parsers for Codex's files, which a relay needs for nothing else, are only loaded if there is something to read.
  if (active === undefined || !existsSync(join(home, CATALOG_FILE))) return;
  try {
    const { refreshCatalog, isNamed } = await import('../codex/home/refresh-catalog.ts');
    if (!(await isNamed(home, relay.port))) return;
    const path = join(home, CATALOG_FILE);
    const before = await readFile(path, 'utf8');
    const isWritten = await refreshCatalog(home, [active, ...others]);
    if (isWritten && isNews(before, await readFile(path, 'utf8'))) {
      logger.info('The model catalog of Codex was brought up to date: restart Codex to see the new models');
    }
  } catch (error) {
    logger.warn(`The model catalog of Codex was not brought up to date: ${messageOf(error)}`);
  }
}

/** One file for each relay's port, so that two relays never write the same one. */
export function bindingsFile(port: number, environment: Environment): string {
  return join(stateFolder(environment), `threads-${port}.json`);
}

/** The saved text; empty if there is nothing to read. */
export async function readBindings(path: string, logger: Logger): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') logger.warn(`Which thread went where is not known: ${messageOf(error)}`);
    return '';
  }
}

/** Saves texts one after another; if several wait, only the last. */
export function bindingsSaver(path: string, logger: Logger): (text: string) => void {
  let waiting: string | undefined;
  let isSaving = false;
  const save = async () => {
    isSaving = true;
    while (waiting !== undefined) {
      const text = waiting;
      waiting = undefined;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeAtomic({ path, text, mode: 0o600 });
      } catch (error) {
        logger.warn(`Which thread went where was not saved: ${messageOf(error)}`);
      }
    }
    isSaving = false;
  };
  return (text) => {
    waiting = text;
    if (!isSaving) void save();
  };
}
