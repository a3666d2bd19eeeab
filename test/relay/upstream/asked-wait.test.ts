import assert from 'node:assert/strict';
import { askedWait } from '../../../src/relay/upstream/asked-wait.ts';

const waitOf = (headers: Record<string, string>, status = 429) =>
  askedWait({ status, headers, body: (async function* () {})() });

describe('the wait that headers ask for', () => {
  const past = new Date(0).toUTCString();
  const WAITS: [headers: Record<string, string>, seconds: number | undefined][] = [
    [{}, undefined],
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '0.2' }, 1],
    [{ 'retry-after': '2s' }, 2],
    [{ 'retry-after': past }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': '1e30' }, 31_536_000],
    [{ 'retry-after': `${'9'.repeat(400)}s` }, 31_536_000],
    [{ 'retry-after-ms': '1e300' }, 31_536_000],
    [{ 'x-ratelimit-reset': '9'.repeat(30) }, 31_536_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 2],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2m59.56s' }, 180],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7.66s' }, 8],
    [{ 'x-ratelimit-remaining-tokens': '12', 'x-ratelimit-reset-tokens': '7.66s' }, undefined],
    [{ 'retry-after': '3', 'x-ratelimit-reset': '60' }, 3],
    [{ 'x-ratelimit-reset': '60' }, 60],
    [{ 'ratelimit-reset': '90' }, 90],
    [{ 'x-ratelimit-reset-after': '90' }, 90],
    [{ ratelimit: 'limit=10, remaining=0, reset=90' }, 90],
    [{ ratelimit: '"minute";r=0;t=90' }, 90],
    [{ ratelimit: '"minute";r=12;t=7, "day";r=0;t=90' }, 90],
    [{ ratelimit: '"minute";r=0;t=7, "day";r=500;t=40000' }, 7],
    [{ ratelimit: '"minute";t=7;r=12,"day";t=90;r=0' }, 90],
    [{ ratelimit: '"minute";t=7' }, 7],
    [{ 'ratelimit-reset': '1000000001' }, 0],
    [{ 'x-ratelimit-reset': '1000000000001' }, 0],
  ];
  /** Each says the same moment, in milliseconds since the epoch. */
  const DATES: Record<string, (moment: number) => Record<string, string>> = {
    'a date of HTTP': (moment) => ({ 'retry-after': new Date(moment).toUTCString() }),
    'a date of ISO 8601': (moment) => ({ 'retry-after': new Date(moment).toISOString() }),
    'seconds since the epoch': (moment) => ({ 'retry-after': `${Math.ceil(moment / 1000)}` }),
    'milliseconds since the epoch': (moment) => ({ 'x-ratelimit-reset': `${moment}` }),
    'seconds in another header': (moment) => ({ 'x-ratelimit-reset': `${Math.ceil(moment / 1000)}` }),
    'a date in another header': (moment) => ({ 'x-ratelimit-reset': new Date(moment).toISOString() }),
    'a date of Anthropic': (moment) => ({
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': new Date(moment).toISOString(),
    }),
  };
  for (const [what, headersAt] of Object.entries(DATES)) {
    it(`as a moment: ${what}`, () => {
      const wait = waitOf(headersAt(Date.now() + 90_000)) ?? 0;
      assert.ok(wait > 60 && wait <= 91, `${wait}`);
    });
  }

  for (const [headers, seconds] of WAITS) {
    it(JSON.stringify(headers), () => assert.equal(waitOf(headers), seconds));
  }

  it('is read from limits only if a limit was reached', () => {
    assert.equal(waitOf({ 'x-ratelimit-reset': '60' }, 500), undefined);
  });
});
