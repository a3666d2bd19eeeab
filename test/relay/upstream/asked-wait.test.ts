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
    [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 2],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2m59.56s' }, 180],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7.66s' }, 8],
    [{ 'x-ratelimit-remaining-tokens': '12', 'x-ratelimit-reset-tokens': '7.66s' }, undefined],
    [{ 'retry-after': '3', 'x-ratelimit-reset': '60' }, 3],
    [{ 'x-ratelimit-reset': '60' }, 60],
    [{ 'ratelimit-reset': '1000000001' }, 0],
    [{ 'x-ratelimit-reset': '1000000000001' }, 0],
  ];
  for (const [headers, seconds] of WAITS) {
    it(JSON.stringify(headers), () => assert.equal(waitOf(headers), seconds));
  }

  it('is read from limits only where a limit was reached', () => {
    assert.equal(waitOf({ 'x-ratelimit-reset': '60' }, 500), undefined);
  });
});
