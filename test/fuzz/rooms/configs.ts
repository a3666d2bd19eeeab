/** The user's configuration of Codex: what is not ours stays byte for byte, whatever the file says. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { addRelayKeys, relayProvider, removeRelayKeys, usesRelay } from '../../../src/codex/config-edit.ts';
import { CodexConfigError } from '../../../src/codex/errors.ts';
import { hideTokens } from '../../../src/codex/hide-tokens.ts';
import { findTraps } from '../../../src/codex/legacy-traps.ts';
import { type CodexTexts, namedModels, planRemoval, planWrite } from '../../../src/codex/plan.ts';
import { PROVIDER_NAME } from '../../../src/codex/relay-keys.ts';
import { parseToml, TomlFileError } from '../../../src/codex/toml-document.ts';
import { mutatedText } from '../mutate.ts';
import { assertUnpolluted, type Room } from '../room.ts';

const CORPUS = join(import.meta.dirname, '../../codex/corpus');
const TOKENS = [
  '\n[model_providers.codex-relay]\n',
  '\n[model_providers]\n',
  '\n[[model_providers]]\n',
  '\nmodel_provider = "codex-relay"\n',
  '\nmodel = "x"\n',
  'model_providers.codex-relay.name = "x"\n',
  'model_providers = {}\n',
  '# codex-relay saved model: model = "x"\n',
  '\n[__proto__]\npolluted = true\n',
  '\n[constructor.prototype]\npolluted = true\n',
  'experimental_bearer_token = "secret-secret"\n',
  '"""',
  "'''",
  ' = ',
  '#',
  '\ufeff',
  '\t',
];

export const configs: Room = {
  name: 'configs',
  shortRuns: 500,
  async open() {
    const names = readdirSync(CORPUS, { recursive: true }).map(String);
    const texts = names
      .filter((name) => name.endsWith('.toml'))
      .map((name) => readFileSync(join(CORPUS, name), 'utf8'));
    // A file read as UTF-8 holds no half characters.
    const file = mutatedText(texts, TOKENS).map((text) => text.toWellFormed());
    const property = fc.property(file, file, fc.integer({ min: 1, max: 65_535 }), (user, profile, port) => {
      for (const text of [user, profile]) assertEdits(text, port);
      assertPlans({
        'config.toml': user,
        'codex-relay.config.toml': profile,
        'codex-relay.models.json': '{}',
      });
      assertUnpolluted();
    });
    return { property, close: async () => {} };
  },
};

function assertEdits(text: string, port: number): void {
  assert.equal(typeof hideTokens(text), 'string');
  const written = refusedOr(() => addRelayKeys(text, { port, token: 'token' }));
  refusedOr(() => findTraps(text));
  if (written === undefined) return;
  assert.equal(relayProvider(written)?.['base_url'], `http://127.0.0.1:${port}/v1`);
  assert.equal(addRelayKeys(written, { port, token: 'token' }), written, 'once more changes nothing');
  // What looks like our own work is taken for it.
  if (
    usesRelay(text) ||
    text.includes('codex-relay saved') ||
    relayProvider(text)?.['name'] === PROVIDER_NAME
  )
    return;
  assert.equal(removeRelayKeys(written).text, text, 'the undo gives the file back');
}

function assertPlans(texts: CodexTexts): void {
  namedModels(texts);
  const config = { port: 4444, token: 'token' };
  for (const makeDefault of [true, false]) {
    const plan = refusedOr(() => planWrite(texts, { config, catalog: '{"models":[]}', makeDefault }));
    for (const { file, after } of plan?.changes ?? []) {
      if (file !== 'codex-relay.models.json' && after !== undefined) parseToml(after);
    }
  }
  refusedOr(() => planRemoval(texts));
}

/** Undefined if the file is refused, which needs an explanation. */
function refusedOr<T>(edit: () => T): T | undefined {
  try {
    return edit();
  } catch (error) {
    if (!(error instanceof TomlFileError || error instanceof CodexConfigError)) throw error;
    assert.match(error.message, /\S/);
    return undefined;
  }
}
