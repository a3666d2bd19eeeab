/** The usage page: shows the model that the extension sends, and tells the extension which button was pressed. */
import { type Chart, createChart, type Measure } from './chart.ts';
import { element } from './dom.ts';
import type { Action, Button, Card, ChartModel, PageModel } from './model.ts';
import { tableSection } from './table.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: { action: Action }): void;
  getState(): unknown;
  setState(state: { measure: Measure }): void;
};

const vscode = acquireVsCodeApi();
const main = document.querySelector('main') ?? document.body.appendChild(element('main'));
/** For screen readers: announces that something requested has come. */
const news = document.body.appendChild(element('p', { class: 'unseen', role: 'status' }));
let chart: Chart | undefined;
let measure: Measure | undefined = savedMeasure();

window.addEventListener('message', ({ data }: MessageEvent<PageModel>) => show(data));
// A new theme has new colours, which the canvas does not pick up by itself.
new MutationObserver(drawChart).observe(document.body, { attributes: true, attributeFilter: ['class'] });
vscode.postMessage({ action: 'ready' });

/** Keeps the focus and any opened table. */
function show(model: PageModel): void {
  const focused = document.activeElement?.id ?? '';
  const opened = [...document.querySelectorAll('details[open]')].map(({ id }) => id);
  document.documentElement.lang = model.language;
  chart = model.chart && createChart(model.chart, model.language);
  main.replaceChildren(
    element('h1', {}, model.title),
    element('div', { class: 'buttons' }, ...model.buttons.map(button)),
    ...(model.balances ? [tableSection(model.balances)] : []),
    ...model.notes.map((note) => element('p', {}, note)),
    element('div', { class: 'cards' }, ...model.cards.map(card)),
    ...(model.chart && chart ? [chartSection(model.chart, chart)] : []),
    ...model.tables.map(tableSection),
  );
  for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
  drawChart();
  const told = model.balances?.rows.map((row) => row.join(' ')).join('. ') ?? '';
  if (news.textContent !== told) news.textContent = told;
  if (focused !== '') document.getElementById(focused)?.focus();
}

function drawChart(): void {
  chart?.draw(measure ?? 'cost');
}

function button({ action, label }: Button): HTMLElement {
  const made = element('button', { type: 'button', id: action }, label);
  made.addEventListener('click', () => vscode.postMessage({ action }));
  return made;
}

function card({ title, cost, details }: Card): HTMLElement {
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, title),
    element('p', { class: 'cost' }, cost),
    element(
      'dl',
      {},
      ...details.map(({ name, value }) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    ),
  );
}

function chartSection(model: ChartModel, { element: drawing }: Chart): HTMLElement {
  measure ??= model.first;
  const heading = element('h2', { id: 'chart-title' }, model.title);
  const choice = element(
    'fieldset',
    { class: 'choice' },
    element('legend', {}, model.choice),
    radio('cost', model.cost),
    radio('tokens', model.tokens),
  );
  return element('section', { 'aria-labelledby': heading.id }, heading, choice, drawing);
}

function radio(value: Measure, label: string): HTMLElement {
  const input = element('input', { type: 'radio', name: 'measure', id: `measure-${value}` });
  input.checked = measure === value;
  input.addEventListener('change', () => {
    measure = value;
    vscode.setState({ measure });
    drawChart();
  });
  return element('label', {}, input, label);
}

function savedMeasure(): Measure | undefined {
  const state = vscode.getState();
  if (typeof state !== 'object' || state === null || !('measure' in state)) return undefined;
  return state.measure === 'cost' || state.measure === 'tokens' ? state.measure : undefined;
}
