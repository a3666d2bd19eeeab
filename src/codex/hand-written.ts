/** The configuration as a person would write it, with comments: `--print-config`, and the README. */
import {
  keyLine,
  PROVIDER_PATH,
  providerValues,
  type RelayConfig,
  ROOT_KEYS,
  rootValues,
  tomlValue,
} from './relay-keys.ts';

/** The variable from which Codex reads the relay's token if it is not in the file. */
export const TOKEN_VARIABLE = 'CODEX_RELAY_TOKEN';

/** What the configuration says. The token itself is left out. */
export interface HandWritten extends Omit<RelayConfig, 'token' | 'catalog' | 'resetModel'> {
  /** Where Codex finds the catalog; undefined if there is none. */
  catalog?: string | undefined;
  /** Whether the relay wants a token. The token is not printed, because it might stay on screens and in logs. */
  needsToken: boolean;
  /** In tokens; for a configuration without a catalog. */
  contextWindow?: number | undefined;
  /** The relay's address, without `/v1`. Default: that of its port on this machine. */
  url?: string | undefined;
}

const COMMENTS: Readonly<Record<string, string>> = {
  model: 'codex-relay: the model that is chosen in the relay',
  model_catalog_json: 'what Codex has to know of the models',
  name: 'any name but OpenAI',
  base_url: "the relay's port",
  env_key: "the variable that holds the relay's token",
};

/** TOML for `config.toml`. It also works without `catalog`, but Codex then gives a warning. */
export function handWrittenConfig(input: HandWritten): string {
  const { needsToken, contextWindow, catalog, url, ...config } = input;
  const root = rootValues({ ...config, ...(catalog !== undefined && { catalog }) });
  const rootLines = ROOT_KEYS.flatMap((key) => {
    if (key !== 'model_catalog_json' || catalog !== undefined) return [line(key, root[key])];
    return contextWindow === undefined ? [] : [`model_context_window = ${contextWindow}`];
  });
  const provider = [...providerValues(config)].map(([key, value]) =>
    key === 'base_url' && url !== undefined
      ? keyLine(key, `${url.replace(/\/+$/, '')}/v1`)
      : line(key, value),
  );
  return [
    "# For Codex's config.toml, above its first [table]:",
    ...rootLines,
    ...(catalog === undefined ? [NO_CATALOG] : []),
    '',
    '# and anywhere below:',
    `[${PROVIDER_PATH.join('.')}]`,
    ...provider,
    ...(needsToken ? [line('env_key', TOKEN_VARIABLE)] : []),
    '',
  ].join('\n');
}

const NO_CATALOG = `# Without a model catalog Codex warns that it does not know the model, and offers no apply_patch tool.
# codex-relay --write-config writes a catalog; so does --print-config --out DIR.`;

function line(key: string, value: string | boolean): string {
  const comment = COMMENTS[key];
  return `${key} = ${tomlValue(value)}${comment === undefined ? '' : `  # ${comment}`}`;
}
