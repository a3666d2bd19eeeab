import assert from 'node:assert/strict';
import { refusalReport } from '../../../src/extension/relay/refusal-report.ts';
import { spokenIn } from '../../support/spoken.ts';

function textIn(language: string): Promise<typeof import('../../../src/extension/ui/request-text.ts')> {
  return spokenIn(language, () => import(`../../../src/extension/ui/request-text.ts?${language}`));
}

describe('the time in a row', () => {
  for (const language of ['en', 'de', 'ja', 'ko', 'zh-cn']) {
    it(`is five letters long in ${language}`, async () => {
      const { clock } = await textIn(language);
      assert.deepEqual(
        [9, 19, 0].map((hour) => clock(new Date(2026, 10, 28, hour, 5).getTime())),
        ['09:05', '19:05', '00:05'],
      );
    });
  }
});

describe('a duration', () => {
  for (const [milliseconds, shown] of [
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [60_000, '1 min 0 s'],
    [119_499, '1 min 59 s'],
    [119_500, '2 min 0 s'],
    [245_000, '4 min 5 s'],
  ] as const) {
    it(`of ${milliseconds} ms is "${shown}"`, async () => {
      const { duration } = await textIn('en');
      assert.equal(duration(milliseconds), shown);
    });
  }
});

const REPORT = {
  id: 'resp_1',
  state: 'completed',
  provider: 'acme',
  model: 'm',
  stream: true,
  startedAt: 0,
  calledTools: [],
} as const;

describe('the name in a narrow row', () => {
  it('is only the program’s for a refused client', async () => {
    const { rowName } = await textIn('en');
    const report = refusalReport({ client: 'codex_exec/0.169.0', sentToken: true });
    assert.equal(rowName(report), 'codex_exec');
  });

  for (const [model, shown] of [
    ['deepseek-v4-pro', 'deepseek-v4-pro'],
    ['anthropic/claude-sonnet-4.5', 'claude-sonne…4.5'],
    ['accounts/fireworks/models/kimi-k3', 'kimi-k3'],
    ['qwen3:8b', 'qwen3:8b'],
    ['meta/llama-4-maverick-17b-128e-instruct', 'llama-4-mave…uct'],
    ['odd/', 'odd/'],
    ['', ''],
  ] as const) {
    it(`is "${shown}" for "${model}"`, async () => {
      const { rowName } = await textIn('en');
      assert.equal(rowName({ ...REPORT, upstreamModel: model }), shown);
    });
  }
});
