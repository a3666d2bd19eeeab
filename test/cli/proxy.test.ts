import assert from 'node:assert/strict';
import { readProxy } from '../../src/cli/proxy.ts';

const PROXY = 'http://proxy.test:3128';

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
    it(name, () => assert.deepEqual(readProxy(environment), proxy));
  }

  it('names the variable at fault, not the password in it', () => {
    assert.throws(() => readProxy({ HTTPS_PROXY: 'socks5://me:secret@proxy.test' }), {
      message: 'the value of HTTPS_PROXY is not accepted: it takes an http or https URL of a proxy',
    });
  });
});
