/** How tokens are counted that a provider has not stated yet, or never states. */
import assert from 'node:assert/strict';
import { limitsFor } from '../../src/team/limits.ts';
import { userNamed } from './support.ts';

const LIMIT = 1_000;

describe('tokens a minute', () => {
  const admit = (limits: ReturnType<typeof limitsFor>) => limits.admit(() => 600, 100);
  const CASES: [what: string, used: number | undefined, isLetIn: boolean, besides?: number][] = [
    ['count as guessed where the provider does not say', undefined, false],
    ['are given back where there was no answer', 0, true],
    ['count as the provider says', 650, false],
    ['count as the provider says, if that is less', 100, true],
    ['count for targets that were passed over as well', 100, false, 300],
    ['count for targets that were passed over where there was no answer', 0, false, 350],
  ];
  for (const [what, used, isLetIn, besides] of CASES) {
    it(what, async () => {
      const limits = limitsFor(userNamed('frida', { tokensPerMinute: LIMIT }), undefined);
      const admission = await admit(limits);
      admission.settle(used, besides);
      if (isLetIn) await admit(limits);
      else await assert.rejects(admit(limits), { code: 'rate_limit_exceeded' });
    });
  }
});
