import assert from 'node:assert/strict';
import { readProxy } from '../../src/cli/proxy.ts';

const PROXY = 'http://proxy.test:3128';
const NOBODY = { warn: (message: string) => assert.fail(message) };

describe('proxy of the environment', () => {
  const cases: [name: string, environment: Record<string, string>, proxy: ReturnType<typeof readProxy>][] = [
    ['none', { NO_PROXY: 'example.com' }, undefined],
    ['empty variables', { HTTPS_PROXY: '', http_proxy: ' ' }, undefined],
    ['upper case', { HTTPS_PROXY: PROXY }, { httpsProxy: PROXY }],
    ['lower case first', { https_proxy: PROXY, HTTPS_PROXY: 'http://other.test' }, { httpsProxy: PROXY }],
    ['no scheme', { HTTP_PROXY: 'proxy.test:3128' }, { httpProxy: PROXY }],
    [
      'all three',
      { HTTP_PROXY: PROXY, https_proxy: PROXY, no_proxy: 'a.test,.b.test' },
      { httpProxy: PROXY, httpsProxy: PROXY, noProxy: 'a.test,.b.test' },
    ],
  ];
  for (const [name, environment, proxy] of cases) {
    it(name, () => assert.deepEqual(readProxy(environment, NOBODY), proxy));
  }

  const UNUSABLE: [
    environment: Record<string, string>,
    proxy: ReturnType<typeof readProxy>,
    warnings: RegExp[],
  ][] = [
    [
      { HTTPS_PROXY: 'socks5://me:secret@proxy.test' },
      undefined,
      [/^HTTPS_PROXY is ignored: it names a socks5 proxy/],
    ],
    [
      { http_proxy: 'socks5h://127.0.0.1:1080' },
      undefined,
      [/^http_proxy is ignored: it names a socks5h proxy/],
    ],
    [{ HTTP_PROXY: 'http://' }, undefined, [/^HTTP_PROXY is ignored: it names no URL of a proxy/]],
    [{ HTTP_PROXY: 'http://secret:1%@proxy.test' }, undefined, [/^HTTP_PROXY is ignored: it names no URL/]],
    [{ HTTP_PROXY: 'proxy.test:99999' }, undefined, [/^HTTP_PROXY is ignored/]],
    [
      { HTTP_PROXY: 'socks4://secret', HTTPS_PROXY: PROXY },
      { httpsProxy: PROXY },
      [/^HTTP_PROXY is ignored: it names a socks4 proxy/],
    ],
    [
      { https_proxy: 'socks5://secret', HTTPS_PROXY: PROXY },
      { httpsProxy: PROXY },
      [/^https_proxy is ignored/],
    ],
    [{ HTTP_PROXY: 'ftp://secret', HTTPS_PROXY: 'secret secret' }, undefined, [/ftp proxy/, /^HTTPS_PROXY/]],
  ];
  for (const [environment, proxy, warnings] of UNUSABLE) {
    it(`leaves out what cannot be used: ${Object.keys(environment)}`, () => {
      const said: string[] = [];
      assert.deepEqual(readProxy(environment, { warn: (message) => said.push(message) }), proxy);
      assert.equal(said.length, warnings.length);
      for (const [at, words] of warnings.entries()) assert.match(said[at] ?? '', words);
      assert.doesNotMatch(said.join(), /secret/, 'a value may hold a password');
    });
  }
});
