/** Names and numbers that relay, hosts and Codex's configuration must agree on. None may ever change. */

const NAME = 'codex-relay';

/** The relay's provider id in Codex, which lists past sessions by it: the same whatever the upstream. */
export const PROVIDER_ID = NAME;
/** The model name that stands for whatever model is chosen in the relay. */
export const MODEL_ALIAS = NAME;
/** How a relay introduces itself to whoever asks what listens on its port. */
export const SERVICE = NAME;

/** The model catalog in Codex's folder. Named without a folder: Codex resolves it beside the file that names it, on WSL too. */
export const CATALOG_FILE = 'codex-relay.models.json';

/** The relay's port on 127.0.0.1 where nobody chose another. */
export const DEFAULT_PORT = 4444;

/** In Codex's folder: what the user says of providers' own Responses endpoints. */
export const NATIVE_FILE = 'codex-relay.native.json';
