import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatalogKeeper } from '../../../src/extension/codex/catalog-keeper.ts';
import type { CatalogUpstreams } from '../../../src/extension/codex/catalog-source.ts';
import { openaiCompatible } from '../../../src/providers/presets/openai-compatible.ts';

const SERVER = { port: 4444, token: 'token-of-the-test' };
const FILE = 'codex-relay.models.json';

const profile = ({ port, token }: typeof SERVER) => `model_provider = "codex-relay"
[model_providers.codex-relay]
name = "Codex Relay"
base_url = "http://127.0.0.1:${port}/v1"
experimental_bearer_token = "${token}"
`;

/** What is served: one provider that lists these models, each with this window. */
const models = (ids: readonly string[], contextWindow = 100_000): CatalogUpstreams => [
  {
    id: 'acme',
    preset: openaiCompatible,
    selected: ids[0],
    listed: ids.map((id) => ({ id, contextWindow })),
  },
];

describe('the keeper of the catalog', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'codex-relay-catalog-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function arrange() {
    const world = {
      upstreams: models(['one', 'two']) as CatalogUpstreams | undefined,
      server: SERVER,
      isAsking: false,
      told: 0,
      failures: [] as unknown[],
      timers: [] as (() => void)[],
    };
    const keeper = new CatalogKeeper({
      home: async () => home,
      server: async () => world.server,
      upstreams: async () => world.upstreams,
      isAsking: () => world.isAsking,
      tell: () => {
        world.told += 1;
      },
      fail: (error) => void world.failures.push(error),
      later: (_ms, callback) => void world.timers.push(callback),
    });
    return { world, keeper };
  }

  /** Codex, set up for the relay; its catalog has one entry with a prompt. */
  function setUp(server = SERVER): void {
    writeFileSync(join(home, 'codex-relay.config.toml'), profile(server));
    const entry = { slug: 'codex-relay', base_instructions: 'The prompt of this Codex.' };
    writeFileSync(join(home, FILE), JSON.stringify({ models: [entry] }));
  }

  interface Entry {
    slug: string;
    base_instructions: string;
    description: string;
  }
  const entries = (): Entry[] => JSON.parse(readFileSync(join(home, FILE), 'utf8')).models;
  const slugs = () => entries().map(({ slug }) => slug);

  it('writes what is served, says so once, and leaves nothing else behind', async () => {
    setUp();
    const { world, keeper } = arrange();
    assert.equal(await keeper.update(), true);
    assert.deepEqual(slugs(), ['codex-relay', 'one', 'two']);
    assert.equal(await keeper.update(), false);
    assert.equal(world.told, 1);
    assert.deepEqual(readdirSync(home).toSorted(), ['codex-relay.config.toml', FILE]);
  });

  it('keeps the prompt of the existing entries, without asking Codex again', async () => {
    setUp();
    await arrange().keeper.update();
    for (const entry of entries()) assert.equal(entry.base_instructions, 'The prompt of this Codex.');
  });

  it('names models by their provider once there are several', async () => {
    setUp();
    const { world, keeper } = arrange();
    const [one] = models(['one']);
    world.upstreams = [one, { id: 'other', preset: openaiCompatible, listed: [{ id: 'two' }] }];
    await keeper.update();
    assert.deepEqual(slugs(), ['codex-relay', 'acme/one', 'other/two']);
  });

  it('lets the alias follow the choice', async () => {
    setUp();
    const { world, keeper } = arrange();
    await keeper.update();
    assert.match(entries()[0]?.description ?? '', /now one/);
    world.upstreams = models(['two', 'one']);
    assert.equal(await keeper.update(), true);
    assert.match(entries()[0]?.description ?? '', /now two/);
  });

  const [plain] = models(['one', 'two']);
  const news: [string, CatalogUpstreams, boolean][] = [
    ['a model came', models(['one', 'two', 'three']), true],
    ['a model went', models(['one']), true],
    ['a window became smaller', models(['one', 'two'], 50_000), true],
    ['a window became larger', models(['one', 'two'], 200_000), false],
    ['images are described for all of them', [{ ...plain, describesImages: true }], true],
    ['another model was chosen', models(['two', 'one']), false],
  ];
  for (const [what, after, isNews] of news) {
    it(`${isNews ? 'tells' : 'does not tell'} that ${what}`, async () => {
      setUp();
      const { world, keeper } = arrange();
      await keeper.update();
      world.told = 0;
      world.upstreams = after;
      assert.equal(await keeper.update(), true, 'written in any case');
      assert.equal(world.told, isNews ? 1 : 0);
    });
  }

  it('still knows its files by their token when the port has changed', async () => {
    setUp({ ...SERVER, port: 4999 });
    assert.equal(await arrange().keeper.update(), true);
  });

  const untouched: [string, (world: ReturnType<typeof arrange>['world']) => void][] = [
    ['Codex is not set up', () => {}],
    ['the catalog is there, and nothing names this relay', () => writeFileSync(join(home, FILE), '{}')],
    ['Codex is set up for another relay', () => setUp({ port: 4445, token: 'of another' })],
    [
      'another window serves',
      (world) => {
        setUp();
        world.upstreams = undefined;
      },
    ],
  ];
  for (const [what, prepare] of untouched) {
    it(`writes nothing where ${what}`, async () => {
      const { world, keeper } = arrange();
      prepare(world);
      const before = existsSync(join(home, FILE)) ? readFileSync(join(home, FILE), 'utf8') : undefined;
      assert.equal(await keeper.update(), false);
      const after = existsSync(join(home, FILE)) ? readFileSync(join(home, FILE), 'utf8') : undefined;
      assert.equal(after, before);
      assert.equal(world.told, 0);
    });
  }

  it('waits for a burst to end, and while the user looks at changes', async () => {
    setUp();
    const { world, keeper } = arrange();
    keeper.refresh();
    keeper.refresh();
    assert.equal(world.timers.length, 1);
    world.isAsking = true;
    world.timers.pop()?.();
    assert.deepEqual(slugs(), ['codex-relay'], 'nothing is written under the eyes of the user');
    assert.equal(world.timers.length, 1, 'looks again');
  });

  it('reports what went wrong, and keeps the file', async () => {
    setUp();
    writeFileSync(join(home, 'codex-relay.config.toml'), 'model = = "x"\n');
    const { world, keeper } = arrange();
    await assert.rejects(keeper.update(), /codex-relay\.config\.toml/);
    assert.deepEqual(slugs(), ['codex-relay']);
    keeper.refresh();
    world.timers.pop()?.();
    while (world.failures.length === 0) await new Promise(setImmediate);
    assert.match(String(world.failures[0]), /codex-relay\.config\.toml/);
  });
});
