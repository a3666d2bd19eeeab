/** Which of a request's targets the budget can pay for. */
import { RelayError } from '../../errors.ts';
import type { SpendGuard } from '../options.ts';
import type { Target } from '../routing/target.ts';

/**
 * The targets without the stand-ins whose budget is used up.
 * @throws RelayError where the first target's is: the user must learn of it, not get a stand-in instead
 */
export async function withinBudget(
  [first, ...others]: readonly [Target, ...Target[]],
  budget: SpendGuard | undefined,
): Promise<[Target, ...Target[]]> {
  if (budget === undefined) return [first, ...others];
  await allow(first, budget);
  const allowed: Target[] = [];
  for (const target of others) if (await isAllowed(target, budget)) allowed.push(target);
  return [first, ...allowed];
}

async function isAllowed(target: Target, budget: SpendGuard): Promise<boolean> {
  try {
    await allow(target, budget);
    return true;
  } catch (error) {
    if (error instanceof RelayError) return false;
    throw error;
  }
}

function allow({ provider, model }: Target, budget: SpendGuard): Promise<void> {
  return budget.allow({ upstream: provider.id, service: provider.service, model });
}
