import assert from 'node:assert/strict';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { isStale, namedRelays } from '../../src/codex/named-relays.ts';
import { type CodexTexts, planRemoval } from '../../src/codex/plan.ts';

const [PROFILE, CONFIG] = ['codex-relay.config.toml', 'config.toml'] as const;
const TOKEN = 'local-token';
const NOTHING: CodexTexts = {
  'codex-relay.models.json': undefined,
  [PROFILE]: undefined,
  [CONFIG]: undefined,
};
const WRITTEN = addRelayKeys('', { port: 4444, token: TOKEN });
const EXTENDED = `${WRITTEN}request_max_retries = 3\n`;
const TABLE = `[model_providers.codex-relay]\nname = "Codex Relay"\nbase_url = "http://127.0.0.1:4444/v1"\n`;

/** What removing the relay makes of the files. */
function removed(texts: CodexTexts): CodexTexts {
  const after = planRemoval(texts).changes.map((change) => [change.file, change.after]);
  return { ...texts, ...Object.fromEntries(after) };
}

describe('namedRelays', () => {
  const NAMED: [name: string, texts: CodexTexts, isLeftover: boolean, token?: string][] = [
    ['the relay that Codex uses', { ...NOTHING, [CONFIG]: WRITTEN }, false, TOKEN],
    ['one that only the profile names', { ...NOTHING, [PROFILE]: EXTENDED }, false, TOKEN],
    [
      'a table with a token that no file uses',
      { ...NOTHING, [PROFILE]: `${TABLE}experimental_bearer_token = "${TOKEN}"\n` },
      false,
      TOKEN,
    ],
    [
      'a table without a token that Codex uses',
      { ...NOTHING, [CONFIG]: `model_provider = "codex-relay"\n${TABLE}` },
      false,
    ],
    [
      'what stays in config.toml because the user added to it',
      removed({ ...NOTHING, [CONFIG]: EXTENDED }),
      true,
    ],
    [
      'what stays in the profile, below the mark of the removal',
      removed({ ...NOTHING, [PROFILE]: EXTENDED }),
      true,
    ],
  ];
  for (const [name, texts, isLeftover, token] of NAMED) {
    it(`finds ${name}`, () => {
      const file = texts[CONFIG] === undefined ? PROFILE : CONFIG;
      assert.deepEqual(namedRelays(texts), [{ file, port: 4444, token, isLeftover }]);
    });
  }

  it('finds none where nothing names one', () => {
    assert.deepEqual(namedRelays({ ...NOTHING, [CONFIG]: 'model = "gpt-5.4"\n' }), []);
  });
});

describe('isStale', () => {
  const CASES: [name: string, port: number, token: string, isOld: boolean, isOldIfLeftover: boolean][] = [
    ['nothing has changed', 4444, TOKEN, false, false],
    ['the port has changed', 4555, TOKEN, true, false],
    ['the token has changed', 4444, 'another-token', true, false],
    ["both differ: another relay's", 4555, 'another-token', false, false],
  ];
  for (const [name, port, token, isOld, isOldIfLeftover] of CASES) {
    it(`tells whether a file is to be brought up to date where ${name}`, () => {
      const check = (texts: CodexTexts) => namedRelays(texts).map((one) => isStale(one, { port, token }));
      const table = `${TABLE}experimental_bearer_token = "${TOKEN}"\n`;
      for (const text of [WRITTEN, EXTENDED, table]) {
        assert.deepEqual(check({ ...NOTHING, [PROFILE]: text }), [isOld]);
        assert.deepEqual(check({ ...NOTHING, [CONFIG]: text }), [isOld]);
      }
      for (const file of [PROFILE, CONFIG])
        assert.deepEqual(check(removed({ ...NOTHING, [file]: EXTENDED })), [isOldIfLeftover]);
    });
  }
});
