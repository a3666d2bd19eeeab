/**
 * The stand-ins in the settings, and those among them that the relay can use now. A useless name must not keep the
 * relay from starting: it is left out, and the user is told.
 */
import type { AllStandIns } from '../relay/options.ts';
import { ROLES, type Role } from '../relay/roles.ts';
import type { ExtensionSettings } from './settings.ts';

/** A value in a setting that is left out. */
export interface UnusableName {
  /** The setting without its prefix, and the key in it, e.g. `roles.title`. */
  setting: string;
  value: string;
  /**
   * `unknown-role`: there is no such role. `no-model`: it is not `provider/model`. `unknown-provider`: there is no such
   * provider. `not-served`: the provider has no key yet, or is a local server that has not answered yet.
   * `not-configured`: a workspace names a provider that the user has not set up. `no-model-name`: it is not a model's
   * name. `no-budget`: it is not an amount of USD a day or a month. `not-recorded`: the budget applies, but is
   * forgotten when the relay ends.
   */
  reason:
    | 'unknown-role'
    | 'no-model'
    | 'unknown-provider'
    | 'not-served'
    | 'not-configured'
    | 'no-model-name'
    | 'no-budget'
    | 'not-recorded';
}

/** What the relay gets, and what was left out of it. */
export interface UsableStandIns {
  standIns: AllStandIns;
  unusable: readonly UnusableName[];
}

/** @param known ids of all providers, @param served those of the relay's upstreams */
export function usableStandIns(
  { fallbacks, roles, visionModel }: Pick<ExtensionSettings, 'fallbacks' | 'roles' | 'visionModel'>,
  known: readonly string[],
  served: readonly string[],
): UsableStandIns {
  const unusable: UnusableName[] = [];
  const isUsable = (setting: string, value: string): boolean => {
    const reason = whyUnusable(value, known, served);
    if (reason !== undefined) unusable.push({ setting, value, reason });
    return reason === undefined;
  };
  const usableFallbacks = Object.entries(fallbacks).flatMap(([model, names]) => {
    const setting = model === '*' ? 'fallbacks' : `fallbacks.${model}`;
    const usable = names.filter((name) => isUsable(setting, name));
    return usable.length === 0 ? [] : [[model, usable] as const];
  });
  const usableRoles: Partial<Record<Role, string>> = {};
  for (const [role, name] of Object.entries(roles)) {
    if (!isRole(role)) unusable.push({ setting: 'roles', value: role, reason: 'unknown-role' });
    else if (isUsable(`roles.${role}`, name)) usableRoles[role] = name;
  }
  const describes = visionModel !== '' && isUsable('visionModel', visionModel);
  const standIns = {
    fallbacks: Object.fromEntries(usableFallbacks),
    roles: usableRoles,
    ...(describes ? { visionModel } : {}),
  };
  return { standIns, unusable };
}

function whyUnusable(
  name: string,
  known: readonly string[],
  served: readonly string[],
): UnusableName['reason'] | undefined {
  const provider = /^([^/]+)\/./.exec(name)?.[1]?.toLowerCase();
  if (provider === undefined) return 'no-model';
  if (!known.includes(provider)) return 'unknown-provider';
  return served.includes(provider) ? undefined : 'not-served';
}

function isRole(name: string): name is Role {
  return ROLES.some((role) => role === name);
}
