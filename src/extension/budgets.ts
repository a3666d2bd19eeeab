/** The budgets in the settings that the relay can enforce; the user is told about those that are left out. */
import { type Limit, limitOf } from '../usage/budget-limits.ts';
import type { ExtensionSettings } from './settings.ts';
import type { UnusableName } from './stand-ins.ts';

/** What the relay gets, and what was left out of it. */
export interface UsableBudgets {
  limits: readonly Limit[];
  unusable: readonly UnusableName[];
}

/** @param known ids of all providers */
export function usableBudgets(
  { budgets, usage }: Pick<ExtensionSettings, 'budgets' | 'usage'>,
  known: readonly string[],
): UsableBudgets {
  const limits: Limit[] = [];
  const unusable: UnusableName[] = [];
  for (const [name, value] of Object.entries(budgets)) {
    const limit = limitOf(name, value);
    const written = `${name}: ${JSON.stringify(value)}`;
    if (limit === undefined) unusable.push({ setting: 'budgets', value: written, reason: 'no-budget' });
    else if (limit.upstream !== undefined && !known.includes(limit.upstream))
      unusable.push({ setting: 'budgets', value: name, reason: 'unknown-provider' });
    else limits.push(limit);
  }
  const [first] = limits;
  if (!usage && first !== undefined)
    unusable.push({ setting: 'budgets', value: Object.keys(budgets).join(', '), reason: 'not-recorded' });
  return { limits, unusable };
}
