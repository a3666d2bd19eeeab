/**
 * What is known of a model, from three sources of growing weight: the data that ships with the relay, what the
 * provider's own `/models` says, and what the user says.
 */

import shipped from './known-models.json' with { type: 'json' };
import type { ListedModel, ModelFacts } from './model-list.ts';

type Shipped = Readonly<Record<string, Readonly<Record<string, ModelFacts>>>>;
const KNOWN: Shipped = shipped.providers;

/** The models of a provider that ship with the relay, for when its `/models` cannot be asked. */
export function shippedModels(provider: string): ListedModel[] {
  return Object.entries(KNOWN[provider] ?? {}).map(([id, facts]) => ({ id, ...facts }));
}

/**
 * What ships about a model: the provider's own entry, else the most careful of the entries that others have for
 * a model of the same name (`deepseek/deepseek-v4-pro:free` at a gateway is `deepseek-v4-pro`).
 */
export function shippedFacts(provider: string, id: string): ModelFacts | undefined {
  const own = KNOWN[provider]?.[id];
  if (own) return own;
  const name = plainName(id);
  const same = Object.values(KNOWN).flatMap((models) =>
    Object.entries(models).flatMap(([other, facts]) => (plainName(other) === name ? [facts] : [])),
  );
  const [first] = same.toSorted((left, right) => (left.contextWindow ?? 0) - (right.contextWindow ?? 0));
  return first && { ...first, images: same.every(({ images }) => images === true) };
}

/** Later facts win, field by field. */
export function mergeFacts(...sources: readonly (ModelFacts | undefined)[]): ModelFacts {
  const told = sources.flatMap((facts) => Object.entries(facts ?? {}));
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

/** The last part of a model's name in lower case, without a gateway's `:variant`. */
function plainName(id: string): string {
  const [name = ''] = (id.split('/').at(-1) ?? '').split(':');
  return name.toLowerCase();
}
