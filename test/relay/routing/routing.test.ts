/** What changes, and what stays, when a relay is told to serve other upstreams. */
import assert from 'node:assert/strict';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import type { RoutingOptions, UpstreamOptions } from '../../../src/relay/options.ts';
import { Routing } from '../../../src/relay/routing/routing.ts';

const upstream = (id: string, more: UpstreamOptions = {}): UpstreamOptions => ({
  id,
  provider: 'openai-compatible',
  upstream: `http://127.0.0.1:9/${id}`,
  apiKey: `key-${id}`,
  model: `${id}-model`,
  ...more,
});

function routingOf(options: RoutingOptions = {}): Routing {
  return new Routing({ upstreams: [upstream('a'), upstream('b')], ...options }, SILENT_LOGGER, () => {});
}

function learnAll(routing: Routing): void {
  for (const provider of routing.providers) routing.learnModels(provider, [{ id: `${provider.id}-listed` }]);
}

const listsOf = (routing: Routing) => routing.catalog().map(({ id, listed }) => [id, listed?.[0]?.id]);

const targets = (routing: Routing, model: string) =>
  routing
    .targetsFor({ model, bearer: undefined, thread: undefined, role: undefined })
    .map(({ provider, model: name }) => `${provider.id}/${name}`);

describe('routing that is told to serve other upstreams', () => {
  it('keeps the lists of upstreams that stay', () => {
    const routing = routingOf();
    learnAll(routing);
    routing.serve([upstream('b', { model: 'other' }), upstream('c')], 'b');
    assert.deepEqual(listsOf(routing), [
      ['b', 'b-listed'],
      ['c', undefined],
    ]);
  });

  const changes: [string, UpstreamOptions][] = [
    ['address', { upstream: 'http://127.0.0.1:9/elsewhere' }],
    ['key', { apiKey: 'another' }],
    ['further keys', { moreApiKeys: ['another'] }],
  ];
  for (const [what, change] of changes) {
    it(`forgets the list of an upstream with another ${what}`, () => {
      const routing = routingOf();
      learnAll(routing);
      routing.serve([upstream('a', change)], 'a');
      assert.deepEqual(listsOf(routing), [['a', undefined]]);
    });
  }

  it('asks the requested model first, even if it is among its own stand-ins', () => {
    const routing = routingOf({ fallbacks: { '*': ['b/x', 'a/m', 'b/y', 'b/x'] } });
    assert.deepEqual(targets(routing, 'a/m'), ['a/m', 'b/x', 'b/y']);
    assert.deepEqual(targets(routing, 'b/y'), ['b/y', 'b/x', 'a/m']);
  });

  it("sends a client's own key to the upstream that the client asks, whichever model answers there", () => {
    const keyless = { apiKey: '' };
    const routing = routingOf({
      upstreams: [upstream('a', keyless), upstream('b', keyless)],
      fallbacks: { '*': ['b/m', 'a/n'] },
      roles: { title: 'b/small', review: 'a/large' },
    });
    const keysFor = (model: string, role?: 'title' | 'review') =>
      routing
        .targetsFor({ model, bearer: 'own', thread: undefined, role })
        .map(({ provider, model: name, apiKey }) => `${provider.id}/${name} ${apiKey ?? '-'}`);
    assert.deepEqual(keysFor('a/m'), ['a/m own', 'b/m -', 'a/n own']);
    assert.deepEqual(keysFor('b/x'), ['b/x own', 'b/m own', 'a/n -']);
    assert.deepEqual(keysFor('a/m', 'title'), ['b/small -', 'b/m -', 'a/n own']);
    assert.deepEqual(keysFor('a/m', 'review'), ['a/large own', 'b/m -', 'a/n own']);
  });

  it('replaces the stand-ins as well', () => {
    const routing = routingOf({ fallbacks: { '*': ['b/x'] } });
    assert.deepEqual(targets(routing, 'a/m'), ['a/m', 'b/x']);
    routing.serve([upstream('a'), upstream('c')], 'a', { fallbacks: { '*': ['c/y'] } });
    assert.deepEqual(targets(routing, 'a/m'), ['a/m', 'c/y']);
    routing.serve([upstream('a'), upstream('c')], 'c');
    assert.deepEqual(targets(routing, 'a/m'), ['a/m', 'c/y'], 'as before');
  });

  const refused: [string, () => Parameters<Routing['serve']>][] = [
    ['an active one that is not among them', () => [[upstream('c')], 'a']],
    ['two of one id', () => [[upstream('c'), upstream('c')], 'c']],
    ['an address of no use', () => [[upstream('c', { upstream: 'file:///etc' })], 'c']],
    ['stand-ins that name none of them', () => [[upstream('c')], 'c', { fallbacks: { '*': ['b/x'] } }]],
    ['roles that name none of them', () => [[upstream('c')], 'c', { roles: { title: 'b/x' } }]],
    ['the present stand-ins, which then name none', () => [[upstream('a')], 'a']],
  ];
  for (const [what, given] of refused) {
    it(`refuses ${what}, and changes nothing`, () => {
      const routing = routingOf({ fallbacks: { '*': ['b/x'] } });
      learnAll(routing);
      assert.throws(() => routing.serve(...given()), { code: 'invalid_request' });
      assert.equal(routing.active.id, 'a');
      assert.deepEqual(targets(routing, 'a/m'), ['a/m', 'b/x']);
      assert.deepEqual(listsOf(routing), [
        ['a', 'a-listed'],
        ['b', 'b-listed'],
      ]);
    });
  }
});
