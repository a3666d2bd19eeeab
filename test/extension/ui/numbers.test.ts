/** Prices in the lists, in every language. */
import assert from 'node:assert/strict';
import { spokenIn } from '../../support/spoken.ts';

function numbersIn(language: string): Promise<typeof import('../../../src/extension/ui/numbers.ts')> {
  return spokenIn(language, () => import(`../../../src/extension/ui/numbers.ts?${language}`));
}

describe('the price of a model, in words', () => {
  it('has both rates, as exact as in price lists', async () => {
    const { priceInWords } = await numbersIn('en');
    assert.equal(priceInWords({ input: 0.075, output: 12 }), '$0.075 in, $12.00 out per million');
    assert.equal(priceInWords({ input: 0, output: 0 }), '$0.00 in, $0.00 out per million');
    assert.equal(priceInWords(undefined), undefined);
  });

  for (const language of ['en', 'de', 'ja', 'ko', 'zh-cn']) {
    it(`says in ${language} if tokens are not paid for`, async () => {
      const { priceInWords } = await numbersIn(language);
      const told = (['plan', 'local'] as const).map(priceInWords);
      assert.ok(told.every((text) => text !== undefined && !text.includes('$')));
      assert.match(priceInWords({ input: 0.5, output: 1.5 }) ?? '', /0[.,]50?.*1[.,]50?/);
    });
  }
});
