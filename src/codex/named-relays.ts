/** The relays that Codex's files name: this one, one on its old port, or another program's. Text in, values out. */
import { relayProvider } from './config-edit.ts';
import { CONFIG_FILE, type CodexTexts, type Configuration, inFile } from './plan.ts';
import { PROFILE_FILE, relayPort } from './relay-keys.ts';
import { isSetUp } from './removed-mark.ts';

/** A relay that a file names as Codex's provider. */
export interface NamedRelay {
  file: Configuration;
  port: number;
  /** As written, of any type; undefined if there is none. */
  token: unknown;
  /** What stays of a table with settings of the user when the relay is taken out: it has no token, and nothing uses it. */
  isLeftover: boolean;
}

/** @throws CodexConfigError if a file is not TOML */
export function namedRelays(texts: CodexTexts): NamedRelay[] {
  return ([PROFILE_FILE, CONFIG_FILE] as const).flatMap((file) =>
    inFile(file, () => named(file, texts[file])),
  );
}

function named(file: Configuration, text = ''): NamedRelay[] {
  const provider = relayProvider(text);
  const port = provider && relayPort(provider);
  if (port === undefined) return [];
  const token = provider?.['experimental_bearer_token'];
  // The mark of a removal names the provider, too. A table that has a token may be used in ways that no file tells,
  // such as `codex -c model_provider=codex-relay` or a profile of the user's own.
  const isLeftover = token === undefined && !isSetUp(text);
  return [{ file, port, token, isLeftover }];
}

/**
 * Whether a file still names this relay's old port or old token. If both differ, the file belongs to another relay, such
 * as the command line program.
 */
export function isStale(
  { port, token, isLeftover }: NamedRelay,
  relay: { port: number; token: string },
): boolean {
  return !isLeftover && (port === relay.port) !== (token === relay.token);
}
