/** What the usage page says, without VS Code: its words are looked up in the translations themselves. */
import assert from 'node:assert/strict';
import type { PageInput } from '../../../src/extension/usage-page/words.ts';
import { Overview } from '../../../src/usage/overview.ts';
import { loadPriceList } from '../../../src/usage/price-list.ts';
import type { UsageRecord } from '../../../src/usage/record.ts';
import { spokenIn } from '../../support/spoken.ts';
import { NOON, recordWith } from '../../usage/support.ts';

const prices = { list: await loadPriceList(), own: new Map() };
const LANGUAGES = ['en', 'de', 'ja', 'ko', 'zh-cn'];

function wordsIn(language: string): Promise<typeof import('../../../src/extension/usage-page/words.ts')> {
  return spokenIn(language, () => import(`../../../src/extension/usage-page/words.ts?${language}`));
}

function inputOf(records: readonly UsageRecord[], parts: Partial<PageInput> = {}): PageInput {
  const overview = new Overview(prices, NOON, 30);
  overview.add(records);
  const nameOf = (upstream: string) => upstream.toUpperCase();
  return {
    data: overview.data(),
    nameOf,
    isRecorded: true,
    tellsBalances: false,
    balances: undefined,
    ...parts,
  };
}

const stated = (upstream: string, statedUsd: number, parts = {}) =>
  recordWith({ upstream, service: 'openrouter', model: 'm', statedUsd, ...parts });

describe('the words of the usage page', () => {
  for (const language of LANGUAGES) {
    it(`are complete in ${language}, with all values`, async () => {
      const { pageModel, balanceInWords } = await wordsIn(language);
      const records = [
        stated('a', 1),
        recordWith({ upstream: 'b', service: undefined, model: 'x' }),
        recordWith({ state: 'failed', thread: undefined }),
        recordWith({ service: 'local', upstream: 'ollama' }),
        ...Array.from({ length: 9 }, (_, at) => recordWith({ upstream: `p${at}`, service: undefined })),
      ];
      const told = balanceInWords({ amounts: [{ amount: 12.5, currency: 'CNY' }], isOfKey: false });
      const page = pageModel(
        inputOf(records, { isRecorded: false, tellsBalances: true, balances: [['DeepSeek', told]] }),
      );
      const text = JSON.stringify(page);
      assert.doesNotMatch(text, /\{\d\}|undefined|NaN|\[object/);
      assert.match(text, /12[.,]50?/);
      assert.equal(page.cards.length, 3);
      assert.deepEqual(
        page.tables.map(({ id }) => id),
        ['threads', 'slowest', 'failed'],
      );
      assert.deepEqual(page.balances?.rows, [['DeepSeek', told]]);
      for (const { columns, rows } of page.tables)
        for (const row of rows) assert.equal(row.length, columns.length);
      assert.equal(page.language, language);
    });
  }

  it('are few if nothing is recorded', async () => {
    const { pageModel } = await wordsIn('en');
    const page = pageModel(inputOf([]));
    assert.deepEqual([page.cards, page.chart, page.tables, page.balances], [[], undefined, [], undefined]);
    assert.deepEqual(
      page.buttons.map(({ action }) => action),
      ['refresh', 'openSettings'],
    );
    assert.match(page.notes.join(), /^No request of the last 30 days is recorded\./);
  });

  it('say how certain a sum is', async () => {
    const { pageModel } = await wordsIn('en');
    const costOf = (...records: UsageRecord[]) => pageModel(inputOf(records)).cards[0]?.cost;
    const unknown = recordWith({ upstream: 'x', service: undefined, model: 'x' });
    const free = recordWith({ upstream: 'ollama', service: 'local' });
    assert.equal(costOf(stated('a', 1.5)), '$1.50');
    assert.equal(costOf(stated('a', 1.5), free), '$1.50');
    assert.equal(costOf(stated('a', 1.5), unknown), 'at least $1.50');
    assert.equal(costOf(unknown, free), 'unknown');
    assert.equal(costOf(free), 'no charge');
    assert.equal(costOf(stated('a', 0.001)), '<$0.01');
  });

  it('add up all providers beyond the sixth', async () => {
    const { pageModel } = await wordsIn('en');
    const records = Array.from({ length: 9 }, (_, at) => stated(`p${at}`, 9 - at));
    const series = pageModel(inputOf(records)).chart?.series ?? [];
    assert.deepEqual(
      series.map(({ name, cost }) => [name, cost.length, cost.at(-1)]),
      [
        ['P0', 30, 9],
        ['P1', 30, 8],
        ['P2', 30, 7],
        ['P3', 30, 6],
        ['P4', 30, 5],
        ['4 others', 30, 4 + 3 + 2 + 1],
      ],
    );
    const six = pageModel(inputOf(records.slice(0, 6))).chart?.series ?? [];
    assert.deepEqual(
      six.map(({ name }) => name),
      ['P0', 'P1', 'P2', 'P3', 'P4', 'P5'],
    );
  });

  it('begin with tokens if nothing has a price', async () => {
    const { pageModel } = await wordsIn('en');
    const firstOf = (...records: UsageRecord[]) => pageModel(inputOf(records)).chart?.first;
    assert.equal(firstOf(recordWith({ service: 'local' })), 'tokens');
    assert.equal(firstOf(stated('a', 1)), 'cost');
  });
});
