import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTraps } from '../../src/codex/legacy-traps.ts';

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

function corpus(name: string): string {
  return readFileSync(join(import.meta.dirname, 'corpus', name), 'utf8');
}
