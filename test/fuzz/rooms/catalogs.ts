/** What providers list and what users say of models: the catalog is one that Codex reads. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildCatalog, catalogText } from '../../../src/codex/catalog.ts';
import { CodexConfigError } from '../../../src/codex/errors.ts';
import { parseOverrides } from '../../../src/codex/overrides.ts';
import { type Json, parseObject } from '../../../src/json.ts';
import { PRESETS } from '../../../src/providers/index.ts';
import { type ModelFacts, readModelList } from '../../../src/providers/model-list.ts';
import { mutatedJson, mutatedText } from '../mutate.ts';
import { assertUnpolluted, type Room } from '../room.ts';

const LISTS: Json[] = [
  { object: 'list', data: [{ id: 'deepseek-chat', object: 'model', owned_by: 'x' }] },
  { data: [{ id: 'k', context_length: 262144, supports_image_in: true, supports_reasoning: false }] },
  {
    data: [
      {
        id: 'm',
        type: 'base',
        max_context_length: 131072,
        capabilities: { completion_chat: true, vision: true },
      },
    ],
  },
  {
    data: [
      {
        id: 'a/b:free',
        name: 'B',
        context_length: 1_000_000,
        architecture: { input_modalities: ['text', 'image'] },
        top_provider: { context_length: 8192, max_completion_tokens: 4096 },
        supported_parameters: ['tools', 'reasoning'],
      },
    ],
  },
  [{ id: 't', type: 'chat', display_name: 'T', context_length: 4096 }],
  { models: [{ name: 'models/gemini-x', context_window: 1 }] },
];
const OVERRIDES = [
  '{"deepseek-chat":{"name":"x","contextWindow":1000,"maxOutput":10,"images":true,"efforts":["low"]}}',
  '{}',
];

export const catalogs: Room = {
  name: 'catalogs',
  shortRuns: 800,
  async open() {
    const name = fc.oneof(
      fc.constantFrom('m', 'k', 'codex-relay', '__proto__', 'constructor', ''),
      fc.string(),
    );
    const input = fc.record({
      preset: fc.constantFrom(...PRESETS),
      list: mutatedJson(LISTS),
      overrides: mutatedText(OVERRIDES, ['null', '"contextWindow":', '-1', '"__proto__":{}', ',']),
      selected: fc.option(name, { nil: undefined }),
      modelMap: fc.dictionary(name, name, { maxKeys: 3 }),
      alsoServed: fc.array(name, { maxLength: 3 }),
    });
    const property = fc.property(input, ({ preset, list, overrides, selected, modelMap, alsoServed }) => {
      const listed = readModelList(list);
      for (const { id } of listed) assert.equal(typeof id, 'string');
      const facts = readOverrides(overrides);
      const catalog = buildCatalog({
        preset,
        listed,
        overrides: facts,
        selected,
        modelMap,
        alsoServed,
        instructions: 'Be good.',
      });
      assertCatalog(catalogText(catalog));
      assertUnpolluted();
    });
    return { property, close: async () => {} };
  },
};

function readOverrides(text: string): Record<string, ModelFacts> {
  try {
    return parseOverrides(text);
  } catch (error) {
    assert.ok(error instanceof CodexConfigError, String(error));
    return {};
  }
}

function assertCatalog(text: string): void {
  assert.ok(Buffer.byteLength(text) < 1_100_000, 'Codex reads the whole file at each start');
  const models = parseObject(text)?.['models'];
  assert.ok(Array.isArray(models) && models.length > 0);
  const slugs = models.map((entry) => {
    const { slug, display_name, context_window, input_modalities, supported_reasoning_levels } =
      entry as Record<string, Json>;
    assert.ok(typeof slug === 'string' && slug !== '', text.slice(0, 500));
    assert.equal(typeof display_name, 'string');
    assert.ok(Number.isInteger(context_window) && Number(context_window) > 0);
    assert.ok(Array.isArray(input_modalities) && input_modalities.includes('text'));
    assert.ok(Array.isArray(supported_reasoning_levels));
    return slug;
  });
  assert.equal(new Set(slugs).size, slugs.length, 'no name stands for two models');
}
