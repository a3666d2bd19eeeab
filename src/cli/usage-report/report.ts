import type { Grouping, Summary } from '../../usage/summary.ts';

/** The content of a report, in any format. */
export interface UsageReport extends Summary {
  by: Grouping;
  /** Its beginning and end, in milliseconds since the epoch; from 0 for everything. */
  since: number;
  now: number;
  /** The ledger's folder. */
  folder: string;
}
