import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PRESETS } from '../../src/providers/index.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe("the README's table of providers", () => {
  it('has one row for each preset, with its id, hosts, key variable and port', () => {
    const section = README.slice(README.indexOf('## Providers'));
    const rows = section
      .slice(0, section.indexOf('\n## ', 1))
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const cells = rows.slice(2).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const expected = PRESETS.filter(({ profile }) => profile.id !== 'demo').map((preset) => [
      preset.profile.name,
      `\`${preset.profile.id}\``,
      preset.hosts.map((host) => `\`${host}\``).join(', ') || (preset.baseUrl ?? 'anything else'),
      preset.keyVariable === undefined ? '' : `\`${preset.keyVariable}\``,
      String(preset.suggestedPort ?? ''),
    ]);
    assert.deepEqual(cells, expected);
  });
});
