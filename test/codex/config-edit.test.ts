import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addRelayKeys, checked, removeRelayKeys, usesRelay } from '../../src/codex/config-edit.ts';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import type { RelayConfig } from '../../src/codex/relay-keys.ts';
import { parseToml, TomlFileError } from '../../src/codex/toml-document.ts';

const CORPUS = join(import.meta.dirname, 'corpus');
const CONFIG: RelayConfig = { port: 4444, token: 'local-token' };

const OURS = {
  model: 'codex-relay',
  model_provider: 'codex-relay',
  model_catalog_json: 'codex-relay.models.json',
};
const PROVIDER = {
  name: 'Codex Relay',
  base_url: 'http://127.0.0.1:4444/v1',
  wire_api: 'responses',
  experimental_bearer_token: 'local-token',
  supports_websockets: false,
};

function corpus(folder: string): { name: string; text: string }[] {
  const names = readdirSync(join(CORPUS, folder)).filter((name) => name.endsWith('.toml'));
  assert.ok(names.length > 0);
  return names.map((name) => ({ name, text: readFileSync(join(CORPUS, folder, name), 'utf8') }));
}

const SAVED = /^(\uFEFF?)# codex-relay saved \w+: /;

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

/** The lines of `after` that are not in `before`, and those of `before` that are gone. */
function lineChanges(before: string, after: string): { added: string[]; gone: string[] } {
  const [old, now] = [linesOf(before), linesOf(after)];
  return {
    added: now.filter((line) => !old.includes(line)),
    gone: old.filter((line) => !now.includes(line)),
  };
}

describe('addRelayKeys', () => {
  for (const { name, text } of corpus('.')) {
    it(`${name}: write, undo, write; nothing else changes`, () => {
      const written = addRelayKeys(text, CONFIG);
      const values = parseToml(written);
      assert.partialDeepStrictEqual(values, OURS);
      assert.deepEqual({ ...providersOf(values)['codex-relay'] }, PROVIDER);

      assert.equal(addRelayKeys(written, CONFIG), written, 'writing it again changes nothing');
      assert.deepEqual(removeRelayKeys(written), { text, kept: [] });
      assert.equal(addRelayKeys(removeRelayKeys(written).text, CONFIG), written);

      const moved = addRelayKeys(written, { port: 5555, token: 'another' });
      assert.equal(providersOf(parseToml(moved))['codex-relay']?.['base_url'], 'http://127.0.0.1:5555/v1');
      assert.equal(addRelayKeys(moved, CONFIG), written, 'and back');
      assert.deepEqual(removeRelayKeys(addRelayKeys(moved, { port: 1 })), { text, kept: [] });
    });

    it(`${name}: each line of the user is kept or saved as a comment, in the same order`, () => {
      const before = linesOf(text);
      const written = linesOf(addRelayKeys(text, CONFIG)).map((line) =>
        before.includes(line) ? line : line.replace(SAVED, '$1'),
      );
      let from = 0;
      for (const line of before) {
        from = written.indexOf(line, from) + 1;
        assert.ok(from > 0, `lost: ${line}`);
      }
    });
  }

  for (const { name, text } of corpus('broken')) {
    it(`refuses broken/${name}, and says where`, () => {
      const isPlaced = (error: unknown) =>
        error instanceof TomlFileError &&
        error.line >= 1 &&
        error.column >= 1 &&
        /^line \d+, column \d+: /.test(error.message);
      assert.throws(() => addRelayKeys(text, CONFIG), isPlaced);
    });
  }

  it('names the line of a broken file', () => {
    const text = readFileSync(join(CORPUS, 'broken', 'duplicate-key.toml'), 'utf8');
    assert.throws(() => addRelayKeys(text, CONFIG), /^TomlFileError: line 3, column 1: .*redefine/);
  });

  it('writes what a person would write', () => {
    const before = ['# mine', 'model = "gpt-5.5" # fav', '', '[mcp_servers.a]', 'command = "a"', ''];
    const after = [
      '# mine',
      '# codex-relay saved model: model = "gpt-5.5" # fav',
      'model = "codex-relay"',
      'model_provider = "codex-relay"',
      'model_catalog_json = "codex-relay.models.json"',
      '',
      '[mcp_servers.a]',
      'command = "a"',
      '',
      '# Codex Relay; "codex-relay --remove-config" takes this out again.',
      '[model_providers.codex-relay]',
      'name = "Codex Relay"',
      'base_url = "http://127.0.0.1:4444/v1"',
      'wire_api = "responses"',
      'experimental_bearer_token = "local-token"',
      'supports_websockets = false',
      '',
    ];
    for (const eol of ['\n', '\r\n']) {
      assert.equal(addRelayKeys(before.join(eol), CONFIG), after.join(eol));
    }
  });

  it('says whether the relay takes WebSockets, and changes that', () => {
    const on = addRelayKeys('', { ...CONFIG, webSocket: true });
    assert.match(on, /^supports_websockets = true$/m);
    const off = addRelayKeys(on, CONFIG);
    assert.equal(off, addRelayKeys('', CONFIG));
    assert.equal(addRelayKeys(off, { ...CONFIG, webSocket: true }), on);
    assert.equal(removeRelayKeys(on).text, '');
  });

  it('puts root keys above the first table, below the comments that open the file', () => {
    const text = '#:schema https://example.com/s.json\n\n# about a\n[mcp_servers.a]\ncommand = "a"\n';
    const [first, second] = addRelayKeys(text, CONFIG).split('\n');
    assert.deepEqual([first, second], ['#:schema https://example.com/s.json', 'model = "codex-relay"']);
  });

  it('escapes what TOML needs escaped', () => {
    const catalog = 'C:\\Users\\"me"\\codex-relay.models.json';
    const written = addRelayKeys('', { port: 4444, token: 'a\\b"c\u007f', model: 'org/model:free', catalog });
    const values = parseToml(written);
    assert.deepEqual([values['model'], values['model_catalog_json']], ['org/model:free', catalog]);
    assert.equal(providersOf(values)['codex-relay']?.['experimental_bearer_token'], 'a\\b"c\u007f');
  });

  it('keeps the model that was chosen while the relay was the provider', () => {
    const chosen = addRelayKeys('', CONFIG).replace('model = "codex-relay"', 'model = "deepseek-v4-pro"');
    assert.equal(addRelayKeys(chosen, CONFIG), chosen);
    assert.equal(addRelayKeys(chosen, { ...CONFIG, resetModel: true }), addRelayKeys('', CONFIG));
    assert.equal(removeRelayKeys(chosen).text, '', 'which means nothing without the relay');
  });

  it('saves what the user has since chosen in place of our keys', () => {
    const written = addRelayKeys('model = "gpt-5.5"\n', CONFIG);
    const switched = written
      .replace('model = "codex-relay"', 'model = "gpt-6-sol"')
      .replace('model_provider = "codex-relay"', 'model_provider = "openai"')
      .replace('codex-relay.models.json', 'mine.json');
    const again = addRelayKeys(switched, CONFIG);
    assert.partialDeepStrictEqual(parseToml(again), OURS);
    const mine = { model: 'gpt-6-sol', model_provider: 'openai', model_catalog_json: 'mine.json' };
    assert.deepEqual({ ...parseToml(removeRelayKeys(again).text) }, mine);
  });

  it("keeps the user's additions to our table, and changes only our values", () => {
    const mine = addRelayKeys('', CONFIG).replace('wire_api', 'request_max_retries = 9 # mine\nwire_api');
    const moved = addRelayKeys(mine, { port: 5555 });
    assert.deepEqual(lineChanges(mine, moved), {
      added: ['base_url = "http://127.0.0.1:5555/v1"'],
      gone: ['base_url = "http://127.0.0.1:4444/v1"', 'experimental_bearer_token = "local-token"'],
    });
  });

  it('takes over a provider that the user wrote, including other ways to authenticate', () => {
    const text = readFileSync(join(CORPUS, 'original-relay.toml'), 'utf8');
    const written = addRelayKeys(text, CONFIG);
    assert.deepEqual({ ...providersOf(parseToml(written))['codex-relay'] }, PROVIDER);
    assert.match(written, /^# codex-relay saved provider: env_key = "CODEX_RELAY_API_KEY"$/m);
    assert.match(written, /^# the port of my systemd unit$/m);
  });
});

describe('removeRelayKeys', () => {
  it('keeps what Codex and the user wrote after us', () => {
    // As Codex 0.169.0 left the file after config/value/write calls: it puts new tables before the last comment.
    const written = addRelayKeys('model = "gpt-5.5"\n\n# the end\n', CONFIG);
    const edited = written
      .replace('model = "codex-relay"', 'model = "other-model"')
      .replace('\n\n# the end', '\nmodel_reasoning_effort = "low"\n\n# the end')
      .concat('\n[projects."/tmp/x"]\ntrust_level = "trusted"\n');
    assert.deepEqual(removeRelayKeys(edited), {
      text: 'model = "gpt-5.5"\nmodel_reasoning_effort = "low"\n\n# the end\n\n[projects."/tmp/x"]\ntrust_level = "trusted"\n',
      kept: [],
    });
  });

  it('keeps another provider that was chosen since, and its model', () => {
    const written = addRelayKeys('model = "gpt-5.5"\n', CONFIG);
    const switched = written
      .replace('model = "codex-relay"', 'model = "gpt-6-sol"')
      .replace('model_provider = "codex-relay"', 'model_provider = "openai"');
    const { text, kept } = removeRelayKeys(switched);
    assert.deepEqual({ ...parseToml(text) }, { model: 'gpt-6-sol', model_provider: 'openai' });
    assert.deepEqual(kept, ['Line 1 stays a comment: the setting in it has been made again since.']);
    assert.equal(
      removeRelayKeys(addRelayKeys(text, CONFIG)).text,
      text.replace(/^# codex-relay saved.*\n/, ''),
    );
  });

  for (const [name, user, saved] of [
    ['a model', 'model = "gpt-5.5"\n', /^# codex-relay saved model: .*\n/m],
    ['a provider', 'model_providers.codex-relay.name = "Mine"\n', /^# codex-relay saved provider: .*\n/m],
  ] as const) {
    it(`keeps ${name} as a comment if uncommenting it would set something else`, () => {
      const written = addRelayKeys(user, CONFIG);
      const [comment = ''] = saved.exec(written) ?? [];
      const theirs = `[projects."/x"]\ntrust_level = "trusted"\n${comment}`;
      const { text, kept } = removeRelayKeys(`${written.replace(saved, '')}\n${theirs}`);
      assert.equal(text.trimStart(), theirs);
      assert.match(kept.join(), /^Line \d stays a comment: uncommented where it is now, it would be another/);
    });
  }

  it('keeps a table with settings of the user, without the token', () => {
    const mine = addRelayKeys('', CONFIG).replace('wire_api', 'http_headers = { "x-a" = "b" }\nwire_api');
    const { text, kept } = removeRelayKeys(mine);
    assert.doesNotMatch(text, /local-token/);
    assert.equal(providersOf(parseToml(text))['codex-relay']?.['name'], 'Codex Relay');
    assert.deepEqual(kept, [
      '[model_providers.codex-relay] stays, without its token: it holds your http_headers.',
    ]);
  });

  it('keeps a provider that is not ours', () => {
    const text = readFileSync(join(CORPUS, 'original-relay.toml'), 'utf8');
    const { text: after, kept } = removeRelayKeys(text);
    assert.equal(after, text);
    assert.match(kept.join(), /not written by Codex Relay/);
  });

  it('removes root keys and token of a configuration that a person wrote for the relay', () => {
    const byHand = handWrittenConfig({ port: 4444, catalog: 'codex-relay.models.json', needsToken: true });
    const { text, kept } = removeRelayKeys(byHand);
    assert.deepEqual(Object.keys(parseToml(text)), ['model_providers']);
    assert.deepEqual(kept, ['[model_providers.codex-relay] stays: it holds your env_key.']);

    const withKey = `${addRelayKeys('model = "gpt-5.5"\n', CONFIG)}env_key = "MINE"\n`;
    const left = parseToml(removeRelayKeys(withKey).text);
    assert.deepEqual(
      [left['model'], left['model_provider'], left['model_catalog_json']],
      ['gpt-5.5', undefined, undefined],
    );
    assert.equal(providersOf(left)['codex-relay']?.['experimental_bearer_token'], undefined);
  });

  for (const [what, from, to] of [
    ['address', 'http://127.0.0.1:4444/v1', 'http://relay.lan:4444/v1'],
    ['name', '"Codex Relay"', '"Mine"'],
  ] as const) {
    it(`removes only the catalog if the provider has another ${what}`, () => {
      const mine = addRelayKeys('model_catalog_json = "mine.json"\n', CONFIG).replace(from, to);
      const { text, kept } = removeRelayKeys(mine);
      assert.deepEqual({ ...parseToml(text) }, { ...parseToml(mine), model_catalog_json: 'mine.json' });
      assert.match(kept.join(), /not written by Codex Relay/);
    });
  }

  it('does nothing to a file that never had our keys', () => {
    for (const { name, text } of corpus('.').filter((file) => !/original|inline/.test(file.name))) {
      assert.deepEqual(removeRelayKeys(text), { text, kept: [] }, name);
      assert.equal(usesRelay(text), false, name);
    }
  });
});

describe('checked', () => {
  const BEFORE = 'a = 1\nday = 1979-05-27\n[model_providers.x]\nname = "x"\n[t]\nb = nan\n';

  it('accepts changes of our keys', () => {
    const after = `model = "m"\n${BEFORE}[model_providers.codex-relay]\nname = "y"\n`;
    assert.equal(checked(BEFORE, after), after);
  });

  for (const [from, to] of [
    ['a = 1', 'a = 2'],
    ['1979-05-27', '1979-05-28'],
    ['"x"', '"z"'],
    ['b = nan', ''],
    ['[t]', '[u]'],
    ['a = 1', '[['],
  ] as const) {
    it(`refuses ${JSON.stringify(to)} for ${JSON.stringify(from)}`, () => {
      assert.throws(() => checked(BEFORE, BEFORE.replace(from, to)), TomlFileError);
    });
  }
});

function providersOf(values: Record<string, unknown>): Record<string, Record<string, unknown>> {
  return values['model_providers'] as Record<string, Record<string, unknown>>;
}
