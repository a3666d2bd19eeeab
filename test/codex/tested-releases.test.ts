import assert from 'node:assert/strict';
import { NEWEST_TESTED, OLDEST_TESTED, outsideTested } from '../../src/codex/tested-releases.ts';
import { NEWEST, RELEASES } from '../real-codex/install.ts';

describe('the tested releases of Codex', () => {
  it('are those that the tests run', () => {
    assert.deepEqual([OLDEST_TESTED, NEWEST_TESTED], [RELEASES.at(-1), NEWEST]);
    assert.equal(RELEASES[0], NEWEST);
  });

  for (const [release, expected] of [
    ['0.109.3', 'older'],
    ['0.80.0', 'older'],
    [OLDEST_TESTED, undefined],
    ['0.140.0', undefined],
    [NEWEST_TESTED, undefined],
    [NEWEST_TESTED.replace(/\d+$/, '99'), undefined],
    ['0.172.0', 'newer'],
    ['0.172.0-alpha.1', 'newer'],
    ['0.1000.0', 'newer'],
    ['1.0.0', 'newer'],
    ['', undefined],
    ['dev', undefined],
  ] as const) {
    it(`call ${release || 'none'} ${expected ?? 'neither older nor newer'}`, () =>
      assert.equal(outsideTested(release), expected));
  }
});
