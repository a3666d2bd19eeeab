/** The relays that Codex's files name; the parsers come with the relay's bundle. */

import type { CodexTexts, NamedRelay } from './codex-bundle.ts';
import { loadCodexFiles } from './load-codex-files.ts';

/** @throws CodexConfigError when a file is not TOML */
export async function namedRelays(texts: CodexTexts): Promise<NamedRelay[]> {
  return (await loadCodexFiles()).namedRelays(texts);
}
