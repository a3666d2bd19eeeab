import assert from 'node:assert/strict';
import { isLoopbackAddress, isLoopbackHost } from '../src/loopback.ts';

const CASES: [name: string, isAddress: boolean, isHost: boolean][] = [
  ['localhost', true, true],
  ['LocalHost', true, true],
  ['127.0.0.1', true, true],
  ['127.8.9.1', true, true],
  ['::1', true, false],
  ['[::1]', false, true],
  ['localhost:4444', false, true],
  ['127.0.0.1:4444', false, true],
  ['[::1]:4444', false, true],
  ['::1:4444', false, false],
  ['', false, false],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['10.0.0.1', false, false],
  ['127.1', false, false],
  ['127.example.com', false, false],
  ['127.0.0.1.example.com', false, false],
  ['localhost.example.com', false, false],
  ['models.localhost', false, false],
  ['localhost.', false, false],
  ['localhost:', false, false],
  ['localhost:80:80', false, false],
  ['localhost@example.com', false, false],
  ['localhost\nexample.com', false, false],
];

describe('loopback', () => {
  for (const [name, isAddress, isHost] of CASES) {
    it(`is ${isAddress ? '' : 'not '}listened on at ${JSON.stringify(name)}`, () =>
      assert.equal(isLoopbackAddress(name), isAddress));
    it(`is ${isHost ? '' : 'not '}the host ${JSON.stringify(name)}`, () =>
      assert.equal(isLoopbackHost(name), isHost));
  }
});
