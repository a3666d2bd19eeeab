import assert from 'node:assert/strict';
import { type ListedModel, listModels, type UpstreamOptions } from '../../../src/index.ts';
import { llamaServer } from '../../providers/strict/servers/llamacpp.ts';
import { lmStudioServer } from '../../providers/strict/servers/lmstudio.ts';
import type { LocalServer } from '../../providers/strict/servers/model.ts';
import { ollamaServer } from '../../providers/strict/servers/ollama.ts';
import { vllmServer } from '../../providers/strict/servers/vllm.ts';
import { startRig } from '../../support/relay-client.ts';
import { jsonReply, type OtherRoutes, startScriptedUpstream } from '../../support/scripted-upstream.ts';

const OLLAMA_GUESS = {
  contextWindow: 4096,
  windowFrom: 'guessed',
  windowNote: "Ollama's default without a GPU",
} as const;

/** What is known about a server's models. */
async function served(
  routes: OtherRoutes,
  provider: string | undefined,
  options: UpstreamOptions = {},
  path = '',
): Promise<{ models: ListedModel[]; asked: string[] }> {
  const asked: string[] = [];
  const upstream = await startScriptedUpstream([], [], (request) => {
    asked.push(`${request.method} ${request.path}`);
    return routes({ ...request, path: request.path.replace(path, '') });
  });
  try {
    const url = upstream.url.replace('/v1', `${path}/v1`);
    const chosen = provider === undefined ? {} : { provider };
    return { models: await listModels({ upstream: url, ...chosen, ...options }), asked };
  } finally {
    await upstream.stop();
  }
}

describe('the models that a server serves', () => {
  const CASES: [what: string, provider: string, server: LocalServer, expected: ListedModel][] = [
    [
      'llama.cpp',
      'llamacpp',
      llamaServer({ model: 'q', window: 8192, vision: true }),
      { id: 'q', contextWindow: 8192, images: true },
    ],
    [
      "llama.cpp's router, whose list tells nothing",
      'llamacpp',
      llamaServer({ model: 'ggml-org/q:Q4', window: 16384, router: true }),
      { id: 'ggml-org/q:Q4', contextWindow: 16384, images: false },
    ],
    [
      'llama.cpp with a template that shows no tools',
      'llamacpp',
      llamaServer({ model: 'q', tools: false }),
      { id: 'q', contextWindow: 65536, images: false, unfit: true },
    ],
    [
      'Ollama before the model is loaded',
      'ollama',
      ollamaServer({ model: 'q:latest', window: 32768, abilities: ['completion', 'tools', 'thinking'] }),
      { id: 'q:latest', ...OLLAMA_GUESS, images: false, reasons: true },
    ],
    [
      'Ollama with a window in the Modelfile',
      'ollama',
      ollamaServer({ model: 'q:7b', parameters: 'num_ctx    65536' }),
      { id: 'q:7b', contextWindow: 65536, images: false, reasons: false },
    ],
    [
      'Ollama, a model without tools',
      'ollama',
      ollamaServer({ model: 'q:7b', abilities: ['completion', 'vision'] }),
      { id: 'q:7b', ...OLLAMA_GUESS, images: true, reasons: false, unfit: true },
    ],
    [
      'LM Studio, loaded',
      'lmstudio',
      lmStudioServer({ model: 'a/b', window: 8192 }),
      { id: 'a/b', contextWindow: 8192 },
    ],
    [
      'LM Studio, not loaded',
      'lmstudio',
      lmStudioServer({ model: 'a/b', loaded: false }),
      {
        id: 'a/b',
        contextWindow: 4096,
        windowFrom: 'guessed',
        windowNote: "LM Studio's default until the model is loaded",
      },
    ],
    ['vLLM', 'vllm', vllmServer({ model: 'q', window: 32768 }), { id: 'q', contextWindow: 32768 }],
  ];
  for (const [what, provider, { routes }, expected] of CASES) {
    it(`are reported by ${what}`, async () => {
      assert.deepEqual((await served(routes, provider)).models, [expected]);
      // At an address that names nobody the list gives the server away.
      assert.deepEqual((await served(routes, undefined)).models, [expected]);
    });
  }

  it('are requested below the path of a reverse proxy, too', async () => {
    const { routes } = ollamaServer({ model: 'q:7b', parameters: 'num_ctx 8192' });
    const { models, asked } = await served(routes, 'ollama', {}, '/gpu');
    assert.equal(models[0]?.contextWindow, 8192);
    assert.deepEqual(asked.toSorted(), ['GET /gpu/api/ps', 'GET /gpu/v1/models', 'POST /gpu/api/show']);
  });

  it('come from the list alone if the server has no other route, and are none without a list', async () => {
    const list = (data: unknown): OtherRoutes => {
      return ({ path }) => (path === '/v1/models' ? jsonReply({ data }) : undefined);
    };
    assert.deepEqual((await served(list([{ id: 'q' }]), 'ollama')).models, [{ id: 'q', ...OLLAMA_GUESS }]);
    assert.deepEqual((await served(list([{ id: 'q' }]), 'llamacpp')).models, [{ id: 'q' }]);
    // Ollama without a model.
    assert.deepEqual(await served(list(null), 'ollama'), { models: [], asked: ['GET /v1/models'] });
  });

  it('come from the list alone if the other answers are not JSON', async () => {
    const routes: OtherRoutes = ({ path }) =>
      path === '/v1/models' ? jsonReply({ data: [{ id: 'q', max_model_len: 9000 }] }) : { body: ['<html>'] };
    for (const provider of ['llamacpp', 'ollama', 'lmstudio']) {
      assert.deepEqual((await served(routes, provider)).models, [{ id: 'q', contextWindow: 9000 }], provider);
    }
  });

  it('are asked about one by one up to a limit, the chosen one first', async () => {
    const data = Array.from({ length: 50 }, (_, at) => ({ id: `m${at}:latest`, owned_by: 'library' }));
    const names: unknown[] = [];
    const routes: OtherRoutes = ({ path, text }) => {
      if (path === '/v1/models') return jsonReply({ data });
      if (path === '/api/show') names.push(JSON.parse(text));
      return undefined;
    };
    const { models } = await served(routes, 'ollama', { model: 'm49' });
    assert.equal(models.length, 50);
    assert.equal(names.length, 20);
    assert.ok(names.some((name) => JSON.stringify(name) === '{"model":"m49:latest"}'));
  });

  it('are not asked about at a hosted service', async () => {
    const routes: OtherRoutes = () => jsonReply({ data: [{ id: 'q', owned_by: 'library' }] });
    assert.deepEqual((await served(routes, 'deepseek')).asked, ['GET /v1/models']);
  });
});

describe('GET /v1/models of the relay', () => {
  it('passes on known facts, and what the alias stands for', async () => {
    const list = {
      data: [
        { id: 'embed', type: 'embedding' },
        { id: 'big', context_length: '131072', supports_vision: true },
        { id: 'deepseek-v4-pro' },
      ],
    };
    const upstream = await startScriptedUpstream([], [], ({ path }) =>
      path === '/v1/models' ? jsonReply(list) : undefined,
    );
    const rig = await startRig([], { upstream: upstream.url });
    try {
      const reply = await fetch(`${rig.relay.url}/v1/models`);
      const { data, chosen } = (await reply.json()) as { data: Record<string, unknown>[]; chosen: unknown };
      assert.equal(chosen, 'big');
      const [embed, big, other] = data;
      assert.equal(embed?.['supports_tools'], false);
      assert.partialDeepStrictEqual(big, {
        context_length: 131072,
        architecture: { input_modalities: ['text', 'image'] },
      });
      assert.equal(other?.['context_length'], undefined, 'a guess is not passed on');
    } finally {
      await rig.stop();
      await upstream.stop();
    }
  });
});

describe('a window that was a guess', () => {
  it('is asked for once more after the model’s first answer', async () => {
    const server = ollamaServer({ model: 'q:latest', window: 65536 });
    let lists = 0;
    const upstream = await startScriptedUpstream(server.answer, [], (request) => {
      if (request.path === '/v1/models') lists += 1;
      return server.routes(request);
    });
    let learned = Promise.withResolvers<void>();
    const onModels = () => learned.resolve();
    const rig = await startRig([], { upstream: upstream.url, provider: 'ollama', model: 'q', onModels });
    const windowNow = () => rig.relay.catalog()[0]?.listed?.[0]?.contextWindow;
    try {
      await learned.promise;
      assert.equal(windowNow(), 4096);
      learned = Promise.withResolvers<void>();
      await (await rig.post({ model: 'codex-relay', input: 'Hi' })).text();
      await learned.promise;
      assert.equal(windowNow(), 65536);
      await (await rig.post({ model: 'codex-relay', input: 'Hi' })).text();
      assert.equal(lists, 2);
    } finally {
      await rig.stop();
      await upstream.stop();
    }
  });
});
