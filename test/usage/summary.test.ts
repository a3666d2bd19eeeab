import assert from 'node:assert/strict';
import { startOf, startOfSpan } from '../../src/usage/calendar.ts';
import { Overview } from '../../src/usage/overview.ts';
import { loadPriceList } from '../../src/usage/price-list.ts';
import { type Grouping, summarise } from '../../src/usage/summary.ts';
import { NOON, recordWith } from './support.ts';

const prices = { list: await loadPriceList(), own: new Map() };
const DAY = 86_400_000;

const RECORDS = [
  recordWith({ statedUsd: 1, time: NOON - DAY }),
  recordWith({ statedUsd: 3, upstream: 'kimi', model: 'kimi-k3', thread: undefined, user: 'anna' }),
  recordWith({ upstream: 'corp', service: undefined, model: 'x', state: 'failed' }),
  recordWith({ upstream: 'ollama', service: 'local', model: 'q', tokens: undefined }),
  recordWith({ statedUsd: 9, time: NOON - 40 * DAY }),
];

async function* batches() {
  yield RECORDS.slice(0, 2);
  yield RECORDS.slice(2);
}

function summaryBy(by: Grouping) {
  return summarise(batches(), { by, prices, since: NOON - 2 * DAY });
}

describe('the sums', () => {
  const KEYS: Record<Grouping, string[]> = {
    day: ['2026-11-27', '2026-11-28'],
    model: ['kimi/kimi-k3', 'deepseek/deepseek-chat', 'corp/x', 'ollama/q'],
    provider: ['kimi', 'deepseek', 'corp', 'ollama'],
    thread: ['', 'a1b2c3d4e5f6'],
    user: ['anna', ''],
  };
  for (const by of ['day', 'model', 'provider', 'thread', 'user'] as const) {
    it(`by ${by} have their rows in order`, async () => {
      const { rows } = await summaryBy(by);
      assert.deepEqual(
        rows.map(({ key }) => key),
        KEYS[by],
      );
    });
  }

  it('count priced, free and unknown requests separately', async () => {
    const { total, unpriced } = await summaryBy('day');
    assert.deepEqual(total, {
      requests: 4,
      failed: 1,
      inputTokens: 3000,
      cachedTokens: 1800,
      cacheWriteTokens: 0,
      outputTokens: 600,
      reasoningTokens: 150,
      costUsd: 4,
      priced: 2,
      free: 1,
      unpriced: 1,
    });
    assert.deepEqual([...unpriced], [['corp/x', 1]]);
  });
});

describe('a span', () => {
  it('begins when its text says', () => {
    const begins = (text: string) => startOfSpan(text, NOON);
    assert.equal(begins('24h'), NOON - DAY);
    assert.equal(begins('1d'), new Date(2026, 10, 28).getTime());
    assert.equal(begins('7d'), new Date(2026, 10, 22).getTime());
    assert.equal(begins('2w'), new Date(2026, 10, 15).getTime());
    assert.equal(begins('2026-11-01'), new Date(2026, 10, 1).getTime());
    assert.equal(begins('all'), 0);
    for (const text of ['', '0d', '7', 'd', '7m', '-7d', '2026-02-30', '2026-13-01', '1.5d', 'ALL'])
      assert.equal(begins(text), undefined, text);
  });

  it('loses no hour where clocks go forward at midnight, so that today begins at one', () => {
    const { TZ } = process.env;
    process.env['TZ'] = 'America/Santiago';
    try {
      const noon = new Date(2026, 8, 6, 12).getTime();
      const local = (time: number | undefined) => new Date(time ?? Number.NaN).toString().slice(0, 21);
      assert.equal(local(startOf('day', noon)), 'Sun Sep 06 2026 01:00');
      assert.equal(local(startOf('month', noon)), 'Tue Sep 01 2026 00:00');
      assert.equal(local(startOfSpan('3d', noon)), 'Fri Sep 04 2026 00:00');
      assert.equal(local(new Overview(prices, noon, 30).since), 'Sat Aug 08 2026 00:00');
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });
});
