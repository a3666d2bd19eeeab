import assert from 'node:assert/strict';
import { parseNativeEntries } from '../../src/codex/native-file.ts';
import { BASE_NATIVE } from '../../src/translate/native/native-profile.ts';

const REFUSED: [what: string, text: string, message: RegExp][] = [
  ['no JSON', '{', /^codex-relay\.native\.json is not JSON: /],
  ['a list', '[]', /codex-relay\.native\.json: must be an object/],
  ['a model without its provider', '{"grok-4.7": {}}', /"grok-4\.7": .*named provider\/model/],
  ['another field', '{"xai/m": {"wires": "chat"}}', /"xai\/m": takes wire and takes, nothing else/],
  [
    'a wire that there is not',
    '{"xai/m": {"wire": "native"}}',
    /"xai\/m" > "wire": must be chat or responses/,
  ],
  [
    'a value that there is not',
    '{"xai/m": {"takes": {"outputs": "images"}}}',
    /"outputs": must be one of parts, text/,
  ],
  ['a property that there is not', '{"xai/m": {"takes": {"colour": "red"}}}', /"takes"/],
];

describe('the file about Responses endpoints', () => {
  it('may say everything that a preset says', () => {
    const entries = { 'xai/grok-4.7': { wire: 'responses', takes: BASE_NATIVE } };
    assert.deepEqual(parseNativeEntries(JSON.stringify(entries)), entries);
  });

  it('may begin with a byte order mark', () =>
    assert.deepEqual(parseNativeEntries('\ufeff{"xai/*": {}}'), { 'xai/*': {} }));

  it('may be empty', () => assert.deepEqual(parseNativeEntries('{"xai/*": {}}'), { 'xai/*': {} }));

  for (const [what, text, message] of REFUSED) {
    it(`is refused with the place of the mistake: ${what}`, () => {
      assert.throws(() => parseNativeEntries(text), { name: 'CodexConfigError', message });
    });
  }
});
