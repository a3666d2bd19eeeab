/** The dialect of one model at one provider: the preset's profile under its rules for that model. */
import type { Profile } from '../translate/profile.ts';
import { matches, merge } from './model-rules.ts';
import type { Preset } from './preset.ts';

/**
 * Merged profiles, cached by preset and matching rules: there may be any number of models (clients name them), but few
 * rules.
 */
const merged = new WeakMap<Preset, Map<string, Profile>>();

/** Returns the same object for all models that match the same rules. */
export function profileFor(preset: Preset, model: string): Profile {
  const { profile, models = [] } = preset;
  const matching = models.flatMap((rule, at) => (matches(rule, model) ? [at] : []));
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
