/** Finds the rules for a model and merges them over what applies to all. */
import { isObject } from '../json.ts';
import type { NativeProfile } from '../translate/native/native-profile.ts';
import type { Profile } from '../translate/profile.ts';

/** Objects that describe a choice as a whole and must not be merged with another. */
const WHOLE: ReadonlySet<string> = new Set<keyof Profile | keyof NativeProfile>([
  'effortFields',
  'webSearch',
  'hostedTools',
]);

interface Rule {
  match: readonly string[];
}

const patterns = new WeakMap<Rule, RegExp>();

/** Whether a rule applies to a model, by the upstream's name for it. */
export function matches(rule: Rule, model: string): boolean {
  let pattern = patterns.get(rule);
  if (pattern === undefined) {
    pattern = globPattern(rule.match);
    patterns.set(rule, pattern);
  }
  return pattern.test(model);
}

/** Globs in which `*` stands for any characters; case is ignored. */
export function globPattern(globs: readonly string[]): RegExp {
  const parts = globs.map((glob) => glob.split('*').map(escaped).join('.*'));
  return new RegExp(`^(?:${parts.join('|')})$`, 'i');
}

function escaped(text: string): string {
  return text.replace(/\W/g, '\\$&');
}

/** Objects merge, lists and everything else replace. */
export function merge<T>(base: T, over: unknown): T {
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over as T;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    result[key] = WHOLE.has(key) ? value : merge(result[key], value);
  }
  return result as T;
}
