import assert from 'node:assert/strict';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { UsageError } from '../../src/cli/errors.ts';
import { servedUpstreams } from '../../src/cli/upstreams.ts';
import { SILENT_LOGGER } from '../../src/logger.ts';
import { Routing } from '../../src/relay/routing/routing.ts';

/** The upstreams of a command line as `id:keys`, the active one first. */
function served(args: string[], environment: Record<string, string>): string[] {
  const { upstreams } = servedUpstreams(readCommandLine(args, environment), environment);
  return upstreams.map(({ provider = '-', apiKey = '', moreApiKeys = [] }) =>
    [provider, ...[apiKey, ...moreApiKeys].filter(Boolean)].join(':'),
  );
}

const KEYS = { DEEPSEEK_API_KEY: 'ds', MOONSHOT_API_KEY: 'k1, k2', GROQ_API_KEY: '' };

const CASES: [what: string, args: string[], environment: Record<string, string>, expected: string[]][] = [
  ['nothing said: the one default upstream', [], KEYS, ['-']],
  [
    'auto: all whose variable is set, in the order of the table',
    ['--providers', 'auto'],
    KEYS,
    ['deepseek:ds', 'kimi:k1:k2'],
  ],
  ['names: in their order', ['--providers', 'kimi,deepseek'], KEYS, ['kimi:k1:k2', 'deepseek:ds']],
  ['names: each once', ['--providers', 'kimi,kimi,auto'], KEYS, ['kimi:k1:k2', 'deepseek:ds']],
  [
    'two that share a variable, by name',
    ['--providers', 'kimi,kimi-cn'],
    KEYS,
    ['kimi:k1:k2', 'kimi-cn:k1:k2'],
  ],
  ['local servers need no key', ['--providers', 'ollama,deepseek'], KEYS, ['ollama', 'deepseek:ds']],
  [
    'the upstream of the options is the active one',
    ['--provider', 'xai', '--api-key', 'x1,x2', '--providers', 'auto'],
    KEYS,
    ['xai:x1:x2', 'deepseek:ds', 'kimi:k1:k2'],
  ],
  [
    'and is not served twice',
    ['--provider', 'kimi', '--api-key', 'own', '--providers', 'auto'],
    KEYS,
    ['kimi:own', 'deepseek:ds'],
  ],
  [
    'nor where only its address names it',
    ['--upstream', 'https://api.deepseek.com', '--api-key', 'own', '--providers', 'auto'],
    KEYS,
    ['-:own', 'kimi:k1:k2'],
  ],
  [
    'nor where it is the default one',
    ['--api-key', 'own', '--providers', 'openrouter,kimi'],
    { ...KEYS, OPENROUTER_API_KEY: 'or' },
    ['-:own', 'kimi:k1:k2'],
  ],
  ['by its variable', [], { ...KEYS, CODEX_RELAY_PROVIDERS: 'auto' }, ['deepseek:ds', 'kimi:k1:k2']],
];

describe('the upstreams of the command line', () => {
  for (const [what, args, environment, expected] of CASES) {
    it(what, () => assert.deepEqual(served(args, environment), expected));
  }

  it('get their part of --wire, which beats the file', () => {
    const args = ['--providers', 'kimi,deepseek', '--wire', 'kimi/kimi-k3=responses,deepseek=chat'];
    const { upstreams } = servedUpstreams(readCommandLine(args, KEYS), KEYS, {
      'deepseek/*': { wire: 'responses', takes: { namespaces: 'flat' } },
      'kimi/kimi-k2': { wire: 'chat' },
      'xai/grok-4.7': { wire: 'chat' },
    });
    const [kimi, deepseek] = upstreams;
    assert.deepEqual(kimi.wire, { 'kimi-k2': 'chat', 'kimi-k3': 'responses' });
    assert.equal(kimi.native, undefined);
    assert.deepEqual(deepseek?.wire, { '*': 'chat' });
    assert.deepEqual(deepseek.native, { '*': { namespaces: 'flat' } });
  });

  const REFUSED: [what: string, args: string[], message: RegExp][] = [
    ['auto without any key', ['--providers', 'auto'], /found no key; it looks for DEEPSEEK_API_KEY, /],
    [
      'a wire of nobody',
      ['--providers', 'ollama', '--wire', 'kimi=chat'],
      /--wire: "kimi" names no provider that is served \(ollama\)/,
    ],
    [
      'a name without its key',
      ['--providers', 'deepseek'],
      /deepseek needs a key in DEEPSEEK_API_KEY, which is not set/,
    ],
    ['a name without an address', ['--providers', 'openai-compatible'], /openai-compatible needs an address/],
    ['an unknown name', ['--providers', 'nobody'], /--providers "nobody" is not accepted/],
    [
      'a vision model without a provider',
      ['--vision-model', 'kimi-k3'],
      /--vision-model "kimi-k3" is not accepted/,
    ],
    ['an unknown role', ['--role', 'lunch=kimi/kimi-k3'], /--role "lunch=kimi\/kimi-k3" is not accepted/],
    ['a stand-in for nothing', ['--fallback', 'kimi/kimi-k3='], /--fallback .* is not accepted/],
  ];
  for (const [what, args, message] of REFUSED) {
    it(`are refused: ${what}`, () => {
      assert.throws(
        () => served(args, {}),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('give the model and the map to the active one', () => {
    const line = readCommandLine(
      ['--providers', 'deepseek,kimi', '--model', 'kimi/kimi-k3', '--model-map', 'a:b'],
      KEYS,
    );
    const { upstreams } = servedUpstreams(line, KEYS);
    assert.deepEqual(
      upstreams.map(({ model, modelMap }) => [model, modelMap]),
      [
        ['kimi/kimi-k3', { a: 'b' }],
        [undefined, undefined],
      ],
    );
  });

  it('take stand-ins and roles, which must name what is served', () => {
    const args = [
      '--providers',
      'deepseek,kimi',
      '--fallback',
      'kimi/kimi-k3,deepseek/x=kimi/a,deepseek/x=kimi/b',
      '--role',
      'compaction=kimi/kimi-k3',
      '--vision-model',
      'kimi/kimi-k3',
    ];
    const { upstreams, ...routes } = servedUpstreams(readCommandLine(args, KEYS), KEYS);
    assert.deepEqual(routes, {
      fallbacks: { '*': ['kimi/kimi-k3'], 'deepseek/x': ['kimi/a', 'kimi/b'] },
      roles: { compaction: 'kimi/kimi-k3' },
      visionModel: 'kimi/kimi-k3',
    });
    new Routing({ upstreams, ...routes }, SILENT_LOGGER, () => {});
    assert.throws(
      () => new Routing({ upstreams: upstreams.slice(0, 1), ...routes }, SILENT_LOGGER, () => {}),
      /names no upstream/,
    );
  });
});
