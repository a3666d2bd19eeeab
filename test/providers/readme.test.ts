import { PRESETS } from '../../src/providers/index.ts';
import { assertTable } from '../support/readme-table.ts';

describe("the README's table of providers", () => {
  it('has one row for each preset, with its id, hosts, key variable and port', () => {
    const expected = PRESETS.filter(({ profile }) => profile.id !== 'demo').map((preset) => [
      preset.profile.name,
      `\`${preset.profile.id}\``,
      preset.hosts.map((host) => `\`${host}\``).join(', ') ||
        (preset.baseUrl === undefined ? 'anything else' : `\`${preset.baseUrl}\``),
      preset.keyVariable === undefined ? '' : `\`${preset.keyVariable}\``,
      String(preset.suggestedPort ?? ''),
    ]);
    assertTable('Providers', expected);
  });
});
