import assert from 'node:assert/strict';
import { addRelayKeys, removeRelayKeys } from '../../src/codex/config-edit.ts';
import { namedRelays } from '../../src/codex/named-relays.ts';

describe('namedRelays', () => {
  const written = addRelayKeys('', { port: 4444, token: 'local-token' });
  const left = removeRelayKeys(`${written}request_max_retries = 3\n`).text;
  for (const [name, text, isUsed, token] of [
    ['the relay that Codex uses', written, true, 'local-token'],
    ['what stays of one because the user added to it, as unused', left, false, undefined],
  ] as const) {
    it(`finds ${name}`, () => {
      const [profile, config] = ['codex-relay.config.toml', 'config.toml'] as const;
      const texts = { 'codex-relay.models.json': undefined, [profile]: undefined, [config]: text };
      assert.deepEqual(namedRelays(texts), [{ file: config, port: 4444, token, isUsed }]);
    });
  }

  it('finds none where nothing names one', () => {
    const texts = {
      'codex-relay.models.json': '{}',
      'codex-relay.config.toml': '',
      'config.toml': undefined,
    };
    assert.deepEqual(namedRelays(texts), []);
  });
});
