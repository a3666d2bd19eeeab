/** The tables that the bench prints: Markdown, with a column for each target. */

export interface Row {
  measure: string;
  /** By the target's name. */
  cells: ReadonlyMap<string, string>;
  /** What the relay is to reach, and whether it does; left out where there is no aim. */
  aim?: { text: string; met: boolean };
}

export interface Aim {
  text: string;
  test: (value: number) => boolean;
}

export function atMost(limit: number, unit: string): Aim {
  return { text: `<= ${limit}${unit}`, test: (value) => value <= limit };
}

export function atLeast(limit: number): Aim {
  return { text: `>= ${limit}`, test: (value) => value >= limit };
}

/** One row of numbers; what is no number is left out. @param relay whose number the aim is for */
export function numbers(
  measure: string,
  values: ReadonlyMap<string, number>,
  show: (value: number) => string,
  aim?: Aim,
  relay = 'relay',
): Row {
  const known = [...values].filter(([, value]) => Number.isFinite(value));
  const cells = new Map(known.map(([name, value]) => [name, show(value)]));
  const own = values.get(relay);
  if (aim === undefined || own === undefined) return { measure, cells };
  return { measure, cells, aim: { text: aim.text, met: aim.test(own) } };
}

export function markdown(columns: readonly string[], rows: readonly Row[]): string {
  const hasAims = rows.some(({ aim }) => aim !== undefined);
  const lines = [
    ['measure', ...columns, ...(hasAims ? ['aim'] : [])],
    ...rows.map(({ measure, cells, aim }) => [
      measure,
      ...columns.map((name) => cells.get(name) ?? ''),
      ...(hasAims ? [aim === undefined ? '' : `${aim.text} ${aim.met ? '(met)' : '(MISSED)'}`] : []),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const text = lines.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}

export const ms = (value: number) => `${value.toFixed(2)} ms`;
export const added = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)} ms`;
export const ratio = (value: number) => value.toFixed(2);
export const micros = (value: number) => `${value.toFixed(2)} us`;
export const perSecond = (value: number) => `${Math.round(value / 1000)}k/s`;
export const mb = (value: number) => `${value.toFixed(0)} MB`;
