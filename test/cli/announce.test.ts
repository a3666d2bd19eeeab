import assert from 'node:assert/strict';
import { announceModels } from '../../src/cli/announce.ts';
import { resolveProvider } from '../../src/relay/routing/provider.ts';

/** The info lines about a relay whose provider lists these models. */
async function announced(
  models: readonly string[],
  modelMap: Record<string, string> = {},
): Promise<string[]> {
  const lines: string[] = [];
  const info = (message: string) => void lines.push(message);
  const silent = () => {};
  await announceModels({
    relay: {
      url: 'http://127.0.0.1:4444',
      port: 4444,
      use: silent,
      models: async () => models,
      serve: silent,
      catalog: () => [],
      targets: () => [],
      resetTargets: silent,
      stop: async () => {},
    },
    provider: resolveProvider({ upstream: 'http://127.0.0.1:1', modelMap }),
    needsToken: false,
    logger: { debug: silent, info, warn: silent, error: silent },
  });
  return lines;
}

describe('start-up lines', () => {
  it('show the first twenty models and where the others are', async () => {
    const [models] = await announced(Array.from({ length: 22 }, (_, index) => `m${index}`));
    assert.match(
      models ?? '',
      /^Models: m0, .* m19 and 2 more, listed by http:\/\/127\.0\.0\.1:4444\/v1\/models$/,
    );
  });

  it('say when there is no model', async () => {
    const lines = await announced([]);
    assert.equal(lines[0], 'Models: none listed');
    assert.match(lines.at(-1) ?? '', / -m MODEL$/);
  });

  const commandModels: [why: string, models: string[], map: Record<string, string>, shown: string][] = [
    ['the first of the list', ['a/b:free', 'c'], {}, 'a/b:free'],
    ['the first that the user mapped', ['a'], { 'gpt-5.4': 'a' }, 'gpt-5.4'],
    [
      'one that a shell takes for a word',
      ['--help', '$(reboot)', 'a;b', 'a b', '`x`', 'plain-1.0'],
      {},
      'plain-1.0',
    ],
  ];
  for (const [why, models, map, shown] of commandModels) {
    it(`start Codex with ${why}`, async () => {
      const command = (await announced(models, map)).at(-1) ?? '';
      assert.ok(command.endsWith(` -m ${shown}`), command);
    });
  }
});
