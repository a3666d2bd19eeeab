import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OVERRIDES_FILE, parseOverrides } from '../../src/codex/overrides.ts';
import { PROFILE_FILE } from '../../src/codex/relay-keys.ts';
import { CATALOG_FILE } from '../../src/names.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('what the README says of the files in the folder of Codex', () => {
  it('names them', () => {
    for (const file of [PROFILE_FILE, CATALOG_FILE, OVERRIDES_FILE])
      assert.ok(README.includes(`\`${file}\``), file);
  });

  it('shows overrides that are accepted', () => {
    const example = /`(\{ "my-model": .*?)`/.exec(README)?.[1] ?? assert.fail('no example');
    assert.deepEqual(parseOverrides(example), JSON.parse(example));
  });
});
