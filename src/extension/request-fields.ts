/**
 * The user's last word, in the settings, on the fields of Chat Completions requests. Top-level entries apply to the
 * chosen provider, as on the command line; entries under a provider's id apply to that one, chosen or not.
 */
import { asObject, type JsonObject } from '../json.ts';
import { REQUIRED_FIELDS } from '../relay/routing/provider.ts';

export interface RequestFields {
  extraParams: JsonObject;
  dropParams: readonly string[];
}

/** The two settings, as written. */
export interface WrittenFields {
  upstreamExtraParams: unknown;
  dropUpstreamParams: unknown;
}

/**
 * The fields to set and to leave out for one provider. Useless entries are ignored.
 * @param known ids of all providers
 */
export function requestFields(
  { upstreamExtraParams, dropUpstreamParams }: WrittenFields,
  provider: { id: string; isChosen: boolean },
  known: readonly string[],
): RequestFields {
  const extra = extraParts(upstreamExtraParams, known).filter(({ id }) => isFor(id, provider));
  const drop = dropParts(dropUpstreamParams).filter(({ id }) => isFor(id, provider));
  return {
    extraParams: Object.fromEntries(
      extra.flatMap(({ fields }) => Object.entries(fields)).filter(([name]) => !isRequired(name)),
    ),
    dropParams: [...new Set(drop.flatMap(({ names }) => names.filter(isName)))].filter(
      (name) => !isRequired(name),
    ),
  };
}

/** A part of a setting, with the provider that it is for; without one, it is for the chosen provider. */
interface Part {
  id?: string;
}

/** An object under a provider's id is for that provider; anything else is a field. */
export function extraParts(written: unknown, known: readonly string[]): (Part & { fields: JsonObject })[] {
  const entries = Object.entries(asObject(written) ?? {});
  const isOwn = ([name, value]: (typeof entries)[number]) =>
    known.includes(name) && asObject(value) !== undefined;
  return [
    { fields: Object.fromEntries(entries.filter((entry) => !isOwn(entry))) },
    ...entries.filter(isOwn).map(([id, value]) => ({ id, fields: asObject(value) ?? {} })),
  ];
}

/** A list is for the chosen provider; an object has a list for each provider. */
export function dropParts(written: unknown): (Part & { names: readonly unknown[] })[] {
  if (Array.isArray(written)) return [{ names: written }];
  return Object.entries(asObject(written) ?? {}).map(([id, names]) => ({
    id,
    names: Array.isArray(names) ? names : [names],
  }));
}

export function isRequired(name: unknown): name is string {
  return typeof name === 'string' && REQUIRED_FIELDS.includes(name);
}

function isFor(id: string | undefined, provider: { id: string; isChosen: boolean }): boolean {
  return id === undefined ? provider.isChosen : id === provider.id;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
