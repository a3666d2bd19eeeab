import assert from 'node:assert/strict';
import { handWrittenConfig } from '../../src/codex/hand-written.ts';
import { parseToml } from '../../src/codex/toml-document.ts';
import { CATALOG_FILE } from '../../src/names.ts';

const WITH_CATALOG = `# For Codex's config.toml, above its first [table]:
model = "codex-relay"  # codex-relay: the model that is chosen in the relay
model_provider = "codex-relay"
model_catalog_json = "codex-relay.models.json"  # what Codex has to know of the models

# and anywhere below:
[model_providers.codex-relay]
name = "Codex Relay"  # any name but OpenAI
base_url = "http://127.0.0.1:4444/v1"  # the relay's port
wire_api = "responses"
supports_websockets = false
env_key = "CODEX_RELAY_TOKEN"  # the variable that holds the relay's token
`;

describe('handWrittenConfig', () => {
  it('explains each line in a comment', () => {
    assert.equal(handWrittenConfig({ port: 4444, needsToken: true, catalog: CATALOG_FILE }), WITH_CATALOG);
  });

  it('says if the relay takes WebSockets', () => {
    const text = handWrittenConfig({ port: 4444, needsToken: false, webSocket: true });
    assert.match(text, /^supports_websockets = true$/m);
  });

  it('is valid TOML without a catalog, too, and says what that means', () => {
    const text = handWrittenConfig({ port: 4446, needsToken: false, model: 'a/b', contextWindow: 65_536 });
    assert.match(text, /^# Without a model catalog Codex warns/m);
    const { model, model_context_window, model_providers } = parseToml(text);
    assert.deepEqual([model, model_context_window], ['a/b', 65_536]);
    const provider = (model_providers as Record<string, object>)['codex-relay'];
    assert.deepEqual(Object.keys(provider ?? {}), ['name', 'base_url', 'wire_api', 'supports_websockets']);
  });
});
