import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OPTIONS } from '../../src/cli/options.ts';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import { OVERRIDES_FILE, parseOverrides } from '../../src/codex/overrides.ts';
import { CATALOG_FILE, PROFILE_FILE } from '../../src/codex/relay-keys.ts';
import { parseToml } from '../../src/codex/toml-document.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, rest = ''] = README.split('\n## Codex configuration\n');
const [SECTION = ''] = rest.split('\n## ');

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(SECTION)?.[1] ?? assert.fail(language);
}

describe("the README's section on Codex's configuration", () => {
  it('shows what --print-config prints', () => {
    const config = { port: OPTIONS.port.default, needsToken: true, catalog: CATALOG_FILE };
    assert.equal(block('toml'), handWrittenConfig(config));
  });

  it('shows overrides that are accepted', () => {
    assert.deepEqual(parseOverrides(block('json')), JSON.parse(block('json')));
  });

  it('names the files and flags that there are', () => {
    for (const file of [PROFILE_FILE, CATALOG_FILE, OVERRIDES_FILE])
      assert.ok(SECTION.includes(`\`${file}\``), file);
    const flags = [...SECTION.matchAll(/ --([a-z-]+)/g)].map(([, flag = '']) => flag);
    assert.ok(flags.length > 3);
    for (const flag of flags) assert.ok(flag in OPTIONS, flag);
  });
});

describe('handWrittenConfig', () => {
  it('is TOML without a catalog, too, and says what that means', () => {
    const text = handWrittenConfig({ port: 4446, needsToken: false, model: 'a/b', contextWindow: 65_536 });
    assert.match(text, /^# Without a model catalog Codex warns/m);
    const { model, model_context_window, model_providers } = parseToml(text);
    assert.deepEqual([model, model_context_window], ['a/b', 65_536]);
    const provider = (model_providers as Record<string, object>)['codex-relay'];
    assert.deepEqual(Object.keys(provider ?? {}), ['name', 'base_url', 'wire_api', 'supports_websockets']);
  });
});
