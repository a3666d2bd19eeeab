/**
 * `reasoning.effort` in the provider's terms, clamped to levels that the model knows, so that it never causes a 400.
 */

import type { JsonObject } from '../../json.ts';
import type { Profile } from '../profile.ts';

/** Weakest first. A level that a provider lacks becomes the nearest one, the stronger on a tie. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'];

export interface ChatEffort {
  level: string;
  fields: JsonObject;
}

/** Undefined: nothing is sent, and the provider uses its default. */
export function effortFor(
  asked: string | null | undefined,
  profile: Profile,
  hasTools: boolean,
): ChatEffort | undefined {
  if (profile.effort === 'none') return undefined;
  const wanted = hasTools && profile.effortWithTools !== null ? profile.effortWithTools : asked;
  const level = wanted ? nearest(wanted, profile.effortLevels) : undefined;
  if (level === undefined) return undefined;
  const fields = profile.effort === 'fields' ? profile.effortFields[level] : { reasoning_effort: level };
  return fields === undefined ? undefined : { level, fields };
}

/** Whether the model thinks at this effort, in requests without tools. */
export function isThinking(asked: string | null | undefined, profile: Profile): boolean {
  const effort = effortFor(asked, profile, false);
  return effort === undefined ? profile.thinksByDefault : effort.level !== 'none';
}

export function nearest(wanted: string, levels: readonly string[]): string | undefined {
  if (levels.length === 0 || levels.includes(wanted)) return wanted;
  const at = EFFORTS.indexOf(wanted);
  if (at === -1) return undefined;
  const distance = (level: string) => Math.abs(EFFORTS.indexOf(level) - at);
  return levels.reduce((best, level) => (distance(level) <= distance(best) ? level : best));
}
