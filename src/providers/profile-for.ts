/** The dialect of one model at one provider: the preset's profile under its rules for that model. */
import { isObject } from '../json.ts';
import type { Profile } from '../translate/profile.ts';
import type { ModelRule, Preset } from './preset.ts';

/** Objects that belong to one way of doing it: two such ways do not mix. */
const WHOLE: ReadonlySet<string> = new Set<keyof Profile>(['effortFields', 'webSearch']);

/** Merged profiles by preset and by the rules that match: models are many (clients name them), rules are few. */
const merged = new WeakMap<Preset, Map<string, Profile>>();
const patterns = new WeakMap<ModelRule, RegExp>();

/** The same object for every model that the same rules match. */
export function profileFor(preset: Preset, model: string): Profile {
  const { profile, models = [] } = preset;
  const matching = models.flatMap((rule, at) => (patternOf(rule).test(model) ? [at] : []));
  if (matching.length === 0) return profile;
  let cache = merged.get(preset);
  if (cache === undefined) {
    cache = new Map();
    merged.set(preset, cache);
  }
  const key = matching.join();
  let result = cache.get(key);
  if (result === undefined) {
    result = matching.reduce((base, at) => merge(base, models[at]?.profile), profile);
    cache.set(key, result);
  }
  return result;
}

function patternOf(rule: ModelRule): RegExp {
  let pattern = patterns.get(rule);
  if (pattern === undefined) {
    const globs = rule.match.map((glob) => glob.split('*').map(escaped).join('.*'));
    pattern = new RegExp(`^(?:${globs.join('|')})$`, 'i');
    patterns.set(rule, pattern);
  }
  return pattern;
}

function escaped(text: string): string {
  return text.replace(/\W/g, '\\$&');
}

function merge<T>(base: T, over: unknown): T {
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over as T;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    result[key] = WHOLE.has(key) ? value : merge(result[key], value);
  }
  return result as T;
}
