import assert from 'node:assert/strict';
import { cellsAsCsv } from '../../src/usage/csv.ts';
import { Overview } from '../../src/usage/overview.ts';
import { parseOwnPrices } from '../../src/usage/own-prices.ts';
import { loadPriceList } from '../../src/usage/price-list.ts';
import { NOON, recordWith } from './support.ts';

const DAY = 86_400_000;
const own = parseOwnPrices('{"m":{"input":2,"output":4,"cached":1}}');
const prices = { list: await loadPriceList(), own };
const tokens = {
  inputTokens: 1_000_000,
  cachedTokens: 250_000,
  cacheWriteTokens: 0,
  outputTokens: 100_000,
  reasoningTokens: 0,
};
const priced = (parts = {}) => recordWith({ model: 'm', tokens, ...parts });

describe('the overview of the last days', () => {
  it('has thirty days with today as the last, and nothing from before', () => {
    const overview = new Overview(prices, NOON, 30);
    assert.deepEqual(
      [overview.days.length, overview.days[0], overview.days.at(-1)],
      [30, '2026-10-30', '2026-11-28'],
    );
    assert.equal(overview.since, new Date(2026, 9, 30).getTime());
    overview.add([priced({ time: overview.since - 1 }), priced({ time: overview.since })]);
    assert.deepEqual(
      overview.data().cells.map(({ day, requests }) => [day, requests]),
      [['2026-10-30', 1]],
    );
  });

  it('sums by day, provider and model, with what the caches saved', () => {
    const overview = new Overview(prices, NOON, 30);
    overview.add([priced(), priced({ upstream: 'kimi' })]);
    overview.add([priced({ time: NOON - DAY }), priced()]);
    const cells = overview
      .data()
      .cells.map(({ day, upstream, model, requests }) => [day, upstream, model, requests]);
    assert.deepEqual(cells, [
      ['2026-11-27', 'deepseek', 'm', 1],
      ['2026-11-28', 'deepseek', 'm', 2],
      ['2026-11-28', 'kimi', 'm', 1],
    ]);
    const { spans, providers } = overview.data();
    const today = spans.get(1) ?? assert.fail();
    assert.equal(today.requests, 3);
    assert.ok(Math.abs(today.costUsd - 3 * (0.75 * 2 + 0.25 + 0.4)) < 1e-9);
    assert.ok(Math.abs(today.savedUsd - 3 * 0.25) < 1e-9);
    assert.deepEqual([spans.get(7)?.requests, spans.get(30)?.requests], [4, 4]);
    assert.deepEqual(
      providers.map(({ upstream, sums }) => [upstream, sums.slice(-3).map(({ requests }) => requests)]),
      [
        ['deepseek', [0, 1, 2]],
        ['kimi', [0, 0, 1]],
      ],
    );
  });

  it('says if the savings of a cache are unknown, and uses the list if only the cost is stated', () => {
    const overview = new Overview(prices, NOON, 30);
    overview.add([
      recordWith({ upstream: 'x', service: undefined, model: 'nobody-knows', tokens, statedUsd: 1 }),
      recordWith({
        upstream: 'x',
        service: undefined,
        model: 'nobody-knows',
        tokens: { ...tokens, cachedTokens: 0 },
      }),
      recordWith({ upstream: 'plan', service: 'plan', tokens }),
    ]);
    const { savedUsd, savedUnknown, free, unpriced } = overview.data().spans.get(30) ?? assert.fail();
    assert.deepEqual([savedUsd, savedUnknown, free, unpriced], [0, 1, 1, 1]);
    const stated = new Overview(prices, NOON, 30);
    stated.add([
      recordWith({ upstream: 'openai', service: 'openai', model: 'gpt-5', tokens, statedUsd: 0.01 }),
    ]);
    // 1.25 and 0.125 a million.
    assert.ok(Math.abs((stated.data().spans.get(30)?.savedUsd ?? 0) - 0.25 * 1.125) < 1e-9);
  });

  it('has the latest failures, the slowest requests and the most expensive threads', () => {
    const overview = new Overview(prices, NOON, 30);
    for (let batch = 0; batch < 10; batch++) {
      overview.add(
        Array.from({ length: 10 }, (_, at) => {
          const number = batch * 10 + at;
          const state = number % 2 === 0 ? ('failed' as const) : ('completed' as const);
          return priced({
            time: NOON + number,
            totalMs: (number * 37) % 100,
            state,
            thread: `t${number % 7}`,
          });
        }),
      );
    }
    assert.deepEqual(
      overview.data().failed.map(({ record }) => record.time - NOON),
      Array.from({ length: 20 }, (_, at) => 98 - 2 * at),
    );
    const slowest = Array.from({ length: 50 }, (_, at) => ((2 * at + 1) * 37) % 100)
      .toSorted((left, right) => right - left)
      .slice(0, 10);
    assert.deepEqual(
      overview.data().slowest.map(({ record }) => record.totalMs),
      slowest,
    );
    const threads = overview.data().threads.slice(0, 3);
    assert.deepEqual(
      threads.map(({ thread, requests }) => [thread, requests]),
      [
        ['t0', 15],
        ['t1', 15],
        ['t2', 14],
      ],
    );
  });

  it('is a table for spreadsheets, in which no name is a formula', () => {
    const overview = new Overview(prices, NOON, 30);
    assert.equal(cellsAsCsv(overview.data().cells), '');
    overview.add([priced({ model: '=1+1,"x"' }), priced()]);
    const [head, ...rows] = cellsAsCsv(overview.data().cells).trimEnd().split('\n');
    assert.match(head ?? '', /^day,provider,model,requests,.*,costUsd,.*,cacheSavedUsd$/);
    assert.match(rows.join('\n'), /^2026-11-28,deepseek,"'=1\+1,""x""",1,/m);
    assert.match(
      rows.join('\n'),
      /^2026-11-28,deepseek,m,1,0,1000000,250000,0,100000,0,2\.15,true,0,0,0\.25$/m,
    );
  });
});
