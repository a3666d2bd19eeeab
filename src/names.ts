/** Names and numbers that relay, hosts and Codex's configuration must agree on. None may ever change. */

const NAME = 'codex-relay';

/** The relay's provider id in Codex, the same for every upstream, because Codex lists past sessions by it. */
export const PROVIDER_ID = NAME;
/** The model name that stands for whatever model is chosen in the relay. */
export const MODEL_ALIAS = NAME;
/** The name by which a relay identifies itself on its port. */
export const SERVICE = NAME;

/**
 * The model catalog in Codex's folder. Named without a folder, because Codex resolves it next to the file that names
 * it, even on WSL.
 */
export const CATALOG_FILE = 'codex-relay.models.json';

/** The relay's default port on 127.0.0.1. */
export const DEFAULT_PORT = 4444;

/** The user's file about providers' own Responses endpoints, in Codex's folder. */
export const NATIVE_FILE = 'codex-relay.native.json';
