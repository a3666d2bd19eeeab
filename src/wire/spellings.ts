/**
 * Finds fields of the API under other names: in another case (`finishReason`, `ToolCalls`), or as another API calls
 * them (`stop_reason`). Runs for every chunk, so each name is looked at once.
 */
import type { JsonObject } from '../json.ts';

/** Providers have a few dozen names; whoever makes up new ones all the time must not fill the memory. */
const MOST_NAMES = 1_000;

export class Spellings {
  /** The field for each name, in lower case, letters only. */
  readonly #fields = new Map<string, string>();
  /** The field for each name as it was sent; undefined for what is none of these. */
  readonly #known = new Map<string, string | undefined>();

  /** @param fields with the other names of each, in lower case, letters only */
  constructor(fields: Readonly<Record<string, readonly string[]>>) {
    for (const [field, names] of Object.entries(fields)) {
      for (const name of [plain(field), ...names]) this.#fields.set(name, field);
    }
  }

  /**
   * Moves values from other names to the field's own, unless that has a value.
   * @returns the names that are none of these fields, if any
   */
  correct(holder: JsonObject): boolean {
    let hasOthers = false;
    for (const name in holder) {
      const field = this.#fieldOf(name);
      if (field === undefined) hasOthers = true;
      else if (field !== name) move(holder, name, field);
    }
    return hasOthers;
  }

  #fieldOf(name: string): string | undefined {
    const known = this.#known.get(name);
    if (known !== undefined || this.#known.has(name)) return known;
    const field = this.#fields.get(plain(name));
    if (this.#known.size < MOST_NAMES) this.#known.set(name, field);
    return field;
  }
}

/** Whether a field says nothing. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function move(holder: JsonObject, name: string, field: string): void {
  const value = holder[name];
  if (value === undefined || isBlank(value) || !isBlank(holder[field])) return;
  holder[field] = value;
  delete holder[name];
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}
