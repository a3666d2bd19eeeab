/** Settings, arguments and environment: what cannot be used is refused in words, or counts as not set. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FLAGS, readCommandLine } from '../../../src/cli/command-line.ts';
import { UsageError } from '../../../src/cli/errors.ts';
import { choosableProviders } from '../../../src/extension/choosable-provider.ts';
import { readSettings } from '../../../src/extension/settings.ts';
import type { Json } from '../../../src/json.ts';
import { PRESETS } from '../../../src/providers/index.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import { hostileJson, mutatedJson } from '../mutate.ts';
import { assertUnpolluted, type Room } from '../room.ts';

const SETTINGS: Json = {
  provider: 'mine',
  models: { deepseek: 'deepseek-chat', mine: 'm' },
  customProviders: [
    { id: 'mine', name: 'Mine', baseUrl: 'http://127.0.0.1:8080/v1', dialect: 'vllm', needsKey: false },
  ],
  autoStart: false,
  port: 4444,
  modelMap: { 'gpt-5': 'm' },
  toolDenylist: ['web_search'],
  'history.store': 'memory',
  'history.ttlHours': 1,
  'history.maxSessions': 1,
  'history.maxMemoryMb': 1,
};
const WORDS = [
  '--',
  '-',
  '=',
  '--port',
  '--port=',
  '--api-key',
  'doctor',
  '--no-port',
  '--__proto__',
  '--constructor=1',
  '',
];
const VARIABLES = [
  'CODEX_RELAY_TOKEN',
  'CODEX_RELAY_API_KEY',
  'CODEX_RELAY_PORT',
  'CODEX_RELAY_MODEL_MAP',
  'CODEX_RELAY_UPSTREAM',
];

export const settings: Room = {
  name: 'settings',
  shortRuns: 800,
  async open() {
    const values = fc.oneof(mutatedJson([SETTINGS]), hostileJson());
    const word = fc.oneof(fc.constantFrom(...WORDS, ...FLAGS.map((flag) => `--${flag}`)), fc.string());
    const environment = fc.dictionary(fc.constantFrom(...VARIABLES), fc.string());
    const property = fc.property(
      values,
      fc.array(word, { maxLength: 4 }),
      environment,
      (json, args, variables) => {
        assertSettings(json);
        assertCommandLine(args, variables);
        assertUnpolluted();
      },
    );
    return { property, close: async () => {} };
  },
};

function assertSettings(json: Json): void {
  const get = (name: string) =>
    typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  const read = readSettings(get);
  assert.ok(Number.isInteger(read.port) && read.port >= 1024);
  for (const [name, value] of Object.entries({ ...read.models, ...read.modelMap })) {
    assert.ok(typeof value === 'string' && value.trim() !== '', name);
  }
  const { modelMap } = read;
  for (const { id, preset, baseUrl, name } of choosableProviders(PRESETS, read)) {
    const model = read.models[id];
    resolveProvider({
      provider: preset,
      upstream: baseUrl,
      name,
      modelMap,
      ...(model === undefined ? {} : { model }),
    });
  }
}

function assertCommandLine(args: readonly string[], environment: Readonly<Record<string, string>>): void {
  try {
    readCommandLine(args, environment);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    const secret = environment['CODEX_RELAY_API_KEY'] ?? '';
    if (secret.length > 8) assert.ok(!error.message.includes(secret), 'no secret in a message');
  }
}
