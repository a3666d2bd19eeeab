import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type ChoosableProvider, providerByLabel } from '../../../src/extension/choosable-provider.ts';
import {
  failureKey,
  longestWait,
  standingFailure,
  TROUBLE_KINDS,
  type TroubleCure,
  type TroubleKind,
  troubleOf,
} from '../../../src/extension/ui/trouble.ts';
import type { RequestReport } from '../../../src/relay/options.ts';

const provider = (more: Partial<ChoosableProvider> = {}): ChoosableProvider => ({
  id: 'acme',
  name: 'Acme',
  baseUrl: 'https://api.acme.example/v1',
  preset: 'openai-compatible',
  needsKey: true,
  custom: false,
  ...more,
});
const local = provider({ baseUrl: 'http://localhost:11434/v1', needsKey: false, startCommand: 'acme serve' });

const report = (more: Partial<RequestReport> = {}): RequestReport => ({
  id: 'resp_1',
  state: 'failed',
  provider: 'Acme',
  model: 'codex-relay',
  upstreamModel: 'acme-1',
  stream: true,
  startedAt: 1,
  calledTools: [],
  ...more,
});
const failed = (code: string, message: string) => report({ error: { code, message } });

const CASES: readonly [string, string, ChoosableProvider | undefined, TroubleKind, readonly TroubleCure[]][] =
  [
    [
      'a host that is not found',
      'upstream_unreachable',
      provider(),
      'unreachable',
      ['test', 'selectProvider'],
    ],
    [
      'the host of a custom provider that is not found',
      'upstream_unreachable',
      provider({ custom: true }),
      'unreachable',
      ['editAddress', 'test'],
    ],
    ['a local server that is off', 'upstream_unreachable', local, 'unreachable', ['startServer', 'test']],
    ['a key that is refused', 'upstream_unauthorized', provider(), 'key', ['setKey', 'selectProvider']],
    [
      'a key that is wanted where none was said to be needed',
      'upstream_unauthorized',
      provider({ custom: true, needsKey: false }),
      'key',
      ['setKey', 'selectProvider'],
    ],
    ['no credit', 'insufficient_quota', provider(), 'quota', ['selectProvider']],
    [
      'no credit, where the account has a page',
      'insufficient_quota',
      provider({ keyUrl: 'https://acme.example/keys' }),
      'quota',
      ['selectProvider', 'openAccount'],
    ],
    ['a request that is forbidden', 'forbidden', provider(), 'key', ['selectProvider', 'setKey']],
    ['a model that is not served', 'model_not_found', provider(), 'model', ['selectModel', 'selectProvider']],
    [
      'a request that is refused',
      'invalid_prompt',
      provider(),
      'refusedRequest',
      ['copyReport', 'selectProvider'],
    ],
    ['a limit of requests', 'rate_limit_exceeded', provider(), 'rateLimit', ['selectProvider']],
    [
      'a conversation that is too long',
      'context_length_exceeded',
      provider(),
      'contextLength',
      ['copyCompact', 'selectModel'],
    ],
    ['a stream that is cut', 'upstream_error', provider(), 'brokenAnswer', ['test', 'selectProvider']],
    ['a client with a wrong token', 'unauthorized', undefined, 'refusedClient', ['setUpCodex']],
    ['a provider that is gone', 'upstream_unauthorized', undefined, 'key', ['selectProvider']],
    [
      'a code like a method of objects',
      'constructor',
      provider(),
      'refusedRequest',
      ['copyReport', 'selectProvider'],
    ],
  ];

describe('trouble', () => {
  for (const [name, code, at, kind, cures] of CASES) {
    it(`knows what cures ${name}`, () => assert.deepEqual(troubleOf(code, at), { kind, cures }));
  }

  it('has the kinds that the setting offers', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
    const setting = manifest.contributes.configuration.properties['codexRelay.mutedNotifications'];
    assert.deepEqual(setting.items.enum, [...TROUBLE_KINDS]);
  });

  it('finds the provider of a report by id or by name', () => {
    const own = provider({ id: 'own', name: 'My Gateway', custom: true });
    assert.equal(providerByLabel([provider(), own], 'My Gateway'), own);
    assert.equal(providerByLabel([provider(), own], 'acme')?.id, 'acme');
    assert.equal(providerByLabel([own], 'gone'), undefined);
  });
});

describe('the same failure again', () => {
  const SAME: readonly [string, string][] = [
    ['Acme is busy. Try again in 7.2 s.', 'Acme is busy. Try again in 31 s.'],
    ['Acme failed (request req_8fa1bc).', 'Acme failed (request req_00beef).'],
  ];
  for (const [one, other] of SAME) {
    it(`is recognised: ${one}`, () =>
      assert.equal(failureKey(failed('upstream_error', one)), failureKey(failed('upstream_error', other))));
  }

  it('is not a refusal for another reason, though its code is the same', () => {
    const key = (message: string) => failureKey(failed('upstream_unauthorized', message));
    assert.notEqual(key('Acme refused the API key (401).'), key('Acme: this account may not do that (403).'));
  });

  it('is not the failure of another model', () => {
    const of = (upstreamModel: string) =>
      failureKey({ ...failed('model_not_found', 'No such model.'), upstreamModel });
    assert.notEqual(of('a'), of('b'));
  });
});

describe('the failure that stands', () => {
  const [good, bad] = [report({ state: 'completed' }), failed('insufficient_quota', 'No credit.')];
  const TABLE: readonly [string, RequestReport[], boolean][] = [
    ['nothing', [], false],
    ['a failure', [bad], true],
    ['a success after a failure', [good, bad], false],
    ['a failure after a success', [bad, good], true],
    ['what runs after a failure', [report({ state: 'running' }), bad], true],
    ['what was cancelled after a failure', [report({ state: 'cancelled' }), bad], true],
    ['a failure of another provider', [{ ...bad, provider: 'other' }], false],
    ['a success of another provider after a failure', [{ ...good, provider: 'other' }, bad], true],
  ];
  for (const [name, reports, stands] of TABLE) {
    it(`after ${name}: ${stands ? 'stands' : 'none'}`, () =>
      assert.equal(standingFailure(reports, { id: 'acme', name: 'Acme' }) !== undefined, stands));
  }
});

describe('the wait that is shown', () => {
  const waits = (until: number, state: RequestReport['state'] = 'running') =>
    report({ state, waiting: { until, code: 'rate_limit_exceeded', message: 'Slow down.' } });

  it('is the longest that is not over', () => {
    assert.equal(longestWait([waits(50), waits(90), waits(70)], 10)?.waiting?.until, 90);
    assert.equal(longestWait([waits(50)], 60), undefined);
    assert.equal(longestWait([waits(50, 'cancelled')], 10), undefined);
    assert.equal(longestWait([], 10), undefined);
  });
});
