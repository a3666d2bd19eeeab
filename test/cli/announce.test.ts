import assert from 'node:assert/strict';
import { announceModels, announceStart } from '../../src/cli/announce.ts';
import { SILENT_LOGGER } from '../../src/logger.ts';
import type { RelayHandle, UpstreamOptions } from '../../src/relay/options.ts';
import { resolveProvider } from '../../src/relay/routing/provider.ts';

/** What a relay with these options warns of when it starts. */
function warnings(options: UpstreamOptions): string[] {
  const lines: string[] = [];
  announceStart({
    relay: RELAY,
    provider: resolveProvider(options),
    needsToken: false,
    logger: { ...SILENT_LOGGER, warn: (line) => void lines.push(line) },
  });
  return lines;
}

const RELAY: RelayHandle = {
  url: 'http://127.0.0.1:4444',
  port: 4444,
  running: 0,
  use: () => {},
  serve: () => {},
  learnModels: async () => {},
  models: async () => [],
  catalog: () => [],
  targets: () => [],
  resetTargets: () => {},
  drain: async () => {},
  useCertificate: () => {},
  stop: async () => {},
};

/** The info lines about a relay whose provider lists these models. */
async function announced(
  models: readonly string[],
  modelMap: Record<string, string> = {},
): Promise<string[]> {
  const lines: string[] = [];
  const info = (message: string) => void lines.push(message);
  await announceModels({
    relay: { ...RELAY, models: async () => models },
    provider: resolveProvider({ upstream: 'http://127.0.0.1:1', modelMap }),
    needsToken: false,
    logger: { ...SILENT_LOGGER, info },
  });
  return lines;
}

describe('start-up lines', () => {
  const KEYS: [what: string, options: UpstreamOptions, warning: RegExp | undefined][] = [
    ['a provider by its address', { upstream: 'https://api.deepseek.com' }, /platform\.deepseek\.com/],
    ['a provider by its name', { provider: 'deepseek' }, /platform\.deepseek\.com/],
    [
      'a provider by its name behind a gateway',
      { provider: 'deepseek', upstream: 'https://gateway.example/v1' },
      /No key is set: DeepSeek .*platform\.deepseek\.com/,
    ],
    [
      'a local model server behind the address of a provider',
      { provider: 'ollama', upstream: 'https://api.deepseek.com' },
      undefined,
    ],
    ['an endpoint that nobody knows', { upstream: 'https://gateway.example/v1' }, undefined],
    ['a provider with its key', { provider: 'deepseek', apiKey: 'key' }, undefined],
  ];
  for (const [what, options, warning] of KEYS) {
    it(`${warning ? 'warn' : 'do not warn'} of a missing key for ${what}`, () => {
      const lines = warnings(options);
      if (warning === undefined) assert.deepEqual(lines, []);
      else assert.match(lines.join(), warning);
    });
  }

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
