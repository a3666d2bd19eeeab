import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addRelayKeys, relayProvider, removeRelayKeys } from '../../src/codex/config-edit.ts';
import { type CodexTexts, planRemoval } from '../../src/codex/plan.ts';
import { parseToml, sameToml, TomlFileError } from '../../src/codex/toml-document.ts';

/** Names that often collide with ours, in every spelling. */
const name = fc.constantFrom(
  'model',
  'model_provider',
  'model_catalog_json',
  'model_providers',
  'codex-relay',
  '"codex-relay"',
  "'codex-relay'",
  'openai',
  'name',
  'base_url',
  'env_key',
  'a',
  'b1',
  '"with space"',
  '""',
);
const path = fc
  .array(name, { minLength: 1, maxLength: 3 })
  .chain((names) => fc.constantFrom('.', ' . ').map((dot) => names.join(dot)));
const scalar = fc.oneof(
  fc.constantFrom(
    '"x"',
    "'x'",
    '"codex-relay"',
    '"Codex Relay"',
    '"codex-relay.models.json"',
    '"/home/me/.codex/codex-relay.models.json"',
    '"http://127.0.0.1:4444/v1"',
    'true',
    'nan',
  ),
  fc.constantFrom('1979-05-27T07:32:00Z', '07:32:00', '9223372036854775807', '0x1F', '-1.5e3'),
  fc.constantFrom('"""\n[model_providers.codex-relay]\n# codex-relay saved model: x\n"""', "'''\na\n'''"),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text).replaceAll('\u007f', '')),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc.array(scalar, { maxLength: 3 }).map((items) => `[\n  ${items.join(', # c\n  ')}\n]`),
  },
  { weight: 1, arbitrary: fc.tuple(path, scalar).map(([key, item]) => `{ ${key} = ${item} }`) },
);
const blank = fc.constantFrom('', '', '  ', '# comment', '  # [a]', '# codex-relay: no');
const comment = fc.constantFrom('', '', ' # why', '   ');
const keyValue = fc.tuple(path, value, comment).map(([key, item, after]) => `${key} = ${item}${after}`);
const header = fc.tuple(path, comment, fc.boolean()).map(([key, after, isArray]) => {
  return isArray ? `[[${key}]]${after}` : `[${key}]${after}`;
});

interface Shape {
  lines: string[];
  eol: string;
  bom: string;
  end: string;
}

/** Random lines; those that would make the file invalid are left out one by one. */
const toml = fc
  .record({
    lines: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: keyValue },
        { weight: 2, arbitrary: header },
        { weight: 2, arbitrary: blank },
      ),
      { maxLength: 14 },
    ),
    eol: fc.constantFrom('\n', '\r\n'),
    bom: fc.constantFrom('', '\uFEFF'),
    end: fc.constantFrom('', '\n', '\n\n', '\n# end'),
  })
  .map(validToml);

function validToml({ lines, eol, bom, end }: Shape): string {
  const kept: string[] = [];
  for (const line of lines) {
    if (isToml([...kept, line].join('\n'))) kept.push(line);
  }
  return bom + (kept.join('\n') + end).replaceAll('\n', eol);
}

function isToml(text: string): boolean {
  try {
    parseToml(text);
    return true;
  } catch (error) {
    if (error instanceof TomlFileError) return false;
    throw error;
  }
}

/** Undefined when the file is refused, which must be for a reason that a person can act on. */
function tryAdd(text: string, port: number): string | undefined {
  try {
    return addRelayKeys(text, { port, token: 'token' });
  } catch (error) {
    assert.ok(error instanceof TomlFileError, String(error));
    assert.match(error.message, /not written as sections|is a table here/);
    return undefined;
  }
}

/** The content of the file outside our keys. */
function others(text: string): unknown {
  const { model, model_provider, model_catalog_json, model_providers, ...rest } = parseToml(text);
  const { 'codex-relay': ours, ...providers } = (model_providers ?? {}) as Record<string, unknown>;
  return [rest, providers];
}

describe('any TOML file', () => {
  it('says the same beside our keys after a write, and is byte for byte the same after an undo', () => {
    let edited = 0;
    fc.assert(
      fc.property(toml, fc.integer({ min: 1, max: 65_535 }), (text, port) => {
        const written = tryAdd(text, port);
        if (written === undefined) return;
        edited += 1;
        assert.ok(sameToml(others(text), others(written)));
        assert.equal(relayProvider(written)?.['base_url'], `http://127.0.0.1:${port}/v1`);
        assert.equal(tryAdd(written, port), written);
        if (isOursAlready(text)) return;
        assert.equal(removeRelayKeys(written).text, text);
        const moved = tryAdd(written, port === 1 ? 2 : 1);
        assert.equal(removeRelayKeys(moved ?? '').text, text);
      }),
      { numRuns: 400 },
    );
    assert.ok(edited > 200, `only ${edited} of 400 files could be edited`);
  });
});

describe('any two TOML files', () => {
  it('name no file that the removal takes away, whether or not the relay was written into them', () => {
    let removals = 0;
    fc.assert(
      fc.property(toml, toml, fc.boolean(), fc.boolean(), (user, profile, wasWritten, hasKey) => {
        const edit = (text: string) => (wasWritten ? (tryAdd(text, 4444) ?? text) : text);
        const withKey = hasKey && wasWritten && isToml(`${edit(user)}\nenv_key = "MINE"\n`);
        const texts: CodexTexts = {
          'codex-relay.models.json': '{"models":[]}',
          'codex-relay.config.toml': edit(profile),
          'config.toml': withKey ? `${edit(user)}\nenv_key = "MINE"\n` : edit(user),
        };
        const { changes } = planRemoval(texts);
        if (!changes.some(({ file, after }) => file === 'codex-relay.models.json' && after === undefined))
          return;
        removals += 1;
        const planned = { ...texts, ...Object.fromEntries(changes.map(({ file, after }) => [file, after])) };
        for (const file of ['config.toml', 'codex-relay.config.toml'] as const) {
          const values = JSON.stringify(parseToml(planned[file] ?? ''), (_, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          );
          assert.doesNotMatch(values, /:"[^"]*codex-relay\.models\.json"/);
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(removals > 100, `the catalog went only in ${removals} of 400 cases`);
  });
});

/** A file whose provider has our very values counts as written by us, so there is nothing to undo to. */
function isOursAlready(text: string): boolean {
  return relayProvider(text)?.['name'] === 'Codex Relay';
}
