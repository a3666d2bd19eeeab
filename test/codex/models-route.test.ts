import assert from 'node:assert/strict';
import { buildCatalog } from '../../src/codex/catalog.ts';
import { DEFAULT_INSTRUCTIONS } from '../../src/codex/instructions.ts';
import { listModels, type RelayHandle, start } from '../../src/index.ts';
import { openaiCompatible } from '../../src/providers/presets/openai-compatible.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

describe('GET /v1/models', () => {
  let upstream: ScriptedUpstream;
  let relay: RelayHandle;

  before(async () => {
    upstream = await startScriptedUpstream([], ['alpha', 'beta']);
    relay = await start({ port: 0, upstream: upstream.url, model: 'beta', modelMap: { 'gpt-5.4': 'alpha' } });
  });
  after(async () => {
    await relay.stop();
    await upstream.stop();
  });

  async function get(query: string): Promise<{ data: { id: string }[]; models: { slug: string }[] }> {
    return (await (await fetch(`${relay.url}/v1/models${query}`)).json()) as never;
  }

  it('tells Codex the entries of its catalog', async () => {
    const { data, models } = await get('?client_version=0.169.0');
    assert.deepEqual(
      data.map(({ id }) => id),
      ['alpha', 'beta'],
    );
    const catalog = buildCatalog({
      preset: openaiCompatible,
      selected: 'beta',
      listed: await listModels({ upstream: upstream.url }),
      modelMap: { 'gpt-5.4': 'alpha' },
      instructions: DEFAULT_INSTRUCTIONS,
    });
    assert.deepEqual(models, catalog.models);
    assert.deepEqual(
      models.map(({ slug }) => slug),
      ['codex-relay', 'beta', 'alpha', 'gpt-5.4'],
    );
  });

  it('does not burden other clients with them', async () => {
    const { data, models } = await get('');
    assert.deepEqual([data.length, models], [2, []]);
  });
});
