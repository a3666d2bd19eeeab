/** The relays that Codex's files name: this one, one on its old port, or another program's. Text in, values out. */
import { relayProvider } from './config-edit.ts';
import { CONFIG_FILE, type CodexTexts, type Configuration, inFile } from './plan.ts';
import { PROFILE_FILE, relayPort } from './relay-keys.ts';

/** A relay that a file names as Codex's provider. */
export interface NamedRelay {
  file: Configuration;
  port: number;
  /** As written, of any type; undefined if there is none. */
  token: unknown;
}

/** @throws CodexConfigError if a file is not TOML */
export function namedRelays(texts: CodexTexts): NamedRelay[] {
  return ([PROFILE_FILE, CONFIG_FILE] as const).flatMap((file) => {
    const provider = inFile(file, () => relayProvider(texts[file] ?? ''));
    const port = provider && relayPort(provider);
    return port === undefined ? [] : [{ file, port, token: provider?.['experimental_bearer_token'] }];
  });
}
