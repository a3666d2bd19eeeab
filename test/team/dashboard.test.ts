/** The dashboard queries only existing metrics, by labels that they have. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createMetrics } from '../../src/team/metrics.ts';

interface Panel {
  id: number;
  title: string;
  targets: { expr: string }[];
}

const { panels } = JSON.parse(readFileSync('media/grafana-dashboard.json', 'utf8')) as { panels: Panel[] };

describe('the dashboard', () => {
  it('has every panel once', () => {
    assert.ok(panels.length > 0);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
  });

  for (const { title, targets } of panels) {
    it(`queries only existing metrics: ${title}`, async () => {
      const { body } = await createMetrics({
        list: { costOf: () => undefined },
        own: new Map(),
      }).read();
      const known = [...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);
      assert.ok(targets.length > 0);
      for (const { expr } of targets) {
        const asked = [...expr.matchAll(/codex_relay_\w+/g)].map(([name]) =>
          name.replace(/_(bucket|count|sum)$/, ''),
        );
        assert.ok(asked.length > 0);
        for (const name of asked) assert.ok(known.includes(name), name);
      }
    });
  }

  it('shows everything that the guide lists', () => {
    const guide = readFileSync('src/team/README.md', 'utf8');
    const listed = [...guide.matchAll(/`codex_relay_(\w+)`/g)].map(([, name = '']) => name);
    assert.ok(listed.length > 5);
    const asked = JSON.stringify(panels);
    for (const name of listed) assert.ok(asked.includes(`codex_relay_${name}`), name);
  });
});
