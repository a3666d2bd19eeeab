/** Groups the list of providers: those that the user has or has used come before all others. */
import type { ModelPrice } from '../../usage/model-price.ts';
import { type ChoosableProvider, isOnThisMachine } from '../choosable-provider.ts';
import type { KeyStatus } from '../key-store.ts';

export interface ListedProvider {
  provider: ChoosableProvider;
  key: KeyStatus;
  /** The environment variable that holds a key for it. */
  variable: string | undefined;
  model: string | undefined;
  /** How many models its server on this machine lists; undefined if it does not answer or was not asked. */
  running?: number | undefined;
  /** What its model costs, or that tokens are not paid for. */
  price?: ModelPrice;
}

export const GROUPS = ['recent', 'withKey', 'running', 'custom', 'plan', 'all'] as const;
export type Group = (typeof GROUPS)[number];

/**
 * Each provider once, in the first group that it belongs to; groups without members are left out.
 * @param recent ids, the latest first
 */
export function grouped(
  listed: readonly ListedProvider[],
  recent: readonly string[],
): (readonly [Group, ListedProvider[]])[] {
  const groupOf = ({ provider, key, variable, running }: ListedProvider): Group => {
    if (recent.includes(provider.id)) return 'recent';
    if (key === 'present' || (provider.needsKey && variable !== undefined)) return 'withKey';
    if (running !== undefined) return 'running';
    if (provider.custom) return 'custom';
    return provider.isPlan ? 'plan' : 'all';
  };
  const byGroup = Map.groupBy(listed, groupOf);
  byGroup
    .get('recent')
    ?.sort((one, other) => recent.indexOf(one.provider.id) - recent.indexOf(other.provider.id));
  return GROUPS.flatMap((group) => {
    const members = byGroup.get(group);
    return members === undefined ? [] : [[group, members] as const];
  });
}

/** Whether its server might be running on this machine. */
export function isLocalServer({ baseUrl }: ChoosableProvider): boolean {
  return baseUrl.startsWith('http') && isOnThisMachine(baseUrl);
}
