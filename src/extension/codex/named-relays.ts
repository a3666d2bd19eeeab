/** The relays that Codex's files name; the parsers come with the relay's bundle. */
import { loadRelay } from '../relay/launcher.ts';
import type { CodexTexts, NamedRelay } from '../relay/relay-bundle.ts';

/** @throws CodexConfigError when a file is not TOML */
export async function namedRelays(texts: CodexTexts): Promise<NamedRelay[]> {
  return (await loadRelay()).namedRelays(texts);
}
