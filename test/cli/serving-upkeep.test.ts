import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepCatalog } from '../../src/cli/serving-upkeep.ts';
import { buildCatalog, catalogText } from '../../src/codex/catalog.ts';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import type { RelayHandle } from '../../src/index.ts';
import { type Logger, SILENT_LOGGER } from '../../src/logger.ts';
import { presetById } from '../../src/providers/index.ts';

const CATALOG = 'codex-relay.models.json';

describe('the catalog beside a running relay', () => {
  const preset = presetById('openai-compatible') ?? assert.fail();
  const before = catalogText(buildCatalog({ preset, listed: [{ id: 'old' }], instructions: 'Be good.' }));
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'codex-home-'));
    await writeFile(join(home, CATALOG), before);
    await writeFile(join(home, 'codex-relay.config.toml'), addRelayKeys('', { port: 4444 }));
  });
  afterEach(() => rm(home, { recursive: true }));

  /** What is in the file once a relay on this port, which serves one model, has looked after it. */
  async function catalogOf(
    port: number,
    listed = [{ id: 'new' }],
    recent: string[] = [],
    logger: Logger = SILENT_LOGGER,
  ): Promise<string> {
    const served = {
      id: 'one',
      name: 'One',
      isActive: true,
      preset,
      model: undefined,
      modelMap: {},
      wires: { isOwn: false, wires: {}, profiles: {} },
      listed,
      recent,
    };
    const relay: Pick<RelayHandle, 'port' | 'catalog'> = { port, catalog: () => [served] };
    await keepCatalog(relay, { CODEX_HOME: home }, logger);
    return readFile(join(home, CATALOG), 'utf8');
  }

  it('follows the relay that Codex is set up for', async () => {
    const text = await catalogOf(4444);
    assert.match(text, /"slug": "new"/);
    assert.match(text, /Be good\./);
  });

  it('reports changed models, but not a changed order', async () => {
    const said: string[] = [];
    const logger = { ...SILENT_LOGGER, info: (message: string) => void said.push(message) };
    const models = ['one', 'two', 'three'].map((id) => ({ id }));
    await catalogOf(4444, models, [], logger);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /restart Codex to see the new models/);
    const slugs = (text: string) => [...text.matchAll(/"slug": "([^"]*)"/g)].map(([, slug]) => slug);
    const text = await catalogOf(4444, models, ['three'], logger);
    assert.deepEqual(slugs(text), ['codex-relay', 'one', 'three', 'two']);
    assert.equal(said.length, 1, 'nobody has to restart for that');
  });

  it('is not touched by any other relay, such as a demo', async () => {
    assert.equal(await catalogOf(4447), before);
  });
});
