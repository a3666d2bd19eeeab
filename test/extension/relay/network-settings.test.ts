import assert from 'node:assert/strict';
import { networkSettings } from '../../../src/extension/relay/network-settings.ts';
import type { NetworkSettings } from '../../../src/extension/thread/messages.ts';

const PROXY = 'http://proxy.example:3128';
const OTHER = 'http://other.example:8080';

const CASES: [
  what: string,
  settings: Record<string, unknown>,
  environment: Record<string, string>,
  expected: Partial<NetworkSettings>,
][] = [
  ['nothing', {}, {}, { usesProxy: true, httpProxy: undefined, usesSystemCertificates: true }],
  ['a proxy in the settings', { proxy: PROXY }, {}, { httpProxy: PROXY, httpsProxy: PROXY }],
  ['a proxy in the environment', {}, { HTTPS_PROXY: PROXY }, { httpProxy: undefined, httpsProxy: PROXY }],
  ['one for both', {}, { http_proxy: PROXY }, { httpProxy: PROXY, httpsProxy: PROXY }],
  ['both: the setting wins', { proxy: PROXY }, { https_proxy: OTHER }, { httpsProxy: PROXY }],
  [
    'exceptions in the settings',
    { noProxy: ['a.example', 'b.example'] },
    {},
    { noProxy: 'a.example,b.example' },
  ],
  ['exceptions in the environment', { noProxy: [] }, { NO_PROXY: '.example' }, { noProxy: '.example' }],
  ['proxies switched off', { proxySupport: 'off', proxy: PROXY }, {}, { usesProxy: false }],
  ['no certificates of the system', { systemCertificates: false }, {}, { usesSystemCertificates: false }],
  ['certificates that are not checked', { proxyStrictSSL: false }, {}, { onlyByHost: 'http.proxyStrictSSL' }],
  [
    'credentials of a proxy',
    { proxyAuthorization: 'Basic eDp5' },
    {},
    { onlyByHost: 'http.proxyAuthorization' },
  ],
  [
    'a SOCKS proxy',
    {},
    { HTTPS_PROXY: 'socks5://proxy.example:1080' },
    { onlyByHost: 'a proxy that is neither http nor https' },
  ],
];

describe('the network of the settings', () => {
  for (const [what, settings, environment, expected] of CASES) {
    it(what, () => {
      const found = networkSettings((name) => settings[name], environment);
      assert.partialDeepStrictEqual(found, expected);
      if (expected.onlyByHost === undefined) assert.equal(found.onlyByHost, undefined);
    });
  }
});
