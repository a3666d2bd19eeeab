import type { Grouping, Summary } from '../../usage/summary.ts';

/** What is shown, in whatever form. */
export interface UsageReport extends Summary {
  by: Grouping;
  /** Where it begins and ends, in milliseconds since the epoch; it begins with 0 for all there is. */
  since: number;
  now: number;
  /** The ledger's folder. */
  folder: string;
}
