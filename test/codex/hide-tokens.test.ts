import assert from 'node:assert/strict';
import { hideTokens } from '../../src/codex/hide-tokens.ts';

const TOKEN = 'tok-3f9a0c77d1';
const OTHER = 'sk-of-another-provider';

describe('tokens in a configuration that is shown', () => {
  const forms: [form: string, text: string][] = [
    ['a basic string', `experimental_bearer_token = "${TOKEN}"`],
    ['a literal string', `experimental_bearer_token = '${TOKEN}'`],
    ['no spaces', `experimental_bearer_token="${TOKEN}"`],
    ['tabs', `experimental_bearer_token\t=\t"${TOKEN}"`],
    ['a multi-line string', `experimental_bearer_token = """\n${TOKEN}"""`],
    ['a multi-line literal string', `experimental_bearer_token = '''\n${TOKEN}'''`],
    ['a quoted key', `"experimental_bearer_token" = "${TOKEN}"`],
    ['a key in single quotes', `'experimental_bearer_token' = '${TOKEN}'`],
    ['a dotted key', `model_providers.codex-relay.experimental_bearer_token = "${TOKEN}"`],
    ['an inline table', `codex-relay = { name = "x", experimental_bearer_token = "${TOKEN}", a = "b" }`],
    ['a comment', `# experimental_bearer_token = "${TOKEN}"`],
    ['a line saved as JSON', `# saved: "experimental_bearer_token = \\"${TOKEN}\\""`],
    ['an escaped quote before it', `experimental_bearer_token = "a\\"${TOKEN}"`],
    ['a string that is not closed', `experimental_bearer_token = "x ${TOKEN}\nmodel = "m"`],
    ['no quotes', `experimental_bearer_token = ${TOKEN}`],
    [
      'a header that repeats it',
      `http_headers = { Authorization = "Bearer ${TOKEN}" }\nexperimental_bearer_token = "${TOKEN}"`,
    ],
    ['a comment that repeats it', `# ${TOKEN}\nexperimental_bearer_token = '${TOKEN}' # ${TOKEN}`],
  ];
  for (const [form, text] of forms) {
    it(`are hidden in ${form}`, () => assert.ok(!hideTokens(text).includes(TOKEN), hideTokens(text)));
    it(`are hidden in ${form}, below the one of another provider`, () => {
      const shown = hideTokens(`[a]\nexperimental_bearer_token = "${OTHER}" # theirs\n\n[b]\n${text}\n`);
      assert.ok(!shown.includes(TOKEN) && !shown.includes(OTHER), shown);
      assert.match(shown, /^\[a\]\nexperimental_bearer_token = "\.\.\." # theirs\n\n\[b\]\n/);
    });
  }

  it('are all that is hidden', () => {
    const rest = 'model = "m"\nenv_key = "KEY" # experimental_bearer_token is elsewhere\n[x]\ny = \'z\'\r\n';
    assert.equal(hideTokens(rest), rest);
    assert.equal(
      hideTokens(`a = "b"\r\nexperimental_bearer_token = "${TOKEN}"\r\nc = "d"\r\n`),
      'a = "b"\r\nexperimental_bearer_token = "..."\r\nc = "d"\r\n',
    );
  });

  it('are hidden, but an empty or short one is not looked for elsewhere', () => {
    assert.equal(
      hideTokens('experimental_bearer_token = ""\nmodel = "a"'),
      'experimental_bearer_token = "..."\nmodel = "a"',
    );
    assert.equal(
      hideTokens('experimental_bearer_token = "a"\nmodel = "a"'),
      'experimental_bearer_token = "..."\nmodel = "a"',
    );
  });
});
