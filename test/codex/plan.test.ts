import assert from 'node:assert/strict';
import { CodexConfigError } from '../../src/codex/errors.ts';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import {
  CODEX_FILES,
  type CodexTexts,
  type FileChange,
  namedModels,
  planRemoval,
  planWrite,
} from '../../src/codex/plan.ts';

const NOTHING: CodexTexts = {
  'codex-relay.models.json': undefined,
  'codex-relay.config.toml': undefined,
  'config.toml': undefined,
};
const WANTED = { config: { port: 4444, token: 'local-token' }, catalog: '{"models":[]}\n' };

function applied(texts: CodexTexts, changes: readonly FileChange[]): CodexTexts {
  return { ...texts, ...Object.fromEntries(changes.map(({ file, after }) => [file, after])) };
}

function write(texts: CodexTexts, makeDefault = false, port = 4444): CodexTexts {
  return applied(
    texts,
    planWrite(texts, { ...WANTED, config: { ...WANTED.config, port }, makeDefault }).changes,
  );
}

describe('planWrite', () => {
  it('writes the catalog before the files that name it, and leaves config.toml alone', () => {
    const texts = { ...NOTHING, 'config.toml': 'model = "gpt-5.5"\n' };
    const { changes } = planWrite(texts, { ...WANTED, makeDefault: false });
    assert.deepEqual(
      changes.map(({ file }) => file),
      ['codex-relay.models.json', 'codex-relay.config.toml'],
    );
    assert.match(changes[1]?.after ?? '', /^# Written by Codex Relay\. Use it with: codex -p codex-relay$/m);
  });

  it('edits config.toml as well when the relay is to be the default', () => {
    assert.match(write(NOTHING, true)['config.toml'] ?? '', /^model_provider = "codex-relay"$/m);
  });

  it('keeps a config.toml that has the relay as default up to date', () => {
    const moved = write(write(NOTHING, true), false, 5555);
    assert.match(moved['config.toml'] ?? '', /127\.0\.0\.1:5555/);
  });

  it('does not touch a config.toml whose codex-relay provider the user wrote', () => {
    const user = 'model_provider = "codex-relay"\n[model_providers.codex-relay]\nname = "x"\n';
    assert.equal(write({ ...NOTHING, 'config.toml': user })['config.toml'], user);
  });

  it('changes nothing if everything is up to date', () => {
    const texts = write(NOTHING, true);
    assert.deepEqual(planWrite(texts, { ...WANTED, makeDefault: true }).changes, []);
  });

  it('keeps what the user added to the profile', () => {
    const texts = write(NOTHING);
    const mine = `approval_policy = "never"\n${texts['codex-relay.config.toml']}`;
    const moved = write({ ...texts, 'codex-relay.config.toml': mine }, false, 5555);
    assert.match(moved['codex-relay.config.toml'] ?? '', /^approval_policy = "never"$[\s\S]*5555/m);
  });

  it('reports settings that get in the way', () => {
    const texts = { ...NOTHING, 'config.toml': 'profile = "x"\n' };
    assert.deepEqual(
      planWrite(texts, { ...WANTED, makeDefault: false }).traps.map(({ line, weight }) => [line, weight]),
      [[1, 'stops']],
    );
  });

  for (const file of ['config.toml', 'codex-relay.config.toml'] as const) {
    it(`refuses when ${file} is broken, and names file and line`, () => {
      const texts = { ...NOTHING, [file]: 'a = 1\nb =\n' };
      const isNamed = (error: unknown) =>
        error instanceof CodexConfigError && error.message.startsWith(`${file}, line 2, column `);
      assert.throws(() => planWrite(texts, { ...WANTED, makeDefault: false }), isNamed);
      assert.throws(() => planRemoval(texts), isNamed);
    });
  }
});

describe('planRemoval', () => {
  it('undoes what planWrite did, the catalog last', () => {
    for (const makeDefault of [false, true]) {
      const user = { ...NOTHING, 'config.toml': '# mine\nmodel = "gpt-5.5"\n' };
      const texts = write(user, makeDefault);
      const { changes, kept } = planRemoval(texts);
      assert.deepEqual([applied(texts, changes), kept], [user, []]);
      assert.equal(changes.at(-1)?.file, CODEX_FILES[0]);
    }
  });

  it('removes a config.toml that it made', () => {
    const texts = write(NOTHING, true);
    assert.deepEqual(applied(texts, planRemoval(texts).changes), NOTHING);
  });

  describe('of a profile that is not ours alone', () => {
    const NOT_FOUND = /^model_provider = "codex-relay"$/m;
    const added = (text: string) => {
      const texts = write(NOTHING);
      return { ...texts, 'codex-relay.config.toml': `${texts['codex-relay.config.toml']}${text}` };
    };
    const ADDITIONS = [
      ['a setting of the user', '[features]\nweb_search = true\n'],
      ['what Codex wrote', '[tui.model_availability_nux]\n"gpt-6" = 1\n'],
      ['a trusted folder', '[projects."/home/me/work"]\ntrust_level = "trusted"\n'],
      ['a comment', '# mine\n'],
      ['lines that end otherwise', '[tui]\r\nanimations = false\r\n'],
    ] as const;

    for (const [name, addition] of ADDITIONS) {
      it(`keeps ${name}, and a provider that is not there, so that Codex says so`, () => {
        const texts = added(addition);
        const { changes, kept } = planRemoval(texts);
        const left = applied(texts, changes)['codex-relay.config.toml'] ?? '';
        assert.ok(left.endsWith(addition), left);
        assert.match(left, NOT_FOUND);
        assert.doesNotMatch(left, /model_providers|local-token|models\.json/);
        assert.match(kept.join(), /codex-relay\.config\.toml stays/);
      });

      it(`keeps ${name} when it is written and taken out again and again`, () => {
        const texts = added(addition);
        const once = applied(texts, planRemoval(texts).changes);
        assert.deepEqual(planRemoval(once).changes, []);
        const again = write(once);
        assert.equal(again['codex-relay.config.toml']?.match(/was taken out/g), null);
        assert.match(again['codex-relay.config.toml'] ?? '', /local-token/);
        assert.deepEqual(applied(again, planRemoval(again).changes), once);
      });
    }

    it('does not touch a provider that the user wrote', () => {
      const mine = { ...NOTHING, 'codex-relay.config.toml': 'model_provider = "mine"\n' };
      const written = write(mine);
      assert.deepEqual(applied(written, planRemoval(written).changes), mine);
    });

    it('does not touch a profile that never was ours', () => {
      const mine = { ...NOTHING, 'codex-relay.config.toml': '[tui]\nanimations = false\n' };
      assert.deepEqual(planRemoval(mine), { changes: [], kept: [] });
    });
  });

  it('removes the relay from the given files only', () => {
    const texts = write(NOTHING, true);
    const left = applied(texts, planRemoval(texts, ['codex-relay.config.toml']).changes);
    assert.deepEqual(left, { ...texts, 'codex-relay.config.toml': undefined });
    const other = applied(texts, planRemoval(texts, ['config.toml']).changes);
    assert.deepEqual(other, { ...texts, 'config.toml': undefined });
    assert.deepEqual(planRemoval(texts, []).changes, []);
  });

  for (const [where, text] of [
    ['under a full path', 'model_catalog_json = "/home/me/.codex/codex-relay.models.json"\n'],
    ['under a Windows path', "model_catalog_json = 'C:\\Users\\me\\.codex\\codex-relay.models.json'\n"],
    ['in a profile', '[profiles.relay]\nmodel_catalog_json = "codex-relay.models.json"\n'],
  ] as const) {
    it(`keeps a catalog that config.toml still names ${where}`, () => {
      const texts = { ...write(NOTHING), 'config.toml': text };
      const { changes, kept } = planRemoval(texts);
      const left = applied(texts, changes);
      assert.equal(left['codex-relay.models.json'], texts['codex-relay.models.json']);
      assert.equal(left['codex-relay.config.toml'], undefined);
      assert.deepEqual(kept, [
        'codex-relay.models.json stays: config.toml still names it, and Codex does not start without it.',
      ]);
    });
  }

  for (const catalog of ['codex-relay.models.json', '/home/me/.codex/codex-relay.models.json']) {
    it(`removes a hand-written configuration with its catalog ${catalog}`, () => {
      const byHand = handWrittenConfig({ port: 4444, catalog, needsToken: false });
      const texts = { ...write(NOTHING), 'config.toml': `# mine\n${byHand}` };
      const { changes, kept } = planRemoval(texts);
      const left = applied(texts, changes);
      assert.doesNotMatch(left['config.toml'] ?? '', /^(model|\[)/m, 'Codex would ask OpenAI for our models');
      assert.match(left['config.toml'] ?? '', /^# mine$/m);
      assert.deepEqual([left['codex-relay.models.json'], kept], [undefined, []]);
    });
  }

  it('has nothing to do if nothing was written', () => {
    assert.deepEqual(planRemoval(NOTHING), { changes: [], kept: [] });
  });
});

describe('namedModels', () => {
  it('returns the models of the files that use the relay, and of no others', () => {
    const texts = write(NOTHING, true);
    const chosen = {
      ...texts,
      'config.toml': texts['config.toml']?.replace('"codex-relay"', '"deepseek-v4-pro"'),
    };
    assert.deepEqual(namedModels(chosen), ['codex-relay', 'deepseek-v4-pro']);
    assert.deepEqual(namedModels({ ...NOTHING, 'config.toml': 'model = "gpt-5.5"\n' }), []);
    assert.deepEqual(namedModels({ ...NOTHING, 'config.toml': 'broken' }), []);
  });
});
