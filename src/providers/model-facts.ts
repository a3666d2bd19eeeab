/**
 * What is known about a model, from three sources of increasing weight: the shipped data, the provider and the user.
 */

import { presetById } from './index.ts';
import shipped from './known-models.json' with { type: 'json' };
import type { ListedModel, ModelFacts } from './model-list.ts';

type Shipped = Readonly<Record<string, Readonly<Record<string, ModelFacts>>>>;
const KNOWN: Shipped = shipped.providers;

/** A provider's models in the shipped data, for when its `/models` cannot be asked. */
export function shippedModels(provider: string): ListedModel[] {
  return Object.entries(KNOWN[provider] ?? {}).map(([id, facts]) => ({ id, ...known(facts) }));
}

/**
 * The shipped facts about a model: the provider's own entry, or else the most cautious of other providers' entries for
 * the same name (`deepseek/deepseek-v4-pro:free` at a gateway is `deepseek-v4-pro`). A program on the user's machine
 * sets its own window, which is unknown until the server tells.
 */
export function shippedFacts(provider: string, id: string): ModelFacts | undefined {
  const models = KNOWN[provider] ?? {};
  // A model may be named `constructor`.
  const own = Object.hasOwn(models, id) ? models[id] : undefined;
  if (own) return known(own);
  const name = plainName(id);
  const same = Object.values(KNOWN).flatMap((others) =>
    Object.entries(others).flatMap(([other, facts]) => (plainName(other) === name ? [facts] : [])),
  );
  const [first] = same.toSorted((left, right) => (left.contextWindow ?? 0) - (right.contextWindow ?? 0));
  if (first === undefined) return undefined;
  const facts = { ...first, images: same.every(({ images }) => images === true) };
  const { server } = presetById(provider) ?? {};
  if (server === undefined) return known(facts);
  const { contextWindow, ...rest } = facts;
  if (server !== 'any' || contextWindow === undefined) return rest;
  return { ...facts, windowFrom: 'guessed', windowNote: 'what the model has elsewhere' };
}

function known(facts: ModelFacts): ModelFacts {
  return facts.contextWindow === undefined ? facts : { ...facts, windowFrom: 'known' };
}

/** The last part of a model's name, in lower case and without a gateway's `:variant`. */
function plainName(id: string): string {
  const [name = ''] = (id.split('/').at(-1) ?? '').split(':');
  return name.toLowerCase();
}
