/**
 * The days as stacked bars. uPlot draws on a canvas, which is not accessible, so everything is repeated beside it: a
 * legend, a line about the day under the pointer or selected by arrow keys, and a table.
 */
import uPlot from 'uplot';
import { element } from './dom.ts';
import type { ChartModel } from './model.ts';
import { table } from './table.ts';

export type Measure = 'cost' | 'tokens';

const HEIGHT = 240;
/** Colours that stand out from the background and from each other, in every theme. */
const COLOURS = [
  'charts-blue',
  'charts-yellow',
  'charts-green',
  'charts-purple',
  'terminal-ansiCyan',
  'charts-red',
];

export interface Chart {
  element: HTMLElement;
  /** To be called once the chart is part of the page, and again when theme, measure or width may have changed. */
  draw(measure: Measure): void;
}

export function createChart(model: ChartModel, language: string): Chart {
  const place = element('div', {
    id: 'chart',
    class: 'chart',
    role: 'img',
    tabindex: '0',
    'aria-label': model.description,
  });
  const said = element('p', { class: 'said', 'aria-live': 'polite' });
  const legend = element('ul', { class: 'legend' });
  const behind = element('div');
  const details = element('details', { id: 'chart-table' }, element('summary', {}, model.asTable), behind);
  const whole = element('div', {}, legend, place, said, details);
  let plot: uPlot | undefined;

  function draw(measure: Measure): void {
    plot?.destroy();
    const format = formatOf(measure, language);
    const style = getComputedStyle(document.body);
    const colours = solidColours(style);
    const colourOf = (at: number) => colours[at % colours.length] ?? '';
    legend.replaceChildren(...model.series.map(({ name }, at) => legendEntry(name, colourOf(at))));
    behind.replaceChildren(tableBehind(model, measure, format));
    said.textContent = '';
    const tell = (day: number | null | undefined) => {
      said.textContent = day == null ? '' : sentence(model, measure, day, format);
    };
    plot = new uPlot(
      optionsOf(model, { width: place.clientWidth, style, colourOf, format, tell }),
      stacked(model, measure),
      place,
    );
  }

  place.addEventListener('keydown', ({ key }) => {
    if (plot !== undefined) moveBy(key, plot, model.days.length);
  });
  new ResizeObserver(() => {
    if (plot !== undefined && plot.width !== place.clientWidth && place.clientWidth > 0)
      plot.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(place);
  return { element: whole, draw };
}

/** The colours as they look on the page's background: bars overlap, and some themes have translucent colours. */
function solidColours(style: CSSStyleDeclaration): string[] {
  const canvas = element('canvas', { width: '1', height: '1' });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return COLOURS.map((name) => {
    const colour = style.getPropertyValue(`--vscode-${name}`).trim();
    if (context === null) return colour;
    for (const layer of [style.getPropertyValue('--vscode-editor-background').trim(), colour]) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  });
}

function legendEntry(name: string, colour: string): HTMLElement {
  const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  // The page's content security policy would refuse a style attribute.
  swatch.style.backgroundColor = colour;
  return element('li', {}, swatch, name);
}

/** Stacks each series on those before it. The highest is drawn first, so that the lower ones cover it. */
function stacked({ days, series }: ChartModel, measure: Measure): uPlot.AlignedData {
  const below = days.map(() => 0);
  const tops = series.map((one) =>
    one[measure].map((value, day) => {
      below[day] = (below[day] ?? 0) + value;
      return below[day];
    }),
  );
  return [days.map((_, day) => day), ...tops.toReversed()];
}

interface Look {
  width: number;
  style: CSSStyleDeclaration;
  colourOf: (at: number) => string;
  format: (value: number) => string;
  tell: (day: number | null | undefined) => void;
}

function optionsOf({ days, series }: ChartModel, look: Look): uPlot.Options {
  const { width, colourOf, tell } = look;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: false, range: [-0.5, days.length - 0.5] },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.05 : 1] },
    },
    axes: axesOf(days, look),
    series: [{}, ...series.map((_, at) => bars(colourOf(at), look.style)).toReversed()],
    hooks: { setCursor: [({ cursor }) => tell(cursor.idx)] },
  };
}

function axesOf(days: ChartModel['days'], { style, format }: Look): uPlot.Axis[] {
  const foreground = style.getPropertyValue('--vscode-foreground').trim();
  const line = style.getPropertyValue('--vscode-editorIndentGuide-background1').trim() || foreground;
  const axis = {
    stroke: foreground,
    font: `12px ${style.fontFamily}`,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return [
    {
      ...axis,
      grid: { show: false },
      space: 64,
      incrs: [1, 2, 5, 7, 10, 15],
      size: 28,
      values: (_plot, splits) => splits.map((day) => days[day]?.short ?? ''),
    },
    { ...axis, size: 72, space: 40, values: (_plot, splits) => splits.map(format) },
  ];
}

function bars(colour: string, style: CSSStyleDeclaration): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.7, 48] });
  return {
    fill: colour,
    // A line between two colours that may look alike.
    stroke: style.getPropertyValue('--vscode-editor-background').trim(),
    width: 1,
    points: { show: false },
    ...(paths && { paths }),
  };
}

function moveBy(key: string, plot: uPlot, days: number): void {
  const now = plot.cursor.idx ?? days;
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: days - 1 }[key];
  if (to === undefined) return;
  const day = Math.min(days - 1, Math.max(0, to));
  plot.setCursor({ left: plot.valToPos(day, 'x'), top: 1 });
}

function sentence(
  { days, series, total }: ChartModel,
  measure: Measure,
  day: number,
  format: (value: number) => string,
): string {
  const parts = series
    .map(({ name, [measure]: values }) => ({ name, value: values[day] ?? 0 }))
    .filter(({ value }) => value > 0);
  const sum = parts.reduce((all, { value }) => all + value, 0);
  return [
    `${days[day]?.long ?? ''}: ${total} ${format(sum)}`,
    ...parts.map(({ name, value }) => `${name} ${format(value)}`),
  ].join(' · ');
}

function tableBehind(
  { title, days, series, day, total }: ChartModel,
  measure: Measure,
  format: (value: number) => string,
): HTMLElement {
  const rows = days.map(({ long }, at) => {
    const values = series.map((one) => one[measure][at] ?? 0);
    return [long, ...values.map(format), format(values.reduce((all, value) => all + value, 0))];
  });
  const columns = [day, ...series.map(({ name }) => name), total];
  return table({
    id: 'chart-rows',
    title,
    columns: columns.map((name, at) => ({ name, isNumber: at > 0 })),
    rows: rows.toReversed(),
    empty: '',
  });
}

/** Costs of a few cents keep enough digits to be told apart. */
function formatOf(measure: Measure, language: string): (value: number) => string {
  if (measure === 'tokens') {
    const tokens = new Intl.NumberFormat(language, { notation: 'compact', maximumSignificantDigits: 3 });
    return (value) => tokens.format(value);
  }
  const currency = { style: 'currency', currency: 'USD' } as const;
  const whole = new Intl.NumberFormat(language, currency);
  const small = new Intl.NumberFormat(language, { ...currency, maximumFractionDigits: 4 });
  return (value) => (value > 0 && value < 0.1 ? small : whole).format(value);
}
