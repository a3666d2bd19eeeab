import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  buildCatalog,
  type Catalog,
  type CatalogEntry,
  type CatalogInput,
  catalogText,
} from '../../src/codex/catalog.ts';
import { CodexConfigError } from '../../src/codex/errors.ts';
import { DEFAULT_INSTRUCTIONS, instructionsFrom } from '../../src/codex/instructions.ts';
import { howToOverride, parseOverrides } from '../../src/codex/overrides.ts';
import { PRESETS, type Preset, profileFor } from '../../src/providers/index.ts';
import { shippedFacts } from '../../src/providers/model-facts.ts';
import { openaiCompatible } from '../../src/providers/presets/openai-compatible.ts';
import { effortFor } from '../../src/translate/request/effort.ts';

const DEEPSEEK: Preset = {
  ...openaiCompatible,
  profile: {
    ...openaiCompatible.profile,
    id: 'deepseek',
    name: 'DeepSeek',
    effortLevels: ['low', 'high', 'max'],
  },
};
const UNKNOWN: Preset = {
  ...openaiCompatible,
  profile: { ...openaiCompatible.profile, name: 'My endpoint', effortLevels: [] },
};

function withProfile(preset: Preset, profile: Partial<Preset['profile']>): Preset {
  return { ...preset, profile: { ...preset.profile, ...profile } };
}

function entriesOf(input: Partial<CatalogInput>): Map<string, CatalogEntry> {
  const catalog = buildCatalog({ preset: DEEPSEEK, listed: [], instructions: 'Be good.', ...input });
  return new Map(catalog.models.map((entry) => [entry.slug, entry]));
}

function efforts(entry: CatalogEntry | undefined): string[] | undefined {
  return entry?.supported_reasoning_levels.map(({ effort }) => effort);
}

describe('buildCatalog', () => {
  it('makes an entry in the format that 0.110 to 0.169 read', () => {
    const entry = entriesOf({ selected: 'deepseek-v4-pro' }).get('deepseek-v4-pro');
    assert.deepEqual(entry, {
      slug: 'deepseek-v4-pro',
      display_name: 'DeepSeek V4 Pro',
      description: 'DeepSeek: 1M context, up to 384K per answer',
      base_instructions: 'Be good.',
      supported_reasoning_levels: [
        { effort: 'high', description: 'Deeper thinking for hard problems' },
        { effort: 'xhigh', description: 'The most thinking' },
      ],
      shell_type: 'unified_exec',
      visibility: 'list',
      supported_in_api: true,
      priority: 1,
      support_verbosity: false,
      supports_reasoning_summaries: true,
      supports_parallel_tool_calls: true,
      default_reasoning_summary: 'auto',
      apply_patch_tool_type: 'freeform',
      truncation_policy: { mode: 'tokens', limit: 10_000 },
      context_window: 1_000_000,
      input_modalities: ['text'],
      experimental_supported_tools: [],
      multi_agent_version: 'v1',
      supports_search_tool: false,
    });
  });

  it('begins with the alias, which has the facts of the chosen model', () => {
    const [alias, first] = entriesOf({ selected: 'deepseek-v4-pro' }).values();
    assert.deepEqual(
      { ...alias, slug: '', display_name: '', description: '', priority: 1 },
      { ...first, slug: '', display_name: '', description: '' },
    );
    assert.deepEqual([alias?.slug, alias?.display_name, alias?.priority], ['codex-relay', 'Codex Relay', 0]);
    assert.match(alias?.description ?? '', /deepseek-v4-pro at DeepSeek/);
  });

  it('shows a model under one name, whether its tag is typed or not', () => {
    const [ollama] = PRESETS.filter(({ profile }) => profile.id === 'ollama');
    assert.ok(ollama);
    const listed = [{ id: 'q:latest', contextWindow: 32_768, reasons: false }];
    const entries = entriesOf({ preset: ollama, listed, selected: 'q' });
    assert.deepEqual([...entries.keys()], ['codex-relay', 'q:latest']);
    assert.equal(entries.get('codex-relay')?.context_window, 32_768);
    assert.deepEqual(efforts(entries.get('codex-relay')), []);
    // A configuration with the short name still finds it.
    const named = entriesOf({ preset: ollama, listed, alsoServed: ['q'] });
    assert.equal(named.get('q')?.context_window, 32_768);
    const overridden = entriesOf({ preset: ollama, listed, overrides: { q: { contextWindow: 9 } } });
    assert.equal(overridden.get('q:latest')?.context_window, 9);
  });

  it('marks a guess as one, and says why', () => {
    const windowNote = 'a default';
    const listed = [
      { id: 'a', contextWindow: 4096, windowFrom: 'guessed' as const, windowNote },
      { id: 'b', contextWindow: 4096 },
    ];
    const entries = entriesOf({ preset: UNKNOWN, listed });
    assert.equal(entries.get('a')?.description, 'My endpoint: 4K context (a guess: a default)');
    assert.equal(entries.get('a')?.context_window, 16_000, 'enough for the first request of Codex');
    assert.equal(entries.get('b')?.description, 'My endpoint: 4K context');
  });

  it('always includes the chosen model, models in configurations, and targets of mapped names', () => {
    const listed = [{ id: 'listed' }];
    const modelMap = { 'gpt-5.4': 'target', 'codex-relay': 'of-the-alias' };
    const entries = entriesOf({
      selected: 'chosen',
      listed,
      modelMap,
      alsoServed: ['named', 'codex-relay', ''],
    });
    assert.deepEqual(
      [...entries.keys()].sort(),
      ['chosen', 'codex-relay', 'gpt-5.4', 'listed', 'named', 'of-the-alias', 'target'].sort(),
    );
    assert.match(entries.get('codex-relay')?.description ?? '', /of-the-alias/);
  });

  it('uses the shipped models if the provider cannot be asked', () => {
    assert.ok(entriesOf({}).has('deepseek-flash'));
    assert.deepEqual([...entriesOf({ listed: [{ id: 'only' }] }).keys()], ['codex-relay', 'only']);
  });

  it('leaves out models that cannot work', () => {
    const listed = [{ id: 'embedder', unfit: true as const }, { id: 'good' }];
    assert.deepEqual([...entriesOf({ listed }).keys()], ['codex-relay', 'good']);
  });

  it('prefers the list to shipped data, and the user to both', () => {
    const listed = [{ id: 'deepseek-v4-pro', contextWindow: 500_000 }];
    assert.equal(entriesOf({ listed }).get('deepseek-v4-pro')?.context_window, 500_000);
    const overrides = { 'deepseek-v4-pro': { contextWindow: 64_000, images: true, efforts: ['low'] } };
    const entry = entriesOf({ listed, overrides }).get('deepseek-v4-pro');
    assert.deepEqual([entry?.context_window, entry?.input_modalities], [64_000, ['text', 'image']]);
    assert.deepEqual([efforts(entry), entry?.display_name], [['low'], 'DeepSeek V4 Pro']);
  });

  it('knows a model at a gateway by its name, with the most careful facts', () => {
    const entry = entriesOf({ preset: UNKNOWN, selected: 'Moonshotai/kimi-k3:free' }).get(
      'Moonshotai/kimi-k3:free',
    );
    assert.equal(entry?.context_window, 1_048_576);
  });

  it('is careful about a model that nobody knows, and says so', () => {
    const catalog = buildCatalog({ preset: UNKNOWN, selected: 'mystery', listed: [], instructions: '' });
    assert.deepEqual(catalog.guessed, ['mystery']);
    const entry = catalog.models.find(({ slug }) => slug === 'mystery');
    assert.deepEqual(
      [entry?.context_window, entry?.input_modalities, efforts(entry)],
      [128_000, ['text'], []],
    );
    assert.match(howToOverride(catalog.guessed), /mystery.*codex-relay\.overrides\.json/);
  });

  const REASONING: [what: string, input: Partial<CatalogInput>, model: string, expected: string[]][] = [
    ['those of model and dialect', {}, 'deepseek-v4-pro', ['high', 'xhigh']],
    ["the dialect's for a model that nobody knows", {}, 'new', ['low', 'high', 'xhigh']],
    ['none where the list says it does not reason', { listed: [{ id: 'a', reasons: false }] }, 'a', []],
    [
      'none where the dialect has no level',
      { preset: withProfile(DEEPSEEK, { effort: 'none' }) },
      'deepseek-v4-pro',
      [],
    ],
    ['no max where xhigh would not be understood', { preset: UNKNOWN }, 'deepseek-v4-pro', ['high']],
    ['none where tools fix it', { preset: withProfile(DEEPSEEK, { effortWithTools: 'none' }) }, 'new', []],
    ['no level that Codex lacks', { overrides: { a: { efforts: ['none', 'low', 'ultra'] } } }, 'a', ['low']],
  ];
  for (const [what, input, model, expected] of REASONING) {
    it(`offers reasoning levels: ${what}`, () => {
      assert.deepEqual(efforts(entriesOf({ selected: model, ...input }).get(model)), expected);
    });
  }

  it('offers the levels of the API that is spoken: beside tools, Chat Completions may have none', () => {
    const openai = PRESETS.find(({ profile }) => profile.id === 'openai');
    assert.ok(openai);
    const levels = (isOwn: boolean) => {
      const wires = { isOwn, wires: {}, profiles: {} };
      return efforts(entriesOf({ preset: openai, selected: 'gpt-5.5', wires }).get('gpt-5.5')) ?? [];
    };
    assert.deepEqual(levels(false), []);
    assert.ok(levels(true).includes('high'));
  });

  it('takes no images where the dialect sends none', () => {
    const preset = withProfile(DEEPSEEK, { userImages: 'note' });
    const entry = entriesOf({ preset, selected: 'deepseek-flash' }).get('deepseek-flash');
    assert.deepEqual(entry?.input_modalities, ['text']);
  });

  it('names the models of several upstreams by them, the active one first', () => {
    const others = [
      {
        id: 'gateway',
        preset: UNKNOWN,
        listed: [{ id: 'deepseek/deepseek-v4-pro', contextWindow: 1000 }, { id: 'b' }],
      },
    ];
    const entries = entriesOf({
      selected: 'deepseek-v4-pro',
      listed: [{ id: 'deepseek-v4-pro' }, { id: 'deepseek-flash' }],
      others,
      alsoServed: ['deepseek-flash', 'gateway/b'],
      modelMap: { 'gpt-5.4': 'gateway/b' },
    });
    assert.deepEqual(
      [...entries.keys()],
      [
        'codex-relay',
        'deepseek/deepseek-v4-pro',
        'deepseek-flash',
        'gateway/b',
        'gpt-5.4',
        'deepseek/deepseek-flash',
        'gateway/deepseek/deepseek-v4-pro',
      ],
    );
    const window = (slug: string) => entries.get(slug)?.context_window;
    assert.equal(window('deepseek/deepseek-v4-pro'), 1_000_000, 'of DeepSeek itself');
    assert.equal(window('gateway/deepseek/deepseek-v4-pro'), 1000, 'of the gateway');
    assert.match(entries.get('gateway/b')?.description ?? '', /^My endpoint: /);
    assert.equal(entries.get('gateway/b')?.display_name, 'gateway/b');
    assert.match(entries.get('codex-relay')?.description ?? '', /deepseek-v4-pro at DeepSeek/);
  });

  it('leaves out each upstream\u2019s last models first when not all fit', () => {
    const listed = (prefix: string) => Array.from({ length: 12 }, (_, at) => ({ id: `${prefix}${at}` }));
    const others = Array.from({ length: 9 }, (_, at) => ({
      id: `u${at}`,
      preset: UNKNOWN,
      listed: listed('m'),
    }));
    const entries = entriesOf({
      preset: UNKNOWN,
      listed: listed('a'),
      others,
      instructions: 'x'.repeat(20_000),
    });
    const ids = new Set([...entries.keys()].flatMap((slug) => /^u\d/.exec(slug)?.[0] ?? []));
    assert.equal(ids.size, 9, 'none is left out whole');
    assert.ok(entries.size < 60);
    const priorities = [...entries.values()].map(({ priority }) => priority);
    assert.deepEqual(priorities, [...priorities.keys()]);
  });

  const USED: [what: string, recent: [active: string[], other: string[]], slugs: string[]][] = [
    ['none', [[], []], ['d/a', 'd/b', 'd/c', 'g/x', 'g/y', 'g/z']],
    ['of the active upstream', [['c'], []], ['d/a', 'd/c', 'd/b', 'g/x', 'g/y', 'g/z']],
    ['of another', [[], ['z', 'x']], ['d/a', 'g/z', 'g/x', 'd/b', 'd/c', 'g/y']],
    ['of both', [['b'], ['y']], ['d/a', 'd/b', 'g/y', 'd/c', 'g/x', 'g/z']],
    ['the chosen one', [['a'], ['x']], ['d/a', 'g/x', 'd/b', 'd/c', 'g/y', 'g/z']],
    ['one that no list has', [[], ['typed']], ['d/a', 'g/typed', 'd/b', 'd/c', 'g/x', 'g/y', 'g/z']],
  ];
  for (const [what, [active, other], slugs] of USED) {
    it(`puts recently used models after the chosen one: ${what}`, () => {
      const listed = (...ids: string[]) => ids.map((id) => ({ id }));
      const others = [
        { id: 'g', preset: UNKNOWN, selected: 'x', listed: listed('x', 'y', 'z'), recent: other },
      ];
      const input = { id: 'd', preset: UNKNOWN, selected: 'a', listed: listed('a', 'b', 'c') };
      const entries = entriesOf({ ...input, recent: active, others });
      assert.deepEqual([...entries.keys()], ['codex-relay', ...slugs]);
    });
  }

  it('includes the five most recently used models of a long list', () => {
    const listed = Array.from({ length: 60 }, (_, at) => ({ id: `m${at}` }));
    const recent = ['m50', 'm40', 'm30', 'm20', 'm10', 'm5'];
    const entries = entriesOf({ preset: UNKNOWN, selected: 'm1', listed, recent });
    assert.deepEqual([...entries.keys()], ['codex-relay', 'm1', 'm50', 'm40', 'm30', 'm20', 'm10']);
  });

  it('puts known models before unknown ones', () => {
    const listed = [{ id: 'unheard-of' }, { id: 'deepseek-v4-pro' }, { id: 'other' }, { id: 'described' }];
    const entries = entriesOf({ preset: UNKNOWN, listed, overrides: { described: { contextWindow: 9000 } } });
    assert.deepEqual(
      [...entries.keys()],
      ['codex-relay', 'unheard-of', 'described', 'deepseek-v4-pro', 'other'],
      'the first fit one is chosen where nobody chose',
    );
  });

  it('lets the alias stand for the first fit model if none is chosen', () => {
    const listed = [
      { id: 'embedder', unfit: true as const },
      { id: 'good', contextWindow: 9000 },
    ];
    const alias = entriesOf({ preset: UNKNOWN, listed }).get('codex-relay');
    assert.match(alias?.description ?? '', /now good at My endpoint/);
    assert.equal(alias?.context_window, 9000);
  });

  it('includes only named or known models of a long list', () => {
    const listed = Array.from({ length: 300 }, (_, index) => ({ id: `vendor/m${index}` }));
    const { models, guessed } = buildCatalog({
      preset: UNKNOWN,
      selected: 'vendor/m299',
      listed: [...listed, { id: 'x/kimi-k3' }],
      modelMap: { 'gpt-5.4': 'vendor/m298' },
      alsoServed: ['vendor/m297'],
      overrides: { 'vendor/m296': { contextWindow: 1000 }, 'not/listed': { images: true } },
      instructions: '',
    });
    assert.deepEqual(
      models.map(({ slug }) => slug),
      ['codex-relay', 'vendor/m299', 'vendor/m297', 'vendor/m298', 'gpt-5.4', 'vendor/m296', 'x/kimi-k3'],
    );
    assert.deepEqual(guessed, ['vendor/m299', 'vendor/m297', 'vendor/m298']);
  });

  it('becomes a JSON file whose only key is `models`', () => {
    const catalog = buildCatalog({ preset: DEEPSEEK, listed: [], instructions: '' });
    assert.deepEqual(JSON.parse(catalogText(catalog)), { models: catalog.models });
  });
});

describe('the size of a catalog', () => {
  const bytesOf = (catalog: Catalog) => Buffer.byteLength(catalogText(catalog));

  it('is far below a megabyte for a gateway of 400 models', () => {
    const listed = Array.from({ length: 400 }, (_, index) => ({
      id: `vendor/m${index}`,
      contextWindow: 128_000,
    }));
    const instructions = 'Use "apply_patch".\n'.repeat(1_300);
    const catalog = buildCatalog({ preset: UNKNOWN, selected: 'vendor/m7', listed, instructions });
    assert.ok(bytesOf(catalog) < 100_000, `${bytesOf(catalog)} bytes`);
  });

  it('stays below a megabyte, whatever is listed, named or said, and the chosen model stays', () => {
    const id = fc.oneof(
      fc.constantFrom('kimi-k3', 'deepseek-v4-pro'),
      fc.string({ minLength: 1, maxLength: 60 }),
    );
    const ids = fc.oneof(fc.array(id, { maxLength: 30 }), fc.array(id, { minLength: 100, maxLength: 400 }));
    const prompt = fc
      .tuple(
        fc.constantFrom('word ', '"quoted"\n', 'é', '漢字', '\u0001'),
        fc.integer({ min: 0, max: 70_000 }),
      )
      .map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(ids, ids, prompt, (listed, named, installed) => {
        const catalog = buildCatalog({
          preset: UNKNOWN,
          selected: 'chosen',
          listed: listed.map((each) => ({ id: each })),
          alsoServed: named,
          modelMap: Object.fromEntries(named.map((each, index) => [`source-${index}`, each])),
          instructions: instructionsFrom(installed),
        });
        assert.ok(bytesOf(catalog) <= 1_000_000, `${bytesOf(catalog)} bytes`);
        const [alias, first] = catalog.models;
        assert.deepEqual(
          [alias?.slug, alias?.description.includes(first?.slug ?? '?')],
          ['codex-relay', true],
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('the catalogs of the shipped providers', () => {
  // The relay translates by each model's own profile, so a catalog made from the provider's alone would be wrong.
  for (const preset of PRESETS) {
    it(`${preset.profile.name}: each model offers the levels and the images that the relay sends`, () => {
      const { models } = buildCatalog({ preset, listed: [], instructions: '' });
      for (const entry of models.filter(({ slug }) => slug !== 'codex-relay')) {
        const profile = profileFor(preset, entry.slug);
        const facts = shippedFacts(preset.profile.id, entry.slug);
        const sent = (effort: string) => effortFor(effort, profile, true)?.level;
        const offered = entry.supported_reasoning_levels.map(({ effort }) => effort);
        assert.equal(
          new Set(offered.map(sent)).size,
          offered.length,
          `${entry.slug}: two levels mean the same`,
        );
        const known = (facts?.efforts ?? []).filter((effort) => sent(effort) === effort);
        // With xhigh in use there is no other name for max, which makes old releases refuse the whole catalog.
        const wanted = known.includes('xhigh') ? known.filter((effort) => effort !== 'max') : known;
        assert.deepEqual(offered.map(sent), wanted, entry.slug);
        const images = facts?.images === true && profile.userImages === 'send';
        assert.equal(entry.input_modalities.includes('image'), images, entry.slug);
      }
    });
  }

  it('offer levels for many models, and images for many', () => {
    const all = PRESETS.flatMap((preset) => buildCatalog({ preset, listed: [], instructions: '' }).models);
    assert.ok(all.filter((entry) => entry.supported_reasoning_levels.length > 0).length > 60);
    assert.ok(all.filter((entry) => entry.input_modalities.includes('image')).length > 60);
  });
});

describe('instructionsFrom', () => {
  const prompt = `You are a coding agent. ${'x'.repeat(1_000)}`;

  it("takes the installed Codex's own prompt", () => {
    assert.equal(instructionsFrom(prompt), prompt);
  });

  it('uses ours if there is none, or if it is implausible', () => {
    for (const other of [undefined, '', 'short', 'x'.repeat(300_000)]) {
      assert.equal(instructionsFrom(other), DEFAULT_INSTRUCTIONS);
    }
  });

  it('does not show apply_patch as a shell command', () => {
    const line = 'edit (NEVER try `applypatch`, only `apply_patch`): {"command":["apply_patch","*** Begin"]}';
    assert.equal(
      instructionsFrom(`${prompt}\n${line}\nnext`),
      `${prompt}\nedit (NEVER try \`applypatch\`, only \`apply_patch\`).\nnext`,
    );
  });
});

describe('parseOverrides', () => {
  it('reads every field', () => {
    const facts = { name: 'A', contextWindow: 1000, maxOutput: 10, images: true, efforts: ['low'] };
    assert.deepEqual(parseOverrides(JSON.stringify({ 'a/b': facts, c: {} })), { 'a/b': facts, c: {} });
    assert.deepEqual(parseOverrides('\ufeff{"c":{}}'), { c: {} }, 'with the mark of editors on Windows');
  });

  const BAD: [text: string, says: RegExp][] = [
    ['{', /codex-relay\.overrides\.json is not JSON: /],
    ['[]', /codex-relay\.overrides\.json: /],
    ['{"a":{"contextWindow":"1M"}}', /"a" > "contextWindow": /],
    ['{"a":{"contextWindow":-1}}', /"a" > "contextWindow": /],
    ['{"a":{"window":5}}', /"a": /],
  ];
  for (const [text, says] of BAD) {
    it(`refuses ${text}, and says where`, () => {
      const isPlaced = (error: unknown) => error instanceof CodexConfigError && says.test(error.message);
      assert.throws(() => parseOverrides(text), isPlaced);
    });
  }
});
