/** The `codex` command line that uses a relay without any configuration file. */

/** The provider id in Codex is the same for every upstream: Codex lists past sessions by it. */
export const CODEX_PROVIDER_ID = 'codex-relay';

/** The variable from which Codex reads the relay's token, so that the command line does not hold it. */
export const TOKEN_VARIABLE = 'CODEX_RELAY_TOKEN';

export interface CodexTarget {
  /** The relay's address without `/v1`. */
  url: string;
  model: string;
  needsToken: boolean;
}

/**
 * Codex takes a value that is no TOML as plain text. So only the name needs quotes, and the line can be pasted
 * into any shell.
 */
export function codexCommand({ url, model, needsToken }: CodexTarget): string {
  const key = `model_providers.${CODEX_PROVIDER_ID}`;
  const settings = [
    `model_provider=${CODEX_PROVIDER_ID}`,
    `${key}.name="Codex Relay"`,
    `${key}.base_url=${url}/v1`,
    ...(needsToken ? [`${key}.env_key=${TOKEN_VARIABLE}`] : []),
  ];
  return ['codex', ...settings.map((setting) => `-c ${setting}`), '-m', model].join(' ');
}
