/** The relay in `config.toml` while it runs, and Codex's own configuration while it does not. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isDefault, planGiveBack, planTakeAgain, readGivenBack } from '../../src/codex/give-back.ts';
import { type CodexTexts, type FileChange, planRemoval, planWrite } from '../../src/codex/plan.ts';
import type { RelayConfig } from '../../src/codex/relay-keys.ts';

const NOTHING: CodexTexts = {
  'codex-relay.models.json': undefined,
  'codex-relay.config.toml': undefined,
  'config.toml': undefined,
};
const RELAY = { port: 4444, token: 'local-token' };
const GIVEN = { model: 'codex-relay', webSocket: false };

function applied(texts: CodexTexts, changes: readonly FileChange[]): CodexTexts {
  return { ...texts, ...Object.fromEntries(changes.map(({ file, after }) => [file, after])) };
}

function madeDefault(user: string | undefined, config: RelayConfig = RELAY): CodexTexts {
  const texts = { ...NOTHING, 'config.toml': user };
  return applied(texts, planWrite(texts, { config, catalog: '{"models":[]}', makeDefault: true }).changes);
}

function givenBack(texts: CodexTexts): CodexTexts {
  const plan = planGiveBack(texts, RELAY);
  assert.ok(plan);
  return applied(texts, plan.changes);
}

const CORPUS = readdirSync('test/codex/corpus').filter((name) => name.endsWith('.toml'));

describe('planGiveBack', () => {
  for (const name of CORPUS) {
    const user = readFileSync(`test/codex/corpus/${name}`, 'utf8');
    it(`gives ${name} back byte for byte, and takes it again`, function () {
      let texts: CodexTexts;
      try {
        texts = madeDefault(user);
      } catch {
        // The relay is not written into every file of the corpus.
        return this.skip();
      }
      if (!isDefault(texts, RELAY)) return this.skip();
      const back = givenBack(texts);
      const removed = applied(texts, planRemoval(texts).changes);
      assert.equal(back['config.toml'], removed['config.toml']);
      assert.deepEqual(
        { ...back, 'config.toml': undefined },
        { ...texts, 'config.toml': undefined },
        'profile and catalog stay',
      );
      const again = applied(back, planTakeAgain(back, RELAY, GIVEN));
      assert.equal(again['config.toml'], texts['config.toml'], 'as if nothing had happened');
      assert.equal(givenBack(again)['config.toml'], back['config.toml']);
    });
  }

  it('keeps what the user changes in between, on either side', () => {
    const back = givenBack(madeDefault('model = "gpt-6"\n'));
    const edited = { ...back, 'config.toml': `${back['config.toml']}sandbox_mode = "read-only"\n` };
    const again = applied(edited, planTakeAgain(edited, RELAY, GIVEN));
    assert.match(again['config.toml'] ?? '', /^sandbox_mode = "read-only"$/m);
    assert.equal(givenBack(again)['config.toml'], 'model = "gpt-6"\nsandbox_mode = "read-only"\n');
  });

  for (const [name, added] of [
    ['a setting', 'request_max_retries = 3\n'],
    ['a table', '[model_providers.codex-relay.http_headers]\nx-team = "a"\n'],
  ] as const) {
    it(`puts the relay in again if the user added ${name} to the provider, whose token was removed`, () => {
      const written = madeDefault('model = "gpt-6"\n');
      const texts = { ...written, 'config.toml': `${written['config.toml']}${added}` };
      const back = givenBack(texts);
      assert.doesNotMatch(back['config.toml'] ?? '', /local-token/);
      for (const relay of [RELAY, { ...RELAY, port: 4445 }]) {
        const again = applied(back, planTakeAgain(back, relay, GIVEN));
        assert.ok(isDefault(again, relay), `port ${relay.port}`);
        assert.ok(again['config.toml']?.endsWith(added));
      }
      const again = applied(back, planTakeAgain(back, RELAY, GIVEN));
      assert.equal(givenBack(again)['config.toml'], back['config.toml']);
    });
  }

  it('remembers the model that was chosen in Codex, and that it may keep a WebSocket', () => {
    const texts = madeDefault('model = "gpt-6"\n', { ...RELAY, webSocket: true });
    const chosen = {
      ...texts,
      'config.toml': texts['config.toml']?.replace('model = "codex-relay"', 'model = "kimi/kimi-k3"'),
    };
    const plan = planGiveBack(chosen, RELAY);
    assert.ok(plan);
    assert.deepEqual(plan.given, { model: 'kimi/kimi-k3', webSocket: true });
    const back = applied(chosen, plan.changes);
    assert.equal(back['config.toml'], 'model = "gpt-6"\n');
    assert.deepEqual(applied(back, planTakeAgain(back, RELAY, plan.given)), chosen);
  });

  for (const [whose, texts] of [
    ['a configuration without the relay', { ...NOTHING, 'config.toml': 'model = "gpt-6"\n' }],
    ['no configuration at all', NOTHING],
    ['the relay of another program', madeDefault('', { port: 4444, token: 'of-the-command-line' })],
    ['the relay on another port', madeDefault('', { port: 4445, token: 'local-token' })],
  ] as const)
    it(`does not touch ${whose}`, () => assert.equal(planGiveBack(texts, RELAY), undefined));

  it('says which line of a broken file is at fault, and changes nothing', () => {
    assert.throws(
      () => planGiveBack({ ...NOTHING, 'config.toml': 'a = 1\nb =\n' }, RELAY),
      /config\.toml, line 2/,
    );
  });
});

describe('planTakeAgain', () => {
  it('does nothing if the relay is the default already', () => {
    assert.deepEqual(planTakeAgain(madeDefault('a = 1\n'), RELAY, GIVEN), []);
  });

  it('does nothing if the catalog is gone, because Codex would not start', () => {
    const back = givenBack(madeDefault('a = 1\n'));
    assert.deepEqual(planTakeAgain({ ...back, 'codex-relay.models.json': undefined }, RELAY, GIVEN), []);
  });

  it('does nothing if another relay has taken its place', () => {
    for (const config of [{ port: 5555, token: 'other' }, { port: 5555 }, { port: 4444 }]) {
      const other = madeDefault('', config);
      assert.deepEqual(planTakeAgain(other, RELAY, GIVEN), []);
    }
  });
});

it('readGivenBack takes only what was written', () => {
  assert.deepEqual(readGivenBack('{"model":"x"}'), { model: 'x', webSocket: false });
  assert.deepEqual(readGivenBack('{"model":"x","webSocket":true}'), { model: 'x', webSocket: true });
  for (const text of ['', '{', '[]', '{"model":1}', 'null']) assert.equal(readGivenBack(text), undefined);
});
