import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ErrorCode, RelayError } from '../../../src/errors.ts';
import type { RoutingChange } from '../../../src/relay/gateway-options.ts';
import { Health, isCurable } from '../../../src/relay/routing/health.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import type { Target } from '../../../src/relay/routing/target.ts';
import { BASE_NATIVE } from '../../../src/translate/native/native-profile.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const NOW = 1_700_000_000_000;

const PROVIDERS = ['one', 'two'].map((id) =>
  resolveProvider({ id, upstream: 'http://127.0.0.1:1/v1', apiKey: 'key-one', moreApiKeys: ['key-two'] }),
);

function target(provider: number, model: string, keyIndex = 0): Target {
  const [first] = PROVIDERS;
  const chosen = PROVIDERS[provider] ?? first;
  assert.ok(chosen);
  const apiKey = chosen.apiKeys[keyIndex];
  return {
    provider: chosen,
    model,
    profile: chosen.profile,
    wire: 'chat',
    native: BASE_NATIVE,
    apiKey,
    keyIndex,
  };
}

const failure = (code: ErrorCode, retryAfterSeconds?: number) =>
  new RelayError(code, 'why', { retryAfterSeconds });

/** Who waits for how long after one failure of one/a. */
const WAITS: [code: ErrorCode, stated: number | undefined, milliseconds: number, ofKey: boolean][] = [
  ['upstream_unauthorized', undefined, MINUTE, true],
  ['insufficient_quota', undefined, 5 * MINUTE, true],
  ['insufficient_quota', 98 * 3600, 30 * MINUTE, true],
  ['rate_limit_exceeded', undefined, 20 * SECOND, false],
  ['rate_limit_exceeded', 90, 90 * SECOND, false],
  ['rate_limit_exceeded', 86_400, 10 * MINUTE, false],
  ['model_not_found', undefined, MINUTE, false],
  ['upstream_error', undefined, 5 * SECOND, false],
  ['upstream_unreachable', undefined, 5 * SECOND, false],
  ['server_is_overloaded', 60, MINUTE, false],
];

describe('the health of targets', () => {
  it('makes no target wait longer than the cap if the clock was set back', () => {
    const health = new Health();
    health.note(target(0, 'a'), failure('insufficient_quota', 98 * 3600), NOW);
    assert.equal(health.troubles(NOW).length, 1);
    const before = NOW - 24 * 60 * MINUTE;
    assert.equal(health.troubleOf(target(0, 'a'), before), undefined);
    assert.deepEqual(health.troubles(before), []);
    health.note(target(0, 'a'), failure('rate_limit_exceeded'), before);
    assert.ok((health.troubleOf(target(0, 'a'), before)?.until ?? 0) > before);
  });

  for (const [code, stated, wait, ofKey] of WAITS) {
    it(`${code}${stated === undefined ? '' : `, to be asked again in ${stated} s`}: ${wait / SECOND} s for the ${ofKey ? 'key' : 'model'}`, () => {
      const health = new Health();
      health.note(target(0, 'a'), failure(code, stated), NOW);
      assert.equal(health.troubleOf(target(0, 'a'), NOW)?.until, NOW + wait);
      assert.equal(health.troubleOf(target(0, 'a'), NOW + wait), undefined);
      assert.equal(health.troubleOf(target(0, 'b'), NOW) !== undefined, ofKey, 'another model of the key');
      assert.equal(health.troubleOf(target(0, 'a', 1), NOW), undefined, 'another key');
      assert.equal(health.troubleOf(target(1, 'a'), NOW), undefined, 'another upstream');
    });
  }

  const OF_A_MODEL: [what: string, error: RelayError, ofKey: boolean][] = [
    [
      'a key that may not use it',
      new RelayError(
        'upstream_unauthorized',
        'One refused the API key (HTTP 403): Your API key has no access to model a.',
        { status: 403 },
      ),
      false,
    ],
    [
      'a day of its free requests is used up (Gemini, 2026-11)',
      new RelayError(
        'insufficient_quota',
        'One says that the account is out of quota: Quota exceeded for metric: generate_content_free_tier_requests, limit: 20, model: a',
      ),
      false,
    ],
    [
      'a key that may do nothing',
      new RelayError('upstream_unauthorized', 'One refused the API key (HTTP 403).', { status: 403 }),
      true,
    ],
    [
      'a key that is wrong',
      new RelayError('upstream_unauthorized', 'One refused the API key: no such key for model a', {
        status: 401,
      }),
      true,
    ],
    [
      'an empty account',
      new RelayError('insufficient_quota', 'One says that the account is out of quota: Insufficient Balance'),
      true,
    ],
  ];
  for (const [what, error, ofKey] of OF_A_MODEL) {
    it(`keeps to the ${ofKey ? 'key' : 'model'} what is about it: ${what}`, () => {
      const health = new Health();
      health.note(target(0, 'a'), error, NOW);
      const trouble = health.troubleOf(target(0, 'a'), NOW);
      assert.equal(trouble?.model, ofKey ? undefined : 'a');
      assert.equal(health.troubleOf(target(0, 'b'), NOW) !== undefined, ofKey);
    });
  }

  it('does not blame a target for what the request caused', () => {
    for (const code of [
      'invalid_prompt',
      'context_length_exceeded',
      'invalid_request',
      'cancelled',
    ] as const) {
      const health = new Health();
      health.note(target(0, 'a'), failure(code), NOW);
      assert.equal(health.troubleOf(target(0, 'a'), NOW), undefined, code);
      assert.equal(isCurable(failure(code)), false, code);
    }
  });

  it('waits twice as long with each failure in a row, up to a cap, and not at all after a success', () => {
    const health = new Health();
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => {
      health.note(target(0, 'a'), failure('upstream_error'), NOW);
      return ((health.troubleOf(target(0, 'a'), NOW)?.until ?? NOW) - NOW) / SECOND;
    });
    assert.deepEqual(waits, [5, 10, 20, 40, 80, 120, 120]);
    health.note(target(0, 'a'), undefined, NOW);
    assert.equal(health.troubleOf(target(0, 'a'), NOW), undefined);
  });

  it('counts requests that ran side by side and failed for one cause as one failure', () => {
    const health = new Health();
    const began = health.noted;
    for (let at = 0; at < 8; at++) health.note(target(0, 'a'), failure('upstream_error'), NOW, began);
    assert.equal(health.troubleOf(target(0, 'a'), NOW)?.until, NOW + 5 * SECOND);
    health.note(target(0, 'a'), failure('upstream_error', 60), NOW, began);
    assert.equal(health.troubleOf(target(0, 'a'), NOW)?.until, NOW + 60 * SECOND, 'what is stated counts');
    health.note(target(0, 'a'), failure('upstream_error'), NOW, began);
    assert.equal(health.troubleOf(target(0, 'a'), NOW)?.until, NOW + 60 * SECOND, 'and stays');
    health.note(target(0, 'a'), failure('upstream_error'), NOW, health.noted);
    assert.equal(health.troubleOf(target(0, 'a'), NOW)?.failures, 2);
  });

  it('does not forget trouble because of an answer that began before it', () => {
    for (const code of ['rate_limit_exceeded', 'insufficient_quota'] as const) {
      const health = new Health();
      const began = health.noted;
      health.note(target(0, 'a'), failure(code, 300), NOW);
      health.note(target(0, 'a'), undefined, NOW, began);
      const other = new Health((change) => {
        if (change.kind === 'trouble') health.learn(change.key, change.trouble);
      });
      other.note(target(0, 'b'), failure('rate_limit_exceeded', 300), NOW);
      health.note(target(0, 'b'), undefined, NOW, began);
      assert.ok(health.troubleOf(target(0, 'b'), NOW), 'nor what another relay told meanwhile');
      assert.equal(health.troubleOf(target(0, 'a'), NOW)?.code, code);
      health.note(target(0, 'a'), undefined, NOW, health.noted);
      assert.equal(health.troubleOf(target(0, 'a'), NOW), undefined);
    }
  });

  it("keeps the trouble of a client's own key to that client", () => {
    const told: RoutingChange[] = [];
    const provider = resolveProvider({ id: 'open', upstream: 'http://127.0.0.1:1/v1' });
    const by = (apiKey: string | undefined): Target => ({ ...target(0, 'a'), provider, apiKey });
    for (const code of ['upstream_unauthorized', 'insufficient_quota', 'rate_limit_exceeded'] as const) {
      const health = new Health((change) => told.push(change));
      health.note(by('key-of-anna'), failure(code), NOW);
      assert.equal(health.troubleOf(by('key-of-anna'), NOW)?.code, code);
      assert.equal(health.troubleOf(by('key-of-ben'), NOW), undefined);
      assert.equal(health.troubleOf(by(undefined), NOW), undefined);
      health.note(by('key-of-ben'), undefined, NOW);
      assert.ok(health.troubleOf(by('key-of-anna'), NOW), "another client's success is no news for this one");
      health.note(by('key-of-anna'), undefined, NOW);
      assert.equal(health.troubleOf(by('key-of-anna'), NOW), undefined);
    }
    assert.doesNotMatch(JSON.stringify(told), /key-of/);
  });

  it('remembers no more than a thousand, the latest, however many keys clients make up', () => {
    const provider = resolveProvider({ id: 'open', upstream: 'http://127.0.0.1:1/v1' });
    const health = new Health();
    for (let at = 0; at < 3_000; at++) {
      const apiKey = `made-up-${at}`;
      health.note({ ...target(0, 'a'), provider, apiKey }, failure('upstream_unauthorized'), NOW);
    }
    assert.equal(health.troubles(NOW).length, 1_000);
    const last = { ...target(0, 'a'), provider, apiKey: 'made-up-2999' };
    assert.ok(health.troubleOf(last, NOW));
  });

  it('tries the target whose wait ends first if all wait', () => {
    const health = new Health();
    const all = [target(0, 'a'), target(0, 'b'), target(1, 'a')];
    for (const [at, seconds] of [120, 30, 60].entries())
      health.note(all[at] ?? target(0, 'a'), failure('rate_limit_exceeded', seconds), NOW);
    assert.deepEqual(health.inOrder(all, NOW), [all[1]]);
    assert.deepEqual(health.inOrder(all, NOW + 45 * SECOND), [all[1]]);
    assert.deepEqual(health.inOrder(all, NOW + 65 * SECOND), [all[1], all[2]]);
  });

  it('agrees with a simple list of failures, whatever happens', () => {
    const targets = [target(0, 'a'), target(0, 'b'), target(0, 'a', 1), target(1, 'a')];
    const codes: ErrorCode[] = [
      'upstream_unauthorized',
      'rate_limit_exceeded',
      'upstream_error',
      'invalid_prompt',
    ];
    const step = fc.record({
      target: fc.nat(targets.length - 1),
      code: fc.option(fc.constantFrom(...codes), { nil: undefined }),
      later: fc.nat(5 * MINUTE),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const health = new Health();
        let now = NOW;
        for (const { target: at, code, later } of steps) {
          now += later;
          const chosen = targets[at] ?? target(0, 'a');
          health.note(chosen, code && failure(code), now);
          const order = health.inOrder(targets, now);
          assert.ok(order.length > 0, 'there is always one to ask');
          if (code === undefined) assert.ok(order.includes(chosen), 'a success heals');
          const healthy = targets.filter((one) => health.troubleOf(one, now) === undefined);
          if (healthy.length > 0) assert.deepEqual(order, healthy, 'the order given is kept');
          for (const { until } of health.troubles(now))
            assert.ok(until - now <= 30 * MINUTE, 'every wait is capped');
        }
        health.reset();
        assert.deepEqual(health.inOrder(targets, now), targets);
      }),
    );
  });
});
