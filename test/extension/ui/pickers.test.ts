import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { choosableProviders } from '../../../src/extension/choosable-provider.ts';
import { readSettings } from '../../../src/extension/settings.ts';
import { probeEndpoint } from '../../../src/extension/ui/endpoint-probe.ts';
import { grouped, isLocalServer, type ListedProvider } from '../../../src/extension/ui/provider-groups.ts';
import { Recents } from '../../../src/extension/ui/recents.ts';
import { matchingKeyword } from '../../../src/extension/ui/search.ts';
import { PRESETS } from '../../../src/providers/index.ts';

const providers = choosableProviders(
  PRESETS,
  readSettings((name) =>
    name === 'customProviders' ? [{ id: 'own', name: 'Own', baseUrl: 'https://own.example/v1' }] : undefined,
  ),
);
const listed = (more: Record<string, Partial<ListedProvider>> = {}): ListedProvider[] =>
  providers.map((provider) => ({
    provider,
    key: 'missing',
    variable: undefined,
    model: undefined,
    ...more[provider.id],
  }));

describe('search by what people type', () => {
  const FINDS: readonly [string, string][] = [
    ['google', 'gemini'],
    ['local', 'ollama'],
    ['local', 'vllm'],
    ['Claude', 'openrouter'],
    ['anthropic', 'openrouter'],
    ['free', 'groq'],
    ['grok', 'xai'],
    ['moonshot', 'kimi'],
    ['alibaba', 'qwen'],
    ['glm', 'zai'],
    ['studio', 'gemini'],
    ['gpt', 'openai'],
    ['try', 'demo'],
    ['doubao', 'volcengine'],
    ['hunyuan', 'tencent'],
  ];
  for (const [typed, id] of FINDS) {
    it(`finds ${id} by "${typed}"`, () => {
      const { keywords = [] } = providers.find((provider) => provider.id === id) ?? {};
      assert.ok(matchingKeyword(keywords, typed));
    });
  }

  it('finds Azure by its maker', () => {
    const azure = PRESETS.find(({ profile }) => profile.id === 'azure');
    assert.ok(azure);
    assert.match(azure.addressTemplate ?? '', /\{resource\}/);
    assert.ok(matchingKeyword(azure.keywords ?? [], 'microsoft'));
  });

  it('finds nothing by a single letter, an empty text, or the middle of a word', () => {
    for (const typed of ['', ' ', 'g', 'oogle', 'xyz'])
      assert.equal(matchingKeyword(['google'], typed), undefined);
  });

  it('has keywords in lower case', () => {
    for (const { keywords = [] } of PRESETS)
      for (const keyword of keywords) assert.equal(keyword, keyword.toLowerCase());
  });
});

describe('groups of providers', () => {
  const ids = (more: Record<string, Partial<ListedProvider>>, recent: readonly string[] = []) =>
    Object.fromEntries(
      grouped(listed(more), recent).map(([group, members]) => [
        group,
        members.map(({ provider }) => provider.id),
      ]),
    );

  it('are custom ones, plans and all others for a user who has nothing', () => {
    const groups = ids({});
    assert.deepEqual(Object.keys(groups), ['custom', 'plan', 'all']);
    assert.deepEqual(groups['custom'], ['own']);
    assert.ok(groups['plan']?.includes('kimi-coding'));
    assert.ok(groups['plan']?.every((id) => id.endsWith('-coding') || id === 'vscode'));
    assert.ok(groups['all']?.includes('ollama'));
  });

  it('begin with recently used ones, the latest first, then those with a key, then running ones', () => {
    const groups = ids(
      {
        mistral: { key: 'present' },
        deepseek: { key: 'present' },
        groq: { variable: 'GROQ_API_KEY' },
        ollama: { running: 3 },
        lmstudio: { running: undefined },
      },
      ['own', 'deepseek', 'gone'],
    );
    assert.deepEqual(Object.keys(groups), ['recent', 'withKey', 'running', 'plan', 'all']);
    assert.deepEqual(groups['recent'], ['own', 'deepseek']);
    assert.deepEqual(groups['withKey'], ['mistral', 'groq']);
    assert.deepEqual(groups['running'], ['ollama']);
  });

  it('hold every provider once', () => {
    const members = grouped(listed({ ollama: { running: 0, key: 'present' } }), ['ollama']).flatMap(
      ([, group]) => group,
    );
    assert.equal(members.length, providers.length);
    assert.equal(new Set(members.map(({ provider }) => provider.id)).size, providers.length);
  });

  it('ask only servers on this machine whether they run', () => {
    const asked = providers.filter(isLocalServer).map(({ id }) => id);
    assert.deepEqual(asked, ['ollama', 'lmstudio', 'llamacpp', 'vllm']);
  });
});

describe('what was used last', () => {
  it('is remembered by kind, the latest first, without duplicates', async () => {
    const kept = new Map<string, unknown>();
    const recents = new Recents({
      get: <T>(key: string) => kept.get(key) as T,
      update: async (key: string, value: unknown) => void kept.set(key, value),
    });
    for (const name of ['a', 'b', 'c', 'a', 'd']) await recents.use('providers', name);
    assert.deepEqual(recents.of('providers'), ['d', 'a', 'c']);
    assert.deepEqual(recents.of('models.x'), []);
    kept.set('recent.providers', 'broken');
    assert.deepEqual(recents.of('providers'), []);
  });
});

describe('a probed endpoint', () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close();
  });
  const serve = async (answers: Record<string, [number, string]>) => {
    const server = createServer((request, reply) => {
      const [status, body] = answers[request.url ?? ''] ?? [404, '{}'];
      assert.equal(request.headers.authorization, undefined);
      reply.writeHead(status).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const owned = (owner: string) => JSON.stringify({ data: [{ id: 'm', owned_by: owner }] });

  const BY_OWNER: readonly [string, string][] = [
    ['vllm', 'vllm'],
    ['llamacpp', 'llamacpp'],
    ['library', 'ollama'],
    ['organization_owner', 'lmstudio'],
  ];
  for (const [owner, dialect] of BY_OWNER) {
    it(`is recognised as ${dialect} by its answer`, async () => {
      const baseUrl = `${await serve({ '/v1/models': [200, owned(owner)] })}/v1`;
      assert.deepEqual(await probeEndpoint(baseUrl), {
        baseUrl,
        dialect,
        knownBy: 'answer',
        needsKey: false,
      });
    });
  }

  it('is recognised by its address before anything is asked', async () => {
    const { dialect, knownBy } = await probeEndpoint('https://gateway.openrouter.ai.invalid/v1');
    assert.deepEqual([dialect, knownBy], ['openai-compatible', undefined]);
    assert.equal((await probeEndpoint('http://localhost:11434/v1')).dialect, 'ollama');
  });

  it('needs a key if it asks for one', async () => {
    const baseUrl = `${await serve({ '/v1/models': [401, '{"error":"key"}'] })}/v1`;
    const { needsKey, dialect } = await probeEndpoint(baseUrl);
    assert.deepEqual([needsKey, dialect], [true, 'openai-compatible']);
  });

  it('is found below /v1 if only its host was given', async () => {
    const host = await serve({ '/v1/models': [200, owned('someone')] });
    const found = await probeEndpoint(host);
    assert.deepEqual(found, {
      baseUrl: `${host}/v1`,
      dialect: 'openai-compatible',
      knownBy: undefined,
      needsKey: false,
    });
  });

  it('keeps the query of its address', async () => {
    const host = await serve({ '/openai/models?api-version=1': [200, owned('x')] });
    const baseUrl = `${host}/openai?api-version=1`;
    assert.deepEqual((await probeEndpoint(baseUrl)).needsKey, false);
  });

  for (const [name, body] of [
    ['a web page', '<html>'],
    ['no list', '{"data":7}'],
    ['nothing', ''],
  ] as const) {
    it(`is unknown if it answers with ${name}`, async () => {
      const baseUrl = `${await serve({ '/v1/models': [200, body] })}/v1`;
      assert.equal((await probeEndpoint(baseUrl)).needsKey, undefined);
    });
  }

  it('is unknown if nothing answers', async () => {
    const { needsKey, baseUrl } = await probeEndpoint('http://127.0.0.1:9/v1');
    assert.deepEqual([needsKey, baseUrl], [undefined, 'http://127.0.0.1:9/v1']);
  });
});
