/**
 * Gives Codex its own configuration while no relay runs, if the relay is its default: takes the relay out of
 * `config.toml` and puts it in again. Profile and catalog stay, because plain Codex reads neither. Text in, text out.
 */
import { parseObject } from '../json.ts';
import { CATALOG_FILE, MODEL_ALIAS } from '../names.ts';
import { addRelayKeys, relayProvider, removeRelayKeys, usesRelay } from './config-edit.ts';
import { CONFIG_FILE, type CodexTexts, type FileChange, inFile } from './plan.ts';
import { isOurProvider, relayPort } from './relay-keys.ts';
import { parseToml } from './toml-document.ts';

/** Identifies the relay, because the same file may name another program's. */
export interface RelayAddress {
  port: number;
  token: string;
}

/** What is remembered about the relay's configuration until it is put in again. */
export interface GivenBack {
  /** The model that was chosen in Codex while the relay was its provider. */
  model: string;
  /** Whether Codex was told that the relay takes WebSockets. */
  webSocket: boolean;
}

/** What to write, and what to remember for `planTakeAgain`. */
export interface GiveBackPlan {
  changes: FileChange[];
  given: GivenBack;
}

/** Whether plain Codex uses this relay. @throws CodexConfigError if `config.toml` is not TOML */
export function isDefault(texts: CodexTexts, relay: RelayAddress): boolean {
  const text = texts[CONFIG_FILE] ?? '';
  return inFile(CONFIG_FILE, () => usesRelay(text) && isOf(relayProvider(text), relay));
}

/** Whether plain Codex uses a relay on this port, whatever its token. @throws CodexConfigError */
export function isDefaultOn(texts: CodexTexts, port: number): boolean {
  const text = texts[CONFIG_FILE] ?? '';
  return inFile(CONFIG_FILE, () => usesRelay(text) && relayPort(relayProvider(text) ?? {}) === port);
}

/** Undefined if this relay is not Codex's default. @throws CodexConfigError */
export function planGiveBack(texts: CodexTexts, relay: RelayAddress): GiveBackPlan | undefined {
  const before = texts[CONFIG_FILE] ?? '';
  if (!isDefault(texts, relay)) return undefined;
  return inFile(CONFIG_FILE, () => {
    const { model } = parseToml(before);
    const { text } = removeRelayKeys(before);
    const after = text === '' ? undefined : text;
    return {
      changes: [{ file: CONFIG_FILE, before, after }],
      given: {
        model: typeof model === 'string' ? model : MODEL_ALIAS,
        webSocket: relayProvider(before)?.['supports_websockets'] === true,
      },
    };
  });
}

/**
 * Puts this relay in again, with what was remembered. There is nothing to do if it already is the default, if its other
 * files are gone (somebody removed it), or if another relay has taken its place.
 * @throws CodexConfigError
 */
export function planTakeAgain(
  texts: CodexTexts,
  { port, token }: RelayAddress,
  given: GivenBack,
): FileChange[] {
  const relay = { port, token };
  const before = texts[CONFIG_FILE];
  if (texts[CATALOG_FILE] === undefined || inFile(CONFIG_FILE, () => isAnothers(before ?? '', relay)))
    return [];
  const after = inFile(CONFIG_FILE, () => addRelayKeys(before ?? '', { ...relay, ...given }));
  return after === before ? [] : [{ file: CONFIG_FILE, before, after }];
}

/** Reads the file with what is remembered; undefined if the text is not ours. */
export function readGivenBack(text: string): GivenBack | undefined {
  const { model, webSocket } = parseObject(text) ?? {};
  return typeof model === 'string' ? { model, webSocket: webSocket === true } : undefined;
}

/** Whether the provider is another relay's, and not what giving back left of ours. */
function isAnothers(text: string, relay: RelayAddress): boolean {
  const provider = relayProvider(text);
  if (provider === undefined || !isOurProvider(provider) || isOf(provider, relay)) return false;
  // A table to which the user added something stays, but without its token, and nothing uses it.
  return usesRelay(text) || provider['experimental_bearer_token'] !== undefined;
}

function isOf(provider: Record<string, unknown> | undefined, { port, token }: RelayAddress): boolean {
  return (
    provider !== undefined && relayPort(provider) === port && provider['experimental_bearer_token'] === token
  );
}
