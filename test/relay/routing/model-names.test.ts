import assert from 'node:assert/strict';
import type { UpstreamOptions } from '../../../src/relay/options.ts';
import { resolveModel, type Served } from '../../../src/relay/routing/model-names.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import { startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';

/** @param ids what it lists; a leading `-` marks a model that is unfit for Codex */
function served(options: UpstreamOptions, ids?: readonly string[]): Served {
  const listed = ids?.map((id) => (id.startsWith('-') ? { id: id.slice(1), unfit: true as const } : { id }));
  return { provider: resolveProvider(options), listed };
}

const DEEPSEEK = served({ provider: 'deepseek', model: 'deepseek-v4-pro' }, [
  'deepseek-v4-pro',
  'deepseek-v4-flash',
]);
const KIMI = served({ provider: 'kimi', model: 'kimi-k3' }, ['kimi-k3', 'kimi-latest']);
const ROUTER = served({ provider: 'openrouter', model: 'z-ai/glm-5' }, [
  'deepseek/deepseek-v4-pro',
  'z-ai/glm-5',
  'openrouter/auto',
  'qwen/qwen3-coder',
]);
const OLLAMA = served({ provider: 'ollama', model: 'go:latest' }, [
  'go:latest',
  'nothink:latest',
  'qwen3:8b',
]);
const UNKNOWN = served({ provider: 'mistral', model: 'devstral' });
const BARE = served({ upstream: 'http://127.0.0.1:1/v1' }, ['-embed', 'first', 'second']);
const EMPTY = served({ upstream: 'http://127.0.0.1:1/v1' }, []);
const MAPPED = served(
  { provider: 'demo', model: 'chosen', modelMap: { 'gpt-5.4': 'mapped:free', big: 'kimi/kimi-k3' } },
  ['demo'],
);
const AZURE = served({ provider: 'azure', upstream: 'https://x.openai.azure.com/openai/v1', model: 'a' }, [
  'gpt-5.6',
]);
const ALL = [DEEPSEEK, KIMI, ROUTER, OLLAMA];

const CASES: [
  what: string,
  requested: string,
  active: Served,
  all: Served[],
  expected: string | undefined,
][] = [
  ['the alias is the chosen model', 'codex-relay', DEEPSEEK, ALL, 'deepseek deepseek-v4-pro'],
  [
    'the alias is the first fit model where none is chosen',
    'codex-relay',
    BARE,
    [BARE],
    'openai-compatible first',
  ],
  ['the alias is nothing where nothing is listed', 'codex-relay', EMPTY, [EMPTY], undefined],
  ['a mapped name is what it is mapped to', 'gpt-5.4', MAPPED, [MAPPED], 'demo mapped:free'],
  ['a map may lead to another upstream', 'big', MAPPED, [MAPPED, KIMI], 'kimi kimi-k3'],
  ['id/model names an upstream outright', 'kimi/kimi-k3', DEEPSEEK, ALL, 'kimi kimi-k3'],
  ['the id in any letter case', 'Kimi/kimi-k3', DEEPSEEK, ALL, 'kimi kimi-k3'],
  ['a model that its upstream does not list is still its own', 'kimi/kimi-k9', DEEPSEEK, ALL, 'kimi kimi-k9'],
  [
    'an id beats the same vendor at a gateway',
    'deepseek/deepseek-v4-pro',
    ROUTER,
    ALL,
    'deepseek deepseek-v4-pro',
  ],
  [
    'a vendor that is no upstream is part of the name',
    'deepseek/deepseek-v4-pro',
    ROUTER,
    [ROUTER],
    'openrouter deepseek/deepseek-v4-pro',
  ],
  [
    'further slashes stay in the model',
    'openrouter/deepseek/deepseek-v4-pro',
    KIMI,
    ALL,
    'openrouter deepseek/deepseek-v4-pro',
  ],
  ['openrouter/auto is a model of OpenRouter', 'openrouter/auto', ROUTER, ALL, 'openrouter openrouter/auto'],
  [
    'the own vendor is left out',
    'deepseek/deepseek-v4-flash',
    DEEPSEEK,
    [DEEPSEEK],
    'deepseek deepseek-v4-flash',
  ],
  ['a bare name belongs to the active upstream', 'kimi-latest', KIMI, ALL, 'kimi kimi-latest'],
  ['a bare name goes to the one that lists it', 'kimi-latest', DEEPSEEK, ALL, 'kimi kimi-latest'],
  [
    'a bare name goes nowhere else while the active list is unknown',
    'kimi-latest',
    UNKNOWN,
    [UNKNOWN, KIMI],
    'mistral kimi-latest',
  ],
  ['a name in other letter case', 'DeepSeek-V4-Flash', DEEPSEEK, ALL, 'deepseek deepseek-v4-flash'],
  ['a name without its implied tag', 'nothink', OLLAMA, [OLLAMA], 'ollama nothink:latest'],
  ['a name with the implied tag', 'go:latest', OLLAMA, [OLLAMA], 'ollama go:latest'],
  ['another tag is another model', 'qwen3:70b', OLLAMA, [OLLAMA], 'ollama go:latest (stands in)'],
  [
    'a variant of a listed model',
    'qwen/qwen3-coder:free',
    ROUTER,
    [ROUTER],
    'openrouter qwen/qwen3-coder:free',
  ],
  [
    'a name that nobody serves is the chosen model',
    'gpt-5.6-codex',
    DEEPSEEK,
    ALL,
    'deepseek deepseek-v4-pro (stands in)',
  ],
  [
    "OpenAI's own name is the first fit model where none is chosen",
    'gpt-5.6-codex',
    BARE,
    [BARE],
    'openai-compatible first (stands in)',
  ],
  [
    'a name that a person typed is itself where none is chosen',
    'mine',
    BARE,
    [BARE],
    'openai-compatible mine',
  ],
  ['a name is itself where the list is empty', 'gpt-6', EMPTY, [EMPTY], 'openai-compatible gpt-6'],
  [
    'a name is itself where the list shows other names',
    'my-deployment',
    AZURE,
    [AZURE],
    'azure my-deployment',
  ],
];

describe('the name of a model', () => {
  for (const [what, requested, active, all, expected] of CASES) {
    it(`${what}: ${requested}`, () => {
      const named = resolveModel(requested, active, all);
      const text = named && `${named.provider.id} ${named.model}${named.isStandIn ? ' (stands in)' : ''}`;
      assert.equal(text, expected);
    });
  }

  it('is required if the alias stands for none', async () => {
    const rig = await startRig([], { upstream: 'http://127.0.0.1:1/v1' });
    const reply = await rig.post({ model: 'codex-relay', input: 'hi' });
    assert.equal(reply.status, 400);
    assert.match(await reply.text(), /none is chosen/);
    await rig.stop();
  });

  it('that nobody serves is replaced with one line in the log', async () => {
    const rig = await startRig(() => streamReply(textChunks('hi')), { model: 'scripted-model' });
    await rig.relay.models();
    for (let time = 0; time < 2; time++) await (await rig.post({ model: 'gpt-6', input: 'hi' })).text();
    assert.deepEqual(
      rig.upstream.chats.map((chat) => chat.body.model),
      ['scripted-model', 'scripted-model'],
    );
    assert.equal(rig.log.filter((line) => line.includes('does not list the model "gpt-6"')).length, 1);
    await rig.stop();
  });
});
