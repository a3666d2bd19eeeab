import assert from 'node:assert/strict';
import { cleanKey, isPossibleKey } from '../../../src/relay/routing/api-key.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';

describe('api keys', () => {
  const pasted: [string, string][] = [
    ['  sk-1 \n', 'sk-1'],
    ['"sk-1"', 'sk-1'],
    ['Bearer sk-1', 'sk-1'],
    ['DEEPSEEK_API_KEY=sk-1', 'sk-1'],
    ["export OPENROUTER_API_KEY='sk-1'", 'sk-1'],
    ['AIzaSy=mixed', 'AIzaSy=mixed'],
    // Base64 may end with equals signs.
    ['QUJDREVG==', 'QUJDREVG=='],
    ['QUJDREV=', 'QUJDREV='],
    ['', ''],
  ];
  for (const [given, key] of pasted) {
    it(`clean ${JSON.stringify(given)}, for every host alike`, () => {
      assert.equal(cleanKey(given), key);
      assert.deepEqual(
        resolveProvider({ provider: 'deepseek', apiKey: given }).apiKeys,
        key === '' ? [] : [key],
      );
    });
  }

  it('are refused when no header can carry them', () => {
    for (const key of ['x', 'sk-or-v1-0123']) assert.ok(isPossibleKey(key), key);
    for (const key of ['', 'two words', 'line\nbreak', 'schlüssel']) assert.ok(!isPossibleKey(key), key);
  });
});
