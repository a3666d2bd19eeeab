/** Many providers at once in the extension host: what is served, shown, written for Codex, and used as a stand-in. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { freePort } from '../../support/ports.ts';
import {
  errorReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { activateExtension, type Extension, reached, set, takeMessages, until } from './extension-parts.ts';

const KEYS = { alpha: 'sk-alpha-0123456789', second: 'sk-alpha-second-012345', beta: 'sk-beta-0123456789' };
const LM_STUDIO = 1234;

describe('many providers in the extension host', () => {
  let extension: Extension;
  let alpha: ScriptedUpstream;
  let beta: ScriptedUpstream;
  let codexHome: string;
  /** Keys that alpha refuses. */
  const refused = new Set<string>();

  before(async () => {
    codexHome = mkdtempSync(join(tmpdir(), 'codex-relay-many-'));
    process.env['CODEX_HOME'] = codexHome;
    extension = await activateExtension();
    const OK = streamReply(textChunks('Hello.'));
    alpha = await startScriptedUpstream(
      ({ headers }) =>
        refused.has(headers.authorization?.slice(7) ?? '') ? errorReply(401, 'Incorrect API key') : OK,
      ['alpha-large'],
    );
    beta = await startScriptedUpstream(() => OK, ['beta-large', 'beta-small']);
    await set('codexRelay.port', await freePort());
    await set('codexRelay.customProviders', [
      { id: 'alpha', name: 'Alpha', baseUrl: alpha.url },
      { id: 'beta', name: 'Beta', baseUrl: beta.url },
    ]);
    await set('codexRelay.models', { alpha: 'alpha-large', beta: 'beta-large' });
    const { keys } = extension.parts.choices;
    await keys.set({ id: 'alpha', baseUrl: alpha.url }, KEYS.alpha);
    await set('codexRelay.provider', 'alpha');
    await extension.api.start();
    await reached(extension.api, ({ state, provider }) => state === 'running' && provider?.id === 'alpha');
  });
  after(async () => {
    await extension.api.stop();
    for (const name of ['provider', 'customProviders', 'models', 'port', 'fallbacks', 'roles'])
      await set(`codexRelay.${name}`, undefined);
    for (const id of ['alpha', 'beta']) await extension.parts.choices.keys.remove(id);
    await alpha.stop();
    await beta.stop();
    rmSync(codexHome, { recursive: true });
  });

  const ask = async (model: string) => {
    const token = await extension.parts.choices.keys.token();
    const reply = await fetch(`${extension.api.status.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'hello', stream: true }),
    });
    return reply.text();
  };
  const rows = () => {
    const view = extension.parts.targetsView;
    return view.getChildren().map((node) => {
      const { label, description } = view.getTreeItem(node);
      const below = view.getChildren(node).map((trouble) => view.getTreeItem(trouble).description);
      return { label, description, below };
    });
  };
  const served = () => extension.parts.controller.plan?.routing.upstreams.map(({ id }) => id) ?? [];
  const lastAt = (upstream: ScriptedUpstream) => upstream.chats.at(-1)?.headers.authorization;

  it('serves and shows the chosen one, and the next as soon as it has a key, without a restart', async () => {
    const relay = extension.parts.controller.served;
    assert.deepEqual(
      served().filter((id) => id === 'alpha' || id === 'beta'),
      ['alpha'],
    );
    await extension.parts.choices.keys.set({ id: 'beta', baseUrl: beta.url }, KEYS.beta);
    await until(() => served().includes('beta'));
    assert.match(await ask('beta/beta-small'), /response\.completed/);
    assert.equal(beta.chats.at(-1)?.body.model, 'beta-small');
    assert.equal(lastAt(beta), `Bearer ${KEYS.beta}`);
    await ask('codex-relay');
    assert.equal(lastAt(alpha), `Bearer ${KEYS.alpha}`);
    assert.equal(extension.parts.controller.served, relay);
    await until(() => rows().length >= 2);
    assert.deepEqual(
      rows().filter(({ label }) => label === 'Alpha' || label === 'Beta'),
      [
        { label: 'Alpha', description: 'active · fine · 1 key', below: [] },
        { label: 'Beta', description: 'fine · 1 key', below: [] },
      ],
    );
  });

  it('tries the second key when the first is refused, and says so', async () => {
    await extension.parts.choices.keys.add({ id: 'alpha', baseUrl: alpha.url }, KEYS.second);
    await until(() => JSON.stringify(extension.parts.controller.plan?.routing).includes(KEYS.second));
    refused.add(KEYS.alpha);
    assert.match(await ask('codex-relay'), /response\.completed/);
    assert.equal(lastAt(alpha), `Bearer ${KEYS.second}`);
    await until(() => rows()[0]?.below.length !== 0);
    const [row] = rows();
    assert.match(`${row?.description}`, /^active · waiting until .+ · 2 keys$/);
    assert.match(`${row?.below[0]}`, /^until .+: .*Incorrect API key/);
  });

  it('asks the stand-in when every key is refused, and reports what was passed over', async () => {
    refused.add(KEYS.second);
    await set('codexRelay.fallbacks', ['beta/beta-small', 'nobody/model']);
    await until(() => extension.parts.controller.plan?.routing.standIns.fallbacks['*'] !== undefined);
    await vscode.commands.executeCommand('codexRelay.resetTargets');
    assert.ok(rows().every(({ below }) => below.length === 0));
    assert.match(await ask('codex-relay'), /response\.completed/);
    assert.equal(beta.chats.at(-1)?.body.model, 'beta-small');
    const [report] = extension.parts.requests.reports;
    assert.deepEqual(
      report?.passedOver?.map(({ provider, code }) => [provider, code]),
      [
        ['Alpha', 'upstream_unauthorized'],
        ['Alpha', 'upstream_unauthorized'],
      ],
    );
    const uri = vscode.Uri.from({
      scheme: 'codex-relay-request',
      path: '/x.md',
      query: new URLSearchParams({ id: report?.id ?? '' }).toString(),
    });
    const details = extension.parts.view.provideTextDocumentContent(uri);
    assert.match(details, /Attempt 1 \| Alpha, alpha\\-large\\: key refused\\\. .*Incorrect API key/);
    refused.clear();
  });

  it('reports once, and logs, what a setting names in vain', async () => {
    const file = join(extension.parts.context.logUri.fsPath, 'Codex Relay.log');
    const text = () => readFileSync(file, 'utf8');
    await until(() => /codexRelay\.fallbacks: "nobody\/model"/.test(text()));
    const messages = takeMessages();
    try {
      await set('codexRelay.roles', { titel: 'beta/beta-small', title: 'beta/beta-small' });
      await until(() => messages.shown.length > 0);
      await set('codexRelay.fallbacks', ['beta/beta-small']);
      await extension.parts.upkeep.checkSettings();
      assert.equal(messages.shown.length, 1);
      assert.match(messages.shown[0] ?? '', /codexRelay\.roles: "titel" is no role/);
      assert.equal(extension.parts.controller.plan?.routing.standIns.roles.title, 'beta/beta-small');
    } finally {
      messages.restore();
    }
    assert.doesNotMatch(text(), /sk-(alpha|beta)/);
  });

  it('rewrites Codex’s catalog when another provider is chosen, and announces new models once', async () => {
    const { port } = extension.parts.choices.settings;
    const token = await extension.parts.choices.keys.token();
    const catalog = join(codexHome, 'codex-relay.models.json');
    writeFileSync(
      join(codexHome, 'codex-relay.config.toml'),
      `[model_providers.codex-relay]\nname = "Codex Relay"\nbase_url = "http://127.0.0.1:${port}/v1"\nexperimental_bearer_token = "${token}"\n`,
    );
    const entry = { slug: 'codex-relay', base_instructions: 'A prompt.' };
    writeFileSync(catalog, JSON.stringify({ models: [entry] }));
    const messages = takeMessages();
    try {
      await vscode.commands.executeCommand('codexRelay.selectProvider', 'beta');
      await until(() => readFileSync(catalog, 'utf8').includes('now beta-large at Beta'));
      const restarts = () => messages.shown.filter((message) => /Restart Codex/.test(message));
      await until(() => restarts().length > 0);
      assert.match(readFileSync(catalog, 'utf8'), /A prompt\./);
      for (const slug of ['alpha/alpha-large', 'beta/beta-large', 'beta/beta-small'])
        assert.ok(readFileSync(catalog, 'utf8').includes(`"slug": "${slug}"`), slug);
      await vscode.commands.executeCommand('codexRelay.selectProvider', 'alpha');
      await until(() => readFileSync(catalog, 'utf8').includes('now alpha-large at Alpha'));
      assert.equal(restarts().length, 1);
    } finally {
      messages.restore();
    }
  });

  it('offers once to update Codex’s files for another port', async () => {
    const messages = takeMessages();
    try {
      const port = await freePort();
      await set('codexRelay.port', port);
      await reached(extension.api, ({ url }) => url === `http://127.0.0.1:${port}`);
      await until(() => messages.shown.some((message) => /still uses the old one/.test(message)));
      await extension.parts.controller.restart();
      await extension.parts.codexCommands.offerUpdate();
      assert.equal(messages.shown.filter((message) => /still uses the old one/.test(message)).length, 1);
    } finally {
      messages.restore();
    }
  });

  it('adds a local server that answers when the picker opens', async function () {
    const local = createServer((_, response) =>
      response.end('{"object":"list","data":[{"id":"local-model"}]}'),
    );
    const isFree = await new Promise<boolean>((resolve) => {
      local.once('error', () => resolve(false));
      local.listen(LM_STUDIO, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) this.skip();
    try {
      await vscode.commands.executeCommand('codexRelay.selectProvider', 'alpha');
      await until(() => served().includes('lmstudio'));
    } finally {
      local.close();
      local.closeAllConnections();
    }
  });

  it('does not use the proxy for this machine', async () => {
    let asked = 0;
    const proxy: Server = createServer((_, response) => {
      asked += 1;
      response.writeHead(502).end();
    });
    proxy.on('connect', (_, socket) => {
      asked += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      for (const support of ['override', 'on']) {
        await set('http.proxySupport', support);
        await set('http.proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
        for (const host of ['127.0.0.1', 'localhost']) {
          const url = new URL(alpha.url);
          url.hostname = host;
          const options = { upstream: url.href, provider: 'openai-compatible', apiKey: KEYS.alpha };
          const listed = await extension.parts.launcher.listModels(options);
          assert.deepEqual(
            listed.map(({ id }) => id),
            ['alpha-large'],
          );
        }
      }
      assert.equal(asked, 0);
    } finally {
      await set('http.proxy', undefined);
      await set('http.proxySupport', undefined);
      proxy.close();
      proxy.closeAllConnections();
    }
  });
});
