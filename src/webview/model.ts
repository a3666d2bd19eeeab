/**
 * What the usage page shows, and what it says to the extension. The words are the extension's, which knows the
 * user's language: the page puts them into place.
 */

export const ACTIONS = ['ready', 'refresh', 'exportCsv', 'askBalances', 'openSettings'] as const;
/** A message of the page: it is there, or one of its buttons was pressed. */
export type Action = (typeof ACTIONS)[number];

export interface Button {
  action: Action;
  label: string;
}

/** A span of days in a few numbers. */
export interface Card {
  title: string;
  cost: string;
  details: readonly { name: string; value: string }[];
}

/** One provider, or the rest of them. */
export interface Series {
  name: string;
  /** One for each day; USD. */
  cost: readonly number[];
  tokens: readonly number[];
}

export interface ChartModel {
  title: string;
  /** What the choice between cost and tokens is called. */
  choice: string;
  cost: string;
  tokens: string;
  /** Which of the two is shown first. */
  first: 'cost' | 'tokens';
  /** For those who do not see it: what it is, and how the keyboard moves in it. */
  description: string;
  days: readonly { short: string; long: string }[];
  series: readonly Series[];
  day: string;
  total: string;
  /** What opens the table behind the chart. */
  asTable: string;
}

export interface TableModel {
  /** Tells tables apart, whatever the language. */
  id: string;
  title: string;
  columns: readonly { name: string; isNumber: boolean }[];
  rows: readonly (readonly string[])[];
  /** Stands in the place of a table without rows. */
  empty: string;
}

export interface PageModel {
  /** BCP 47. */
  language: string;
  title: string;
  /** Sentences below the title. */
  notes: readonly string[];
  buttons: readonly Button[];
  /** Undefined until somebody asked for it. */
  balances: TableModel | undefined;
  cards: readonly Card[];
  /** Undefined where no request is recorded. */
  chart: ChartModel | undefined;
  tables: readonly TableModel[];
}
