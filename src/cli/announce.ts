/** Tells the user how to use the relay that has just started. */

import { TESTED_WITH } from '../codex/tested-releases.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { RelayHandle } from '../relay/options.ts';
import type { Provider } from '../relay/routing/provider.ts';
import { VERSION } from '../version.ts';
import { codexCommand } from './codex-command.ts';

const MOST_MODELS_SHOWN = 20;

export interface Started {
  relay: RelayHandle;
  provider: Provider;
  needsToken: boolean;
  logger: Logger;
}

export function announceStart(started: Started): void {
  const { relay, provider, logger } = started;
  logger.info(`codex-relay ${VERSION} listens on ${relay.url}`);
  logger.info(`This relay was ${TESTED_WITH}`);
  logger.info(`Upstream: ${provider.profile.name}, ${shownUrl(provider.baseUrl)}`);
  if (provider.preset.needsKey && provider.apiKeys.length === 0) warnOfMissingKey(started);
}

function warnOfMissingKey({ provider, logger }: Started): void {
  const { keyUrl } = provider.preset;
  const source = keyUrl === undefined ? '' : ` to a key from ${keyUrl}`;
  logger.warn(
    `No key is set: ${provider.profile.name} gets the bearer token of the client, if any. Set CODEX_RELAY_API_KEY${source}`,
  );
}

/** Asks the provider for its models and logs how to start Codex; resolves even if the provider does not answer. */
export async function announceModels(started: Started): Promise<void> {
  const { relay, provider, needsToken, logger } = started;
  const models = await listModels(started);
  // The name ends up in a shell, so only names that no shell can misread are suggested.
  const firstModel = models.find((name) => /^\w[\w./:@+-]*$/.test(name));
  const model = provider.model ?? provider.modelMap.keys().next().value ?? firstModel ?? 'MODEL';
  logger.info(
    'With the same flags, codex-relay --write-config sets Codex up for good, and --print-config shows how to do it by hand',
  );
  logger.info(`Or start Codex right away:\n${codexCommand({ url: relay.url, model, needsToken })}`);
}

async function listModels({ relay, logger }: Started): Promise<readonly string[]> {
  try {
    const models = await relay.models();
    const shown = models.slice(0, MOST_MODELS_SHOWN).join(', ') || 'none listed';
    const more = models.length - MOST_MODELS_SHOWN;
    logger.info(`Models: ${shown}${more > 0 ? ` and ${more} more, listed by ${relay.url}/v1/models` : ''}`);
    return models;
  } catch (error) {
    logger.warn(
      `Models: not listed. ${messageOf(error)} The relay runs; name the model yourself (codex -m MODEL)`,
    );
    return [];
  }
}

/** The URL without its query, which may hold a key. */
function shownUrl(url: string): string {
  return url.replace(/[?#].*$/, '');
}
