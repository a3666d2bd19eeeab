/**
 * Keeps Codex's model catalog up to date: when a key, a provider, a model or a list changes, the file is rewritten if
 * Codex is set up for this relay. Codex reads it only when it starts, so the user is told.
 */
import { isNews } from '../../codex/catalog-news.ts';
import type { CatalogUpstreams } from './catalog-source.ts';
import type { CodexTexts } from './codex-bundle.ts';
import { loadCodexFiles } from './load-codex-files.ts';

/** A burst of changes (a key, then its models) is one change. */
const SETTLED_AFTER_MS = 1_000;

export interface CatalogKeeperParts {
  /** Codex's folder. */
  home(): Promise<string>;
  /** The port and token that Codex's files name if they are set up for us. */
  server(): Promise<{ port: number; token: string }>;
  /** What this window serves; undefined when it does not serve. */
  upstreams(): Promise<CatalogUpstreams | undefined>;
  /** Whether the user is reviewing changes to the same files, which a write would invalidate. */
  isAsking(): boolean;
  /** Tells the user to restart Codex to see the changes. */
  tell(): void;
  /** Called on failure, because nobody waits for this work. */
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

  /** To be called when something may have changed: checks soon. */
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

  /** Whether Codex is set up for this relay: by its port or, if that has changed, by its token. */
  async #isOurs(texts: CodexTexts): Promise<boolean> {
    const { namedRelays } = await loadCodexFiles();
    const { port, token } = await this.#parts.server();
    return namedRelays(texts).some((named) => named.port === port || named.token === token);
  }
}
