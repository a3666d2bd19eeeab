/** Finds what is wrong in settings.json, where, and what was probably meant. */
import { asObject } from '../json.ts';
import type { Preset } from '../providers/index.ts';
import { dropParts, extraParts, isRequired } from './request-fields.ts';
import { isCustomId, usableBaseUrl } from './settings.ts';

export type SettingsProblem = {
  /** Where, as the user sees it: `codexRelay.customProviders[0].dialect`. */
  place: string;
  /** The value there. */
  value: string;
  /** The known value that is most similar. */
  meant?: string;
} & {
  code:
    | 'unknownProvider'
    | 'unknownDialect'
    | 'badId'
    | 'takenId'
    | 'badAddress'
    | 'badFields'
    | 'badFieldNames'
    | 'requiredField'
    | 'badSwitch';
};

/** @param get reads a setting as written (name without the `codexRelay.` prefix) */
export function settingsProblems(
  get: (name: string) => unknown,
  presets: readonly Preset[],
): SettingsProblem[] {
  const shipped = presets.filter(({ baseUrl }) => baseUrl !== undefined).map(({ profile }) => profile.id);
  const dialects = presets.map(({ profile }) => profile.id);
  const written = get('customProviders');
  const own = Array.isArray(written) ? written.map((entry) => asObject(entry) ?? {}) : [];
  const problems: SettingsProblem[] = [];
  const note: Note = (code, place, value, known = []) => {
    const meant = closest(value, known);
    problems.push({ code, place: `codexRelay.${place}`, value, ...(meant === undefined ? {} : { meant }) });
  };

  const known = [...shipped, ...own.map(({ id }) => text(id))];
  const provider = text(get('provider'));
  if (provider !== '' && !known.includes(provider)) note('unknownProvider', 'provider', provider, known);

  const seen = new Set<string>(dialects);
  for (const [index, { id, baseUrl, dialect }] of own.entries()) {
    const at = (field: string) => `customProviders[${index}].${field}`;
    if (!isCustomId(text(id))) note('badId', at('id'), text(id));
    else if (seen.has(text(id))) note('takenId', at('id'), text(id));
    seen.add(text(id));
    if (usableBaseUrl(text(baseUrl)) === undefined) note('badAddress', at('baseUrl'), text(baseUrl));
    if (text(dialect) !== '' && !dialects.includes(text(dialect)))
      note('unknownDialect', at('dialect'), text(dialect), dialects);
  }
  noteFields(get, known, note);
  if (!isUnsetOr(get('heal'), (value) => typeof value === 'boolean'))
    note('badSwitch', 'heal', shown(get('heal')));
  return problems;
}

type Note = (code: SettingsProblem['code'], place: string, value: string, known?: readonly string[]) => void;

/** Notes problems with the settings for fields of requests. */
function noteFields(get: (name: string) => unknown, ids: readonly string[], note: Note): void {
  const extra = get('upstreamExtraParams');
  if (!isUnsetOr(extra, (value) => asObject(value) !== undefined))
    note('badFields', 'upstreamExtraParams', shown(extra));
  for (const { id, fields } of extraParts(extra, ids)) {
    const place = id === undefined ? 'upstreamExtraParams' : `upstreamExtraParams.${id}`;
    for (const name of Object.keys(fields).filter(isRequired)) note('requiredField', place, name);
  }
  const drop = get('dropUpstreamParams');
  if (!isUnsetOr(drop, (value) => Array.isArray(value) || asObject(value) !== undefined))
    note('badFieldNames', 'dropUpstreamParams', shown(drop));
  for (const { id, names } of dropParts(drop)) {
    const place = id === undefined ? 'dropUpstreamParams' : `dropUpstreamParams.${id}`;
    if (id !== undefined && !ids.includes(id)) note('unknownProvider', place, id, ids);
    for (const name of names) {
      if (isRequired(name)) note('requiredField', place, name);
      else if (text(name) === '') note('badFieldNames', place, shown(name));
    }
  }
}

function isUnsetOr(value: unknown, isRight: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || isRight(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A schema for settings.json that knows what the manifest cannot: the user's own providers. */
export function settingsSchema(
  presets: readonly Preset[],
  own: readonly { id: string; name: string }[],
): object {
  const shipped = presets
    .filter(({ baseUrl }) => baseUrl !== undefined)
    .map(({ profile: { id, name } }) => ({ id, name }));
  const all = [...shipped, ...own];
  const choice = { enum: all.map(({ id }) => id), enumDescriptions: all.map(({ name }) => name) };
  return {
    type: 'object',
    properties: {
      'codexRelay.provider': {
        enum: ['', ...choice.enum],
        enumDescriptions: ['', ...choice.enumDescriptions],
      },
      'codexRelay.models': { propertyNames: { enum: choice.enum } },
    },
  };
}

/** The candidate that is a typo away from the text; undefined if none is close. */
function closest(typed: string, candidates: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(typed.length / 3));
  const near = candidates
    .map((candidate) => ({ candidate, far: distance(typed.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= most);
  return near.toSorted((one, other) => one.far - other.far)[0]?.candidate;
}

/** How many letters must be inserted, removed or replaced (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [column, against] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
