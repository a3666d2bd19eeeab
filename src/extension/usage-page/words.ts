/** The usage of the last days in the user's language, as the page shows it. */
import { env, l10n } from 'vscode';
import type { Balance } from '../../relay/upstream/balance.ts';
import type { Costed, OverviewData, ProviderDays, SavingSum, ThreadSum } from '../../usage/overview.ts';
import { PRICES_NAME } from '../../usage/prices-name.ts';
import type { UsageRecord } from '../../usage/record.ts';
import type { Sum } from '../../usage/summary.ts';
import type { Card, ChartModel, PageModel, Series, TableModel } from '../../webview/model.ts';
import { costInWords, usd } from '../ui/numbers.ts';
import { dayAndTime, duration, stateWord, tokens } from '../ui/request-text.ts';

/** More stacked bars could not be told apart. */
const MOST_SERIES = 6;
const MOST_NAMED = 3;

export interface PageInput {
  data: OverviewData;
  /** What to call an upstream. */
  nameOf: (upstream: string) => string;
  /** Whether requests are recorded. */
  isRecorded: boolean;
  /** Whether a provider with a key tells what is left on its account. */
  tellsBalances: boolean;
  /** The last answers: provider and words. */
  balances: readonly (readonly [name: string, told: string])[] | undefined;
}

export function pageModel(input: PageInput): PageModel {
  const { data, nameOf, tellsBalances } = input;
  const all = data.spans.get(30);
  const isEmpty = all === undefined || all.requests === 0;
  const buttons = [
    { action: 'refresh', label: l10n.t('Refresh') } as const,
    ...(isEmpty ? [] : [{ action: 'exportCsv', label: l10n.t('Export CSV') } as const]),
    ...(tellsBalances ? [{ action: 'askBalances', label: l10n.t('Ask for Balances') } as const] : []),
    { action: 'openSettings', label: l10n.t('Budgets and Settings') } as const,
  ];
  return {
    language: env.language,
    title: l10n.t('Usage of Codex Relay'),
    notes: notesOn(input, isEmpty),
    buttons,
    balances: input.balances && balanceTable(input.balances),
    cards: isEmpty ? [] : cardsOf(data),
    chart: isEmpty ? undefined : chartOf(data, all, nameOf),
    tables: isEmpty ? [] : [threadTable(data.threads), slowTable(data, nameOf), failedTable(data, nameOf)],
  };
}

function notesOn({ data, nameOf, isRecorded }: PageInput, isEmpty: boolean): string[] {
  const unpriced = data.cells.filter((cell) => cell.unpriced > 0);
  const names = [...new Set(unpriced.map(({ upstream, model }) => `${nameOf(upstream)} ${model}`))];
  const named = names.slice(0, MOST_NAMED).join(', ');
  return [
    ...(isRecorded ? [] : [l10n.t('Nothing is recorded at present: the setting codexRelay.usage is off.')]),
    ...(isEmpty
      ? [l10n.t('No request of the last 30 days is recorded. Ask Codex something, and come back.')]
      : [
          l10n.t(
            'Costs are what providers state, else what your own prices or the price list {0} make of the tokens.',
            PRICES_NAME,
          ),
        ]),
    ...(names.length > MOST_NAMED
      ? [l10n.t('No price is known for {0} and {1} more.', named, names.length - MOST_NAMED)]
      : names.length > 0
        ? [l10n.t('No price is known for {0}.', named)]
        : []),
  ];
}

function cardsOf({ spans }: OverviewData): Card[] {
  const titles: [days: number, title: string][] = [
    [1, l10n.t('Today')],
    [7, l10n.t('7 days')],
    [30, l10n.t('30 days')],
  ];
  return titles.flatMap(([days, title]) => {
    const sum = spans.get(days);
    return sum === undefined ? [] : [{ title, cost: costInWords(sum), details: detailsOf(sum) }];
  });
}

function detailsOf(sum: SavingSum): Card['details'] {
  const { requests, failed, inputTokens, cachedTokens, outputTokens } = sum;
  const count = (value: number) => value.toLocaleString(env.language);
  const share = inputTokens === 0 ? 0 : cachedTokens / inputTokens;
  return [
    {
      name: l10n.t('Requests'),
      value: failed === 0 ? count(requests) : l10n.t('{0}, {1} failed', count(requests), count(failed)),
    },
    { name: l10n.t('Tokens in'), value: tokens(inputTokens) },
    { name: l10n.t('Tokens out'), value: tokens(outputTokens) },
    { name: l10n.t('From caches'), value: percent(share) },
    { name: l10n.t('Saved by caches'), value: savedInWords(sum) },
  ];
}

function savedInWords({ savedUsd, savedUnknown, priced }: SavingSum): string {
  if (savedUnknown > 0) return savedUsd > 0 ? l10n.t('at least {0}', usd(savedUsd)) : l10n.t('unknown');
  return priced === 0 ? '–' : usd(savedUsd);
}

function percent(share: number): string {
  return share.toLocaleString(env.language, { style: 'percent', maximumFractionDigits: 0 });
}

function chartOf({ days, providers }: OverviewData, all: SavingSum, nameOf: PageInput['nameOf']): ChartModel {
  const short = new Intl.DateTimeFormat(env.language, { month: 'short', day: 'numeric' });
  const long = new Intl.DateTimeFormat(env.language, { weekday: 'short', month: 'short', day: 'numeric' });
  return {
    title: l10n.t('The last 30 days by provider'),
    choice: l10n.t('Show'),
    cost: l10n.t('Cost'),
    tokens: l10n.t('Tokens'),
    first: all.priced > 0 ? 'cost' : 'tokens',
    description: l10n.t(
      'A bar for each of the last 30 days, stacked by provider. The arrow keys move from day to day; the table below has all numbers.',
    ),
    days: days.map((day) => {
      const noon = new Date(`${day}T12:00:00`);
      return { short: short.format(noon), long: long.format(noon) };
    }),
    series: seriesOf(providers, nameOf),
    day: l10n.t('Day'),
    total: l10n.t('Total'),
    asTable: l10n.t('Show as a table'),
  };
}

/** The last series stands for all surplus providers. */
function seriesOf(providers: readonly ProviderDays[], nameOf: PageInput['nameOf']): Series[] {
  const isTooMany = providers.length > MOST_SERIES;
  const own = isTooMany ? providers.slice(0, MOST_SERIES - 1) : providers;
  const rest = providers.slice(own.length);
  const series = own.map(({ upstream, sums }) => seriesFrom(nameOf(upstream), [sums]));
  return isTooMany
    ? [
        ...series,
        seriesFrom(
          l10n.t('{0} others', rest.length),
          rest.map(({ sums }) => sums),
        ),
      ]
    : series;
}

function seriesFrom(name: string, providers: readonly (readonly Sum[])[]): Series {
  const add = (value: (sum: Sum) => number) =>
    (providers[0] ?? []).map((_, day) =>
      providers.reduce((all, sums) => all + (sums[day] === undefined ? 0 : value(sums[day])), 0),
    );
  return {
    name,
    cost: add(({ costUsd }) => costUsd),
    tokens: add(({ inputTokens, outputTokens }) => inputTokens + outputTokens),
  };
}

function threadTable(threads: readonly ThreadSum[]): TableModel {
  return {
    id: 'threads',
    title: l10n.t('Conversations that cost most'),
    columns: [
      text(l10n.t('Conversation')),
      text(l10n.t('Last request')),
      number(l10n.t('Requests')),
      number(l10n.t('Tokens')),
      number(l10n.t('Cost')),
    ],
    rows: threads.map((sum) => [
      sum.thread,
      dayAndTime(sum.lastTime),
      sum.requests.toLocaleString(env.language),
      tokens(sum.inputTokens + sum.outputTokens),
      costInWords(sum),
    ]),
    empty: l10n.t('No request named its conversation.'),
  };
}

function slowTable({ slowest }: OverviewData, nameOf: PageInput['nameOf']): TableModel {
  return {
    id: 'slowest',
    title: l10n.t('Slowest requests'),
    columns: [
      text(l10n.t('Began')),
      text(l10n.t('Model')),
      number(l10n.t('Took')),
      number(l10n.t('First token after')),
      number(l10n.t('Tokens')),
      number(l10n.t('Cost')),
    ],
    rows: slowest.map(({ record, cost }) => [
      dayAndTime(record.time),
      modelName(record, nameOf),
      duration(record.totalMs),
      record.firstTokenMs === undefined ? '–' : duration(record.firstTokenMs),
      record.tokens === undefined ? '–' : tokens(record.tokens.inputTokens + record.tokens.outputTokens),
      oneCost(cost),
    ]),
    empty: l10n.t('No request was completed.'),
  };
}

function failedTable({ failed }: OverviewData, nameOf: PageInput['nameOf']): TableModel {
  return {
    id: 'failed',
    title: l10n.t('Requests that failed'),
    columns: [
      text(l10n.t('Began')),
      text(l10n.t('Model')),
      text(l10n.t('State')),
      number(l10n.t('Took')),
      number(l10n.t('Attempts')),
    ],
    rows: failed.map(({ record }) => [
      dayAndTime(record.time),
      modelName(record, nameOf),
      stateWord(record),
      duration(record.totalMs),
      record.attempts.toLocaleString(env.language),
    ]),
    empty: l10n.t('No request has failed.'),
  };
}

function balanceTable(balances: NonNullable<PageInput['balances']>): TableModel {
  return {
    id: 'balances',
    title: l10n.t('What is left on accounts'),
    columns: [text(l10n.t('Provider')), text(l10n.t('Balance'))],
    rows: balances,
    empty: l10n.t('No provider with an API key tells it.'),
  };
}

/** What a provider said about the account. */
export function balanceInWords({ amounts, isOfKey }: Balance): string {
  const told = amounts
    .map(({ amount, currency }) => amount.toLocaleString(env.language, { style: 'currency', currency }))
    .join(', ');
  if (!isOfKey) return told;
  return told === ''
    ? l10n.t('no limit is set for this key')
    : l10n.t('{0} left of the limit of this key', told);
}

function modelName({ upstream, model }: UsageRecord, nameOf: PageInput['nameOf']): string {
  return `${nameOf(upstream)} ${model}`;
}

function oneCost(cost: Costed['cost']): string {
  return typeof cost === 'number' ? usd(cost) : cost === 'free' ? '–' : l10n.t('unknown');
}

function text(name: string) {
  return { name, isNumber: false };
}

function number(name: string) {
  return { name, isNumber: true };
}
