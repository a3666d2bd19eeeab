/** The relays that Codex's files name: this one, one on its old port, or another program's. */
import { loadRelay } from '../relay/launcher.ts';
import type { CodexTexts } from '../relay/relay-bundle.ts';

export interface NamedRelay {
  port: number;
  /** As written, of whatever type; undefined when there is none. */
  token: unknown;
}

/** @throws CodexConfigError when a file is not TOML */
export async function namedRelays(texts: CodexTexts): Promise<NamedRelay[]> {
  const { relayProvider, relayPort, inFile, CONFIG_FILE, PROFILE_FILE } = await loadRelay();
  return ([PROFILE_FILE, CONFIG_FILE] as const).flatMap((file) => {
    const provider = inFile(file, () => relayProvider(texts[file] ?? ''));
    const port = provider && relayPort(provider);
    return port === undefined ? [] : [{ port, token: provider?.['experimental_bearer_token'] }];
  });
}
