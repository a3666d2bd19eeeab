import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProfileTraps, findTraps } from '../../src/codex/legacy-traps.ts';

const CASES: [text: string, weight: 'stops' | 'hinders', line: number, says: RegExp][] = [
  ['# x\nprofile = "deep"', 'stops', 2, /codex -p NAME/],
  ['[profiles.codex-relay]\nmodel = "a"', 'stops', 1, /codex-relay\.config\.toml/],
  ['profiles = { codex-relay = { model = "a" } }', 'stops', 1, /codex-relay\.config\.toml/],
  ['profiles.codex-relay.model = "a"', 'stops', 1, /codex-relay\.config\.toml/],
  ['[model_providers.old]\nname = "o"\nwire_api = "chat"', 'stops', 3, /provider old/],
  ['[model_providers]\nold = { name = "o", wire_api = "chat" }', 'stops', 2, /provider old/],
  ['[model_providers.ollama]\nname = "o"', 'stops', 1, /reserved/],
  ['[model_providers.mine]\nbase_url = "http://x"', 'stops', 1, /mine has no `name`/],
  ['[model_providers.mine]\nname = " "', 'stops', 1, /mine has no `name`/],
  [
    '[model_providers.amazon-bedrock]\nname = "b"\naws.region = "r"',
    'stops',
    2,
    /amazon-bedrock.*Remove the line/,
  ],
  ['[model_providers.codex-relay]\nname = "r"\nenv_key = "SECRET_NAME"', 'hinders', 3, /`env_key`/],
  [
    '[model_providers.codex-relay]\nname = "r"\n[model_providers.codex-relay.auth]\ncommand = "x"',
    'hinders',
    3,
    /`auth`/,
  ],
  ['model_context_window = 200000', 'hinders', 1, /wins over the model's own window/],
  ['[model_properties.x]\na = 1', 'hinders', 1, /`model_properties`/],
];

describe('findTraps', () => {
  for (const [text, weight, line, says] of CASES) {
    it(`finds ${JSON.stringify(text)}`, () => {
      const [trap, ...more] = findTraps(text);
      assert.deepEqual(more, []);
      assert.deepEqual([trap?.weight, trap?.line], [weight, line]);
      assert.match(trap?.message ?? '', says);
      assert.doesNotMatch(trap?.message ?? '', /SECRET_NAME|200000/, 'names settings, not their values');
    });
  }

  it('finds all traps of a file, in file order', () => {
    const lines = findTraps(corpus('legacy.toml')).map(({ line }) => line);
    assert.deepEqual(lines, [1, 3, 4, 5, 7, 14, 21, 23]);
  });

  const SEVERAL: [text: string, lines: number[], says: RegExp][] = [
    [
      '[model_providers.a]\nname = "a"\nwire_api = "chat"\n[model_providers.b]\nname = "b"\nwire_api = "chat"',
      [3, 6],
      /provider [ab] stops/,
    ],
    [
      'model_providers.a = { name = "a", wire_api = "chat" }\nmodel_providers.b = { name = "b", wire_api = "chat" }',
      [1, 2],
      /provider [ab] stops/,
    ],
    ['[model_providers.a]\nbase_url = "x"\n[model_providers.b]\nname = ""', [1, 3], /provider [ab] has no/],
    ['[model_providers.ollama]\nname = "o"\n[model_providers.openai]\nname = "o"', [1, 3], /reserved/],
    ['disable_response_storage = true\ntools_web_search = true', [1, 2], /no longer means anything/],
  ];
  for (const [text, lines, says] of SEVERAL) {
    it(`finds each of several equal ones in ${JSON.stringify(text)}`, () => {
      const traps = findTraps(text);
      assert.deepEqual(
        traps.map(({ line }) => line),
        lines,
      );
      assert.equal(new Set(traps.map(({ message }) => message)).size, lines.length);
      for (const { message } of traps) assert.match(message, says);
    });
  }

  it('finds none in the profile of the built-in provider, which has its name already', () => {
    assert.deepEqual(findTraps('[model_providers.amazon-bedrock.aws]\nprofile = "work"\n'), []);
  });

  it('finds none in files that today’s Codex reads as they are', () => {
    for (const name of [
      'comments',
      'mcp-servers',
      'crlf',
      'bom',
      'written-by-codex',
      'multi-line',
      'values',
    ]) {
      assert.deepEqual(findTraps(corpus(`${name}.toml`)), [], name);
    }
  });
});

describe('findProfileTraps', () => {
  const CASES: [profile: string, config: string, lines: number[]][] = [
    ['profile = "deep"\nmodel_context_window = 1', '', [1, 2]],
    ['[model_providers.old]\nname = "o"\nwire_api = "chat"', '', [3]],
    ['[model_providers.mine]\nbase_url = "x"', '', [1]],
    ['[model_providers.mine]\nbase_url = "x"', '[model_providers.mine]\nname = "m"', []],
    ['[model_providers.mine]\nname = ""', '[model_providers.mine]\nname = "m"', [1]],
    ['[profiles.codex-relay]\nmodel = "a"', '', []],
  ];
  for (const [profile, config, lines] of CASES) {
    it(`finds ${lines.length} in ${JSON.stringify(profile)} over ${JSON.stringify(config)}`, () => {
      assert.deepEqual(
        findProfileTraps(profile, config).map(({ line }) => line),
        lines,
      );
    });
  }
});

function corpus(name: string): string {
  return readFileSync(join(import.meta.dirname, 'corpus', name), 'utf8');
}
