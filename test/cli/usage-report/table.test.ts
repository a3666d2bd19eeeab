import assert from 'node:assert/strict';
import { bar, compact, costCell, fitted, widthOf, wrapped } from '../../../src/cli/usage-report/cells.ts';
import { asCsv, asJson } from '../../../src/cli/usage-report/exports.ts';
import type { UsageReport } from '../../../src/cli/usage-report/report.ts';
import { asTable } from '../../../src/cli/usage-report/table.ts';
import { loadPriceList } from '../../../src/usage/price-list.ts';
import type { UsageRecord } from '../../../src/usage/record.ts';
import { type Grouping, summarise } from '../../../src/usage/summary.ts';
import { NOON, recordWith } from '../../usage/support.ts';

const DAY = 86_400_000;
const prices = { list: await loadPriceList(), own: new Map() };

async function reportOn(records: readonly UsageRecord[], by: Grouping): Promise<UsageReport> {
  const since = NOON - 6.5 * DAY;
  const batches = (async function* () {
    yield records;
  })();
  const summary = await summarise(batches, { by, prices, since });
  return { ...summary, by, since, now: NOON, folder: '/home/me/.local/state/codex-relay/usage' };
}

const tokens = (inputTokens: number, cachedTokens: number, outputTokens: number) => ({
  inputTokens,
  cachedTokens,
  cacheWriteTokens: 0,
  outputTokens,
  reasoningTokens: 0,
});

const RECORDS: UsageRecord[] = [
  ...Array.from({ length: 120 }, () =>
    recordWith({ time: NOON - 2 * DAY, statedUsd: 0.1, tokens: tokens(100_000, 80_000, 2_000) }),
  ),
  recordWith({
    time: NOON - DAY,
    statedUsd: 3.5,
    upstream: 'kimi',
    model: 'kimi-k3',
    tokens: tokens(9_000, 0, 100),
  }),
  recordWith({
    time: NOON - DAY,
    upstream: 'corp',
    service: undefined,
    model: 'a-model-with-a-very-long-name-indeed',
  }),
  recordWith({ upstream: 'ollama', service: 'local', model: 'qwen3:8b', tokens: tokens(1_000, 0, 10) }),
  recordWith({ state: 'failed', tokens: undefined, firstTokenMs: undefined }),
];

const TABLES: Record<string, readonly [by: Grouping, columns: number, table: string]> = {
  'days at 40 columns': [
    'day',
    40,
    `day         requests      cost
2026-11-26       120    $12.00  ████████
2026-11-27         2   ≥ $3.50  ██▍
2026-11-28         2         -
──────────────────────────────
total            124  ≥ $15.50`,
  ],
  'days at 80 columns': [
    'day',
    80,
    `day         requests  failed  input  cached  output      cost
2026-11-26       120       0  12.0M     80%    240k    $12.00  █████████████████
2026-11-27         2       0  10.0k      6%     300   ≥ $3.50  █████
2026-11-28         2       1  1,000      0%      10         -
─────────────────────────────────────────────────────────────
total            124       1  12.0M     80%    240k  ≥ $15.50`,
  ],
  'days at 200 columns': [
    'day',
    200,
    `day         requests  failed  input  cached  output      cost
2026-11-26       120       0  12.0M     80%    240k    $12.00  ████████████████████████████████████████
2026-11-27         2       0  10.0k      6%     300   ≥ $3.50  ███████████▋
2026-11-28         2       1  1,000      0%      10         -
─────────────────────────────────────────────────────────────
total            124       1  12.0M     80%    240k  ≥ $15.50`,
  ],
  'models at 40 columns': [
    'model',
    40,
    `model                 cost
deepseek/deepse…    $12.00  ████████████
kimi/kimi-k3         $3.50  ███▌
corp/a-model-wi…         ?
ollama/qwen3:8b          -
──────────────────────────
total             ≥ $15.50`,
  ],
  'models at 80 columns': [
    'model',
    80,
    `model                             requests  input  output      cost
deepseek/deepseek-chat                 121  12.0M    240k    $12.00  ███████████
kimi/kimi-k3                             1  9,000     100     $3.50  ███▎
corp/a-model-with-a-very-long-n…         1  1,000     200         ?
ollama/qwen3:8b                          1  1,000      10         -
───────────────────────────────────────────────────────────────────
total                                  124  12.0M    240k  ≥ $15.50`,
  ],
  'models at 200 columns': [
    'model',
    200,
    `model                                      requests  failed  input  cached  output      cost
deepseek/deepseek-chat                          121       1  12.0M     80%    240k    $12.00  ████████████████████████████████████████
kimi/kimi-k3                                      1       0  9,000      0%     100     $3.50  ███████████▋
corp/a-model-with-a-very-long-name-indeed         1       0  1,000     60%     200         ?
ollama/qwen3:8b                                   1       0  1,000      0%      10         -
────────────────────────────────────────────────────────────────────────────────────────────
total                                           124       1  12.0M     80%    240k  ≥ $15.50`,
  ],
};

describe('the table of usage', () => {
  for (const [name, [by, columns, table]] of Object.entries(TABLES)) {
    it(`is aligned: ${name}`, async () => {
      const [, shown] = asTable(await reportOn(RECORDS, by), columns).split('\n\n');
      assert.equal(shown, table);
    });
  }

  it('is never wider than its terminal, whatever the width', async () => {
    for (const by of ['day', 'model', 'provider', 'thread'] as const) {
      const report = await reportOn(RECORDS, by);
      for (let columns = 12; columns <= 220; columns++) {
        for (const line of asTable(report, columns).split('\n'))
          assert.ok(widthOf(line) <= columns, `${columns}: ${line}`);
      }
    }
  });

  it('says what to do if nothing is recorded', async () => {
    const text = asTable(await reportOn([], 'day'), 80);
    assert.match(text, /^Usage by day, since 2026-11-22\n\nNo requests are recorded\.\n/);
    assert.match(text, /\/home\/me\/\.local\/state\/codex-relay\/usage,\s.*--usage off/);
  });

  it('shows thirty models, and says how many more there are', async () => {
    const many = Array.from({ length: 33 }, (_, at) => recordWith({ statedUsd: at, model: `m${at}` }));
    const text = asTable(await reportOn(many, 'model'), 80);
    assert.match(text, /deepseek\/m32/);
    assert.ok(!text.includes('deepseek/m2 '));
    assert.match(text, /3 more rows are in --csv and --json\./);
  });

  it('lets no name control the terminal', async () => {
    const text = asTable(
      await reportOn([recordWith({ statedUsd: 1, model: '\u001b[2Jx\n\u202ey' })], 'model'),
      80,
    );
    assert.match(text, /deepseek\/�\[2Jx��y/);
    const unpriced = recordWith({ service: undefined, model: '\u001b[2Jx\u009b2Jy\u202ez' });
    const notes = asTable(await reportOn([unpriced], 'model'), 80);
    assert.match(notes, /is not known/);
    assert.doesNotMatch(notes.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  });
});

describe('the forms for programs', () => {
  it('quote in CSV what needs it', async () => {
    const report = await reportOn([recordWith({ statedUsd: 1.5, model: 'a,"b"\nc', time: NOON })], 'model');
    const time = new Date(NOON).toISOString();
    assert.equal(
      asCsv(report),
      'model,lastRequest,requests,failed,inputTokens,cachedTokens,cacheWriteTokens,outputTokens,reasoningTokens,' +
        'costUsd,isCostComplete,requestsWithoutPrice,requestsWithoutCharge\n' +
        `"deepseek/a,""b""\nc",${time},1,0,1000,600,0,200,50,1.5,true,0,0\n`,
    );
  });

  it('keep all fields in JSON, even without any requests', async () => {
    const {
      since,
      until,
      prices: list,
      ...rest
    } = JSON.parse(asJson(await reportOn([], 'thread'))) as Record<string, unknown>;
    assert.deepEqual(
      [since, until],
      [new Date(NOON - 6.5 * DAY).toISOString(), new Date(NOON).toISOString()],
    );
    assert.match(String(list), /^genai-prices \d/);
    assert.deepEqual(rest, {
      version: 1,
      by: 'thread',
      rows: [],
      total: {
        requests: 0,
        failed: 0,
        inputTokens: 0,
        cachedTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 0,
        reasoningTokens: 0,
        costUsd: null,
        isCostComplete: true,
        requestsWithoutPrice: 0,
        requestsWithoutCharge: 0,
      },
    });
  });

  it('say if a sum is incomplete', async () => {
    const { total } = JSON.parse(asJson(await reportOn(RECORDS, 'day'))) as {
      total: Record<string, unknown>;
    };
    assert.deepEqual(
      [
        total['costUsd'],
        total['isCostComplete'],
        total['requestsWithoutPrice'],
        total['requestsWithoutCharge'],
      ],
      [15.5, false, 1, 2],
    );
  });
});

describe('the cells', () => {
  it('fit counts into six characters', () => {
    const shown = [
      0, 9_999, 10_000, 12_345, 99_999, 999_499, 999_500, 1_234_567, 999_600_000, 12e9, 3e12,
    ].map(compact);
    assert.deepEqual(shown, [
      '0',
      '9,999',
      '10.0k',
      '12.3k',
      '100k',
      '999k',
      '1.00M',
      '1.23M',
      '1.00G',
      '12.0G',
      '3T',
    ]);
  });

  it('distinguish known, partly known, unknown and no cost', () => {
    const cell = (priced: number, unpriced: number, costUsd: number) =>
      costCell({ priced, unpriced, costUsd } as Parameters<typeof costCell>[0]);
    assert.deepEqual(
      [cell(1, 0, 1234.5), cell(1, 1, 0.5), cell(0, 1, 0), cell(0, 0, 0), cell(1, 0, 0.001), cell(1, 0, 0)],
      ['$1,234.50', '≥ $0.50', '?', '-', '<$0.01', '$0.00'],
    );
  });

  it('draw bars in eighths, and at least one eighth for anything above zero', () => {
    assert.deepEqual(
      [bar(10, 10, 4), bar(5, 10, 4), bar(1, 1000, 4), bar(0, 10, 4)],
      ['████', '██', '▏', ''],
    );
  });

  it('count wide characters twice', () => {
    assert.equal(widthOf('通义x'), 5);
    assert.equal(fitted('通义千问', 6), '通义…');
    assert.deepEqual(wrapped('aa bb cccccccc d', 5), ['aa bb', 'ccccc', 'ccc d']);
  });
});
