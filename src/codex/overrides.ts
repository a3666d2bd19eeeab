/** The user's own facts about models: `codex-relay.overrides.json` in `CODEX_HOME`. */
import * as z from 'zod/mini';
import type { ModelFacts } from '../providers/model-list.ts';

export const OVERRIDES_FILE = 'codex-relay.overrides.json';

/** The file cannot be used; the message names file and place. */
export class OverridesError extends Error {
  override readonly name = 'OverridesError';
}

const tokens = z.optional(z.int().check(z.positive()));
const overrides = z.record(
  z.string(),
  z.strictObject({
    name: z.optional(z.string()),
    contextWindow: tokens,
    maxOutput: tokens,
    images: z.optional(z.boolean()),
    efforts: z.optional(z.array(z.string())),
  }),
);

/** What the file says, by model id. @throws OverridesError */
export function parseOverrides(text: string): Record<string, ModelFacts> {
  const result = overrides.safeParse(parseJson(text));
  if (result.success) return result.data as Record<string, ModelFacts>;
  const [issue] = result.error.issues;
  const place = issue?.path.map((part) => JSON.stringify(part)).join(' > ');
  throw new OverridesError(
    `${OVERRIDES_FILE}: ${place ? `${place}: ` : ''}${issue?.message ?? 'not usable'}`,
  );
}

const MOST_NAMED = 3;

/** One sentence about models that nobody knows. */
export function howToOverride(models: readonly string[]): string {
  const example = { [models[0] ?? 'MODEL']: { contextWindow: 65_536, images: false } };
  const more = models.length > MOST_NAMED ? ` and ${models.length - MOST_NAMED} more` : '';
  return (
    `Nothing is known about ${models.slice(0, MOST_NAMED).join(', ')}${more}: Codex is told 128,000 tokens and ` +
    `text only. To say better, write e.g. ${JSON.stringify(example)} into ${OVERRIDES_FILE} in Codex's folder.`
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OverridesError(`${OVERRIDES_FILE} is not JSON: ${reason}`, { cause });
  }
}
