/** The `codex` command line that uses a relay without any configuration file. */

import { TOKEN_VARIABLE } from '../codex/hand-written.ts';
import { PROVIDER_NAME } from '../codex/relay-keys.ts';
import { PROVIDER_ID } from '../names.ts';

export interface CodexTarget {
  /** The relay's address, without `/v1`. */
  url: string;
  model: string;
  needsToken: boolean;
}

/**
 * Codex reads a value that is not valid TOML as plain text, so only the name needs quotes, and the line can be pasted
 * into any shell.
 */
export function codexCommand({ url, model, needsToken }: CodexTarget): string {
  const key = `model_providers.${PROVIDER_ID}`;
  const settings = [
    `model_provider=${PROVIDER_ID}`,
    `${key}.name="${PROVIDER_NAME}"`,
    `${key}.base_url=${url}/v1`,
    ...(needsToken ? [`${key}.env_key=${TOKEN_VARIABLE}`] : []),
  ];
  return ['codex', ...settings.map((setting) => `-c ${setting}`), '-m', model].join(' ');
}
