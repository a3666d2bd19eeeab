import assert from 'node:assert/strict';
import { parseStoreUrl, shownAddress } from '../../src/redis/store-url.ts';

const PLAIN = { username: undefined, password: undefined, master: undefined, db: 0, isTls: false };

describe('the address of a store', () => {
  const KNOWN: Record<string, object> = {
    'redis://cache': { ...PLAIN, kind: 'server', hosts: [{ host: 'cache', port: 6379 }] },
    'redis://127.0.0.1:7000/3': {
      ...PLAIN,
      kind: 'server',
      hosts: [{ host: '127.0.0.1', port: 7000 }],
      db: 3,
    },
    'valkey://[::1]:7000': { ...PLAIN, kind: 'server', hosts: [{ host: '::1', port: 7000 }] },
    'rediss://anna:p%40ss@cache': {
      ...PLAIN,
      kind: 'server',
      isTls: true,
      hosts: [{ host: 'cache', port: 6379 }],
      username: 'anna',
      password: 'p@ss',
    },
    'valkeys://:secret@cache:1/': {
      ...PLAIN,
      kind: 'server',
      isTls: true,
      hosts: [{ host: 'cache', port: 1 }],
      password: 'secret',
    },
    'redis+sentinel://a,b:1/team/2': {
      ...PLAIN,
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 1 },
      ],
      master: 'team',
      db: 2,
    },
    'rediss+cluster://a,b:1': {
      ...PLAIN,
      kind: 'cluster',
      isTls: true,
      hosts: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 1 },
      ],
    },
    'valkeys+sentinel://a/team': {
      ...PLAIN,
      kind: 'sentinel',
      isTls: true,
      hosts: [{ host: 'a', port: 26379 }],
      master: 'team',
    },
    'valkey+cluster://a:1': { ...PLAIN, kind: 'cluster', hosts: [{ host: 'a', port: 1 }] },
  };
  for (const [text, address] of Object.entries(KNOWN)) {
    it(`may be ${text}`, () => assert.deepEqual(parseStoreUrl(text), address));
  }

  for (const text of [
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis://a,b',
    'rediss+ring://a',
    'valkey+://a',
    'redis://cache:99999',
    'redis://cache:x',
    'redis://cache/x',
    'redis+sentinel://a',
    'redis+cluster://a/1',
    'redis://%zz@cache',
    'redis://cache?db=1',
  ]) {
    it(`is not "${text}"`, () => assert.equal(parseStoreUrl(text), undefined));
  }

  it('is shown without user and password', () => {
    const address = parseStoreUrl('redis+sentinel://anna:secret@a,[::1]:1/team') ?? assert.fail();
    assert.equal(shownAddress(address), 'team of a:26379, [::1]:1');
  });
});
