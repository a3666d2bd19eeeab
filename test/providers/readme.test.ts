import { PRESETS, type Preset } from '../../src/providers/index.ts';
import { assertTable } from '../support/readme-table.ts';

describe("the README's table of providers", () => {
  it('has a row for each key variable, with names, ids, hosts and ports of its presets', () => {
    const presets = PRESETS.filter(({ profile, onlyIn }) => profile.id !== 'demo' && onlyIn === undefined);
    const groups = Map.groupBy(presets, ({ keyVariable, profile }) => keyVariable ?? profile.id);
    const expected = [...groups.values()].map((group) => [
      group.map(({ profile }) => profile.name).join(', '),
      group.map(({ profile }) => `\`${profile.id}\``).join(', '),
      group.map(placeOf).join(', '),
      group[0]?.keyVariable === undefined ? '' : `\`${group[0].keyVariable}\``,
      group.flatMap(({ suggestedPort }) => suggestedPort ?? []).join(', '),
    ]);
    assertTable('Providers', expected);
  });
});

/** How the preset is recognised: by its hosts, or by its address if others share the host. */
function placeOf({ hosts, baseUrl }: Preset): string {
  const named = hosts.map((host) => `\`${host}\``).join(', ');
  return named || (baseUrl === undefined ? 'anything else' : `\`${baseUrl}\``);
}
