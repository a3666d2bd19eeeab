import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Result, scenesIn, withMatrix, withSums } from './matrix.ts';
import { withVersionRow } from './versions.ts';

describe('the tables of releases', () => {
  it('have one row for each recorded release, newest first, and keep the text around them', () => {
    const table = ['# Title', '', '| release |', '|---|', '| 0.130.0 | old |', '', '## More', ''].join('\n');
    const row = (release: string) => ({ release, date: '2026-01-01', scenes: 8, wire: 'w' });
    const line = (release: string) => `| ${release} | 2026-01-01 | 8 | w |`;
    const both = withVersionRow(withVersionRow(table, row('0.169.0')), row('0.130.0'));
    const rows = ['0.169.0', '0.130.0'].map(line);
    assert.equal(both, ['# Title', '', '| release |', '|---|', ...rows, '', '## More', ''].join('\n'));
  });

  it('have a column for each release, and stay the same when they are written again', () => {
    const text = 'before\n\n<!-- matrix -->\n\nold\n\n<!-- end of the matrix -->\nafter\n';
    const results = new Map<string, Result>([
      ['0.99.0', 'not offered'],
      ['0.171.0', 'passes'],
    ]);
    const once = withMatrix(text, [{ scene: 'Codex: sings | dances', results }]);
    assert.match(once, /^before\n/);
    assert.match(once, /\| Scene \| 0\.171\.0 \| 0\.99\.0 \|\n\| --- \| --- \| --- \|\n/);
    assert.match(once, /\| Codex: sings \\\| dances \| passes \| not offered \|\n/);
    assert.match(once, /\nafter\n$/);
    assert.doesNotMatch(once, /old/);
    assert.equal(withMatrix(once, [{ scene: 'Codex: sings | dances', results }]), once);
    assert.deepEqual(
      scenesIn(once).map((row) => [...row.results].sort()),
      [[...results].sort()],
    );
  });

  it('are summed up for the README: failures only where there are any', () => {
    const scene = (...cells: [Result, Result]) => ({
      scene: 's',
      results: new Map([
        ['0.171.0', cells[0]],
        ['0.99.0', cells[1]],
      ]),
    });
    const readme = 'before\n\n| Codex | 0 |\n| --- | --- |\n| old | 1 |\n\nafter\n| Codexes | 1 |\n';
    const once = withSums(readme, [scene('passes', 'not offered'), scene('passes', 'passes')]);
    const table = [
      '| Codex         | 0.171.0 | 0.99.0 |',
      '| ------------- | ------- | ------ |',
      '| scenes passed | 2       | 1      |',
      '| not offered   | 0       | 1      |',
    ];
    assert.equal(once, `before\n\n${table.join('\n')}\n\nafter\n| Codexes | 1 |\n`);
    assert.match(withSums(once, [scene('fails', 'passes')]), /\| fails +\| 1 +\| 0 +\|\n/);
  });
});
