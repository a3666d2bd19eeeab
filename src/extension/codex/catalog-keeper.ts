/**
 * Keeps Codex's model catalog true: when a key, a provider, a model or a list changes, the file is written again,
 * where Codex is set up for this relay. Codex reads it when it starts, so its user is told.
 */
import { isNews } from '../../codex/catalog-news.ts';
import type { CatalogUpstreams } from './catalog-source.ts';
import type { CodexTexts } from './codex-bundle.ts';
import { loadCodexFiles } from './load-codex-files.ts';
import { namedRelays } from './named-relays.ts';

/** A burst of changes (a key, then its models) is one change. */
const SETTLED_AFTER_MS = 1_000;

export interface CatalogKeeperParts {
  /** Codex's folder. */
  home(): Promise<string>;
  /** What Codex's files must name to be ours. */
  server(): Promise<{ port: number; token: string }>;
  /** What this window serves; undefined when it does not serve. */
  upstreams(): Promise<CatalogUpstreams | undefined>;
  /** Whether the user is looking at changes of the same files, which would then no longer fit. */
  isAsking(): boolean;
  /** Tells that Codex must be restarted to see what changed. */
  tell(): void;
  /** Told of a failure: nobody waits for this work. */
  fail(error: unknown): void;
  /** Calls back once, after `ms` milliseconds. */
  later(ms: number, callback: () => void): void;
}

export class CatalogKeeper {
  readonly #parts: CatalogKeeperParts;
  #isWaiting = false;

  constructor(parts: CatalogKeeperParts) {
    this.#parts = parts;
  }

  /** Something may have changed: looks soon. */
  refresh(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#parts.later(SETTLED_AFTER_MS, () => {
      this.#isWaiting = false;
      if (this.#parts.isAsking()) this.refresh();
      else this.update().catch((error: unknown) => this.#parts.fail(error));
    });
  }

  /** Brings the file up to date now. Resolves to whether it was written. */
  async update(): Promise<boolean> {
    const upstreams = await this.#parts.upstreams();
    if (upstreams === undefined) return false;
    const { readCodexFiles, refreshCatalog, CATALOG_FILE } = await loadCodexFiles();
    const home = await this.#parts.home();
    const texts = await readCodexFiles(home);
    const before = texts[CATALOG_FILE];
    if (before === undefined || !(await this.#isOurs(texts))) return false;
    if (!(await refreshCatalog(home, upstreams))) return false;
    const after = (await readCodexFiles(home))[CATALOG_FILE];
    if (isNews(before, after ?? '')) this.#parts.tell();
    return true;
  }

  /** Whether Codex is set up for this relay: by its port, or, where that has changed, by its token. */
  async #isOurs(texts: CodexTexts): Promise<boolean> {
    const { port, token } = await this.#parts.server();
    return (await namedRelays(texts)).some((named) => named.port === port || named.token === token);
  }
}
