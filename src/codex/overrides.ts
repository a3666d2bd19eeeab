/** The user's own facts about models: `codex-relay.overrides.json` in `CODEX_HOME`. */
import * as z from 'zod/mini';
import type { ModelFacts } from '../providers/model-list.ts';
import { parseUserFile } from './user-file.ts';

/** Its name in Codex's folder. */
export const OVERRIDES_FILE = 'codex-relay.overrides.json';

const COUNT = 'must be a whole number of tokens';
const tokens = z.exactOptional(z.int(COUNT).check(z.positive(COUNT)));
const text = z.string('must be text');
const overrides = z.record(
  z.string(),
  z.strictObject(
    {
      name: z.exactOptional(text),
      contextWindow: tokens,
      maxOutput: tokens,
      images: z.exactOptional(z.boolean('must be true or false')),
      efforts: z.exactOptional(z.array(text, 'must be a list of level names')),
    },
    'takes name, contextWindow, maxOutput, images and efforts, nothing else',
  ),
  'must be an object with one entry a model',
);

/** The facts in the file, by model id. @throws CodexConfigError */
export function parseOverrides(text: string): Record<string, ModelFacts> {
  return parseUserFile(OVERRIDES_FILE, text, overrides);
}

const MOST_NAMED = 3;

/** A sentence about models of which nothing is known. */
export function howToOverride(models: readonly string[]): string {
  const example = { [models[0] ?? 'MODEL']: { contextWindow: 65_536, images: false } };
  const more = models.length > MOST_NAMED ? ` and ${models.length - MOST_NAMED} more` : '';
  return (
    `Nothing is known about ${models.slice(0, MOST_NAMED).join(', ')}${more}: Codex is told 128,000 tokens and ` +
    `text only. To say better, write e.g. ${JSON.stringify(example)} into ${OVERRIDES_FILE} in Codex's folder.`
  );
}
