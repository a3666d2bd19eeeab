/** Tables that scroll on their own if they are wider than the page. */
import { element } from './dom.ts';
import type { TableModel } from './model.ts';

/** A table with a heading or, without rows, the sentence that says why there are none. */
export function tableSection(model: TableModel): HTMLElement {
  const heading = element('h2', { id: `${model.id}-title` }, model.title);
  const content = model.rows.length === 0 ? element('p', { class: 'empty' }, model.empty) : table(model);
  return element('section', { 'aria-labelledby': heading.id }, heading, content);
}

/** The first column names its row. */
export function table({ id, title, columns, rows }: TableModel): HTMLElement {
  const kindOf = (at: number) => (columns[at]?.isNumber ? { class: 'number' } : {});
  const head = columns.map(({ name }, at) => element('th', { scope: 'col', ...kindOf(at) }, name));
  const body = rows.map((cells) => {
    const [first = '', ...others] = cells;
    const name = element('th', { scope: 'row', ...kindOf(0) }, first);
    return element('tr', {}, name, ...others.map((cell, at) => element('td', kindOf(at + 1), cell)));
  });
  const whole = element(
    'table',
    {},
    element('caption', {}, title),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
  return element('div', { class: 'scroll', role: 'group', 'aria-label': title, tabindex: '0', id }, whole);
}
