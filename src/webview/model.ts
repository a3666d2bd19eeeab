/**
 * What the usage page shows, and what it tells the extension. The words come from the extension, which knows the user's
 * language; the page only arranges them.
 */

/** Everything that the page may tell the extension. */
export const ACTIONS = ['ready', 'refresh', 'exportCsv', 'askBalances', 'openSettings'] as const;
/** A message from the page: it is ready, or one of its buttons was pressed. */
export type Action = (typeof ACTIONS)[number];

export interface Button {
  action: Action;
  label: string;
}

/** A few numbers for a span of days. */
export interface Card {
  title: string;
  cost: string;
  details: readonly { name: string; value: string }[];
}

/** One provider, or all the remaining ones. */
export interface Series {
  name: string;
  /** One for each day; USD. */
  cost: readonly number[];
  tokens: readonly number[];
}

/** The bars, and the words around them. */
export interface ChartModel {
  title: string;
  /** The label of the choice between cost and tokens. */
  choice: string;
  cost: string;
  tokens: string;
  /** Which of the two is shown first. */
  first: 'cost' | 'tokens';
  /** For screen readers: what it is, and how to navigate it by keyboard. */
  description: string;
  days: readonly { short: string; long: string }[];
  series: readonly Series[];
  day: string;
  total: string;
  /** The label of the button that opens the chart's table. */
  asTable: string;
}

/** A table, its cells already in the user's language. */
export interface TableModel {
  /** Identifies the table in every language. */
  id: string;
  title: string;
  columns: readonly { name: string; isNumber: boolean }[];
  rows: readonly (readonly string[])[];
  /** Shown in place of a table without rows. */
  empty: string;
}

/** The whole page; each change replaces all of it. */
export interface PageModel {
  /** BCP 47. */
  language: string;
  title: string;
  /** Sentences below the title. */
  notes: readonly string[];
  buttons: readonly Button[];
  /** Undefined until requested. */
  balances: TableModel | undefined;
  cards: readonly Card[];
  /** Undefined if no requests are recorded. */
  chart: ChartModel | undefined;
  tables: readonly TableModel[];
}
