import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import Module from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { probePort } from '../../../src/extension/relay/port-owner.ts';
import { WORKSPACE_SETTINGS } from '../../../src/extension/workspace-choice.ts';
import { freePort } from '../../support/ports.ts';
import {
  errorReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  usageChunk,
} from '../../support/scripted-upstream.ts';
import { activateExtension, type Extension, reached, set } from './extension-parts.ts';

const KEY = 'sk-key-of-the-suite-0123456789';
const PROMPT = 'prompt-of-the-suite-9876543210';

describe('Codex Relay in the extension host', () => {
  let extension: Extension;
  let upstream: ScriptedUpstream;
  const nothingSet = [
    ...['provider', 'customProviders', 'models', 'port', 'autoStart', 'modelMap'],
    ...['upstreamExtraParams', 'dropUpstreamParams', 'heal'],
  ];

  /** Codex's home, with a configuration that its user broke. */
  const codexHome = mkdtempSync(join(tmpdir(), 'codex-relay-host-'));
  const unhandled: unknown[] = [];

  before(async () => {
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    process.env['CODEX_HOME'] = codexHome;
    writeFileSync(join(codexHome, 'config.toml'), 'model = = "gpt"\n');
    extension = await activateExtension();
    await set('codexRelay.port', await freePort());
    upstream = await startScriptedUpstream(
      ({ body }) =>
        body.model === 'broken'
          ? errorReply(402, 'Insufficient Balance')
          : streamReply(textChunks('Hello ', 'there.'), usageChunk(1200, 8)),
      ['acme-large', 'acme-small'],
    );
  });
  after(async () => {
    await extension.api.stop();
    for (const name of nothingSet) await set(`codexRelay.${name}`, undefined);
    await upstream.stop();
    rmSync(codexHome, { recursive: true });
  });

  const acme = (baseUrl = upstream.url) => [{ id: 'acme', name: 'Acme', baseUrl }];
  const ask = async (model: string) => {
    const { url } = extension.api.status;
    const token = await extension.parts.choices.keys.token();
    return fetch(`${url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: PROMPT, stream: true }),
    });
  };

  it('activates without loading the formats of Codex, or starting the relay', () => {
    const loaded = Object.keys(Reflect.get(Module, '_cache') as object);
    assert.ok(loaded.some((file) => file.endsWith('extension.cjs')));
    assert.ok(!loaded.some((file) => file.endsWith('codex.cjs')));
    assert.equal(extension.parts.controller.served, undefined);
    assert.equal(extension.api.apiVersion, 1);
    assert.deepEqual(extension.api.status, { state: 'stopped' });
  });

  it('registers every command that it declares', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    for (const { command } of extension.manifest.contributes.commands) assert.ok(known.has(command), command);
  });

  it('reads only the workspace’s choice from its settings, without changing the relay’s', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const file = join(folder.uri.fsPath, '.vscode', 'settings.json');
    mkdirSync(join(file, '..'), { recursive: true });
    const hostile = Object.keys(extension.manifest.contributes.configuration.properties).map((name) => [
      name,
      'x',
    ]);
    const changed = new Promise<void>((resolve) => {
      const listening = vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('editor.tabSize')) return;
        listening.dispose();
        resolve();
      });
    });
    writeFileSync(file, JSON.stringify({ ...Object.fromEntries(hostile), 'editor.tabSize': 7 }));
    await changed;
    assert.equal(extension.parts.choices.settings.provider, '');
    const read = vscode.workspace.getConfiguration();
    const names = Object.keys(extension.manifest.contributes.configuration.properties);
    assert.deepEqual(
      names.filter((name) => read.get(name) === 'x'),
      // They choose among what the user has set up, and only for the Codex of this workspace.
      WORKSPACE_SETTINGS.map((name) => `codexRelay.${name}`),
    );
  });

  it('runs with the demo, which needs no key', async () => {
    await vscode.commands.executeCommand('codexRelay.selectProvider', 'demo');
    const status = await reached(extension.api, ({ state }) => state === 'running');
    assert.equal(status.provider?.id, 'demo');
    const reply = await ask('codex-relay');
    assert.equal(reply.status, 200);
    assert.match(await reply.text(), /response\.completed/);
  });

  it('says in its log that it cannot read the configuration of Codex, and goes on', () => {
    const log = readFileSync(join(extension.parts.context.logUri.fsPath, 'Codex Relay.log'), 'utf8');
    assert.equal(log.match(/config\.toml/g)?.length, 1, log);
    assert.deepEqual(
      unhandled.map(String).filter((reason) => reason.includes('config.toml')),
      [],
    );
  });

  it('refuses clients without the token', async () => {
    const { url } = extension.api.status;
    assert.equal((await fetch(`${url}/v1/models`)).status, 401);
  });

  it('gives the token to terminals', async function () {
    this.timeout(30_000);
    const file = join(extension.parts.context.globalStorageUri.fsPath, 'terminal.txt');
    const terminal = vscode.window.createTerminal({ name: 'token', shellPath: '/bin/sh' });
    terminal.sendText(`printf %s "$CODEX_RELAY_TOKEN" > '${file}.part' && mv '${file}.part' '${file}'`);
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50));
    terminal.dispose();
    assert.equal(readFileSync(file, 'utf8'), await extension.parts.choices.keys.token());
  });

  it('waits for a key, and starts as soon as it is there', async () => {
    await set('codexRelay.customProviders', acme());
    await set('codexRelay.models', { acme: 'acme-large' });
    await set('codexRelay.provider', 'acme');
    await reached(extension.api, ({ state }) => state === 'needs-key');
    await extension.parts.choices.keys.set({ id: 'acme', baseUrl: upstream.url }, KEY);
    const status = await reached(extension.api, ({ state }) => state === 'running');
    assert.equal(status.provider?.name, 'Acme');
  });

  it('sends the key and the chosen model to the provider', async () => {
    await (await ask('codex-relay')).text();
    const [chat] = upstream.chats;
    assert.equal(chat?.headers.authorization, `Bearer ${KEY}`);
    assert.equal(chat?.body.model, 'acme-large');
  });

  it('lists the request with its tokens', () => {
    const [report] = extension.parts.requests.reports;
    assert.equal(report?.state, 'completed');
    assert.equal(report?.upstreamModel, 'acme-large');
    assert.equal(report?.usage?.inputTokens, 1200);
  });

  it('changes models and names without a restart', async () => {
    const { url } = extension.api.status;
    const served = extension.parts.controller.served;
    await set('codexRelay.models', { acme: 'acme-small' });
    await set('codexRelay.modelMap', { 'gpt-5.4': 'acme-large' });
    await extension.parts.controller.refresh();
    await (await ask('codex-relay')).text();
    await (await ask('gpt-5.4')).text();
    assert.deepEqual(
      upstream.chats.slice(-2).map(({ body }) => body.model),
      ['acme-small', 'acme-large'],
    );
    assert.equal(extension.parts.controller.served, served);
    assert.equal(extension.api.status.url, url);
  });

  it('sets and leaves out fields of requests without a restart, for the chosen provider and by name', async () => {
    const served = extension.parts.controller.served;
    await set('codexRelay.upstreamExtraParams', { top_k: 20, acme: { seed: 7 }, deepseek: { top_k: 1 } });
    await set('codexRelay.dropUpstreamParams', ['stream_options']);
    await extension.parts.controller.refresh();
    await (await ask('codex-relay')).text();
    const body = upstream.chats.at(-1)?.body;
    assert.deepEqual([body?.['top_k'], body?.['seed'], body && 'stream_options' in body], [20, 7, false]);
    assert.equal(extension.parts.controller.served, served);
    for (const name of ['upstreamExtraParams', 'dropUpstreamParams'])
      await set(`codexRelay.${name}`, undefined);
  });

  it('leaves tool calls in the text where the user wants that', async () => {
    await set('codexRelay.heal', false);
    await extension.parts.controller.refresh();
    const { plan } = extension.parts.controller;
    assert.equal(plan?.server.heal, false);
    await set('codexRelay.heal', undefined);
    await extension.parts.controller.refresh();
    assert.equal(extension.parts.controller.plan?.server.heal, true);
  });

  it('shows a failed request with its cause', async () => {
    await (await ask('acme/broken')).text();
    const [report] = extension.parts.requests.reports;
    assert.equal(report?.state, 'failed');
    assert.equal(report?.error?.code, 'insufficient_quota');
    await vscode.commands.executeCommand('codexRelay.showRequest', report?.id);
  });

  it('asks for the key again when the address moves to another host', async () => {
    await set('codexRelay.customProviders', acme('https://elsewhere.example/v1'));
    await reached(extension.api, ({ state }) => state === 'needs-key');
    await set('codexRelay.customProviders', acme());
    await reached(extension.api, ({ state }) => state === 'running');
  });

  it('moves to another port', async () => {
    const before = extension.parts.choices.settings.port;
    const port = await freePort();
    await set('codexRelay.port', port);
    await reached(extension.api, ({ url }) => url === `http://127.0.0.1:${port}`);
    const token = await extension.parts.choices.keys.token();
    assert.equal(await probePort(port, token), 'ours');
    assert.equal(await probePort(before, token), 'nobody');
  });

  it('names a foreign program on the port, leaves it alone, and starts when it is gone', async () => {
    const stranger = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    await set('codexRelay.port', port);
    await reached(extension.api, ({ state }) => state === 'error');
    const { state } = extension.parts.controller;
    assert.ok(state.kind === 'error' && state.problem.code === 'port-in-use');
    assert.equal(state.problem.owner, 'foreign');
    assert.match(state.problem.holder ?? '', /pid \d+/);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
    stranger.close();
    stranger.closeAllConnections();
    await reached(extension.api, (status) => status.state === 'running');
  });

  it('goes through the proxy that VS Code knows', async () => {
    const asked: string[] = [];
    // A plain http address is asked for as a whole; only https makes a tunnel of the proxy.
    const proxy = createServer(async (request, response) => {
      const { host, pathname } = new URL(request.url ?? '');
      asked.push(host);
      const reply = await fetch(new URL(pathname, upstream.url));
      response.end(await reply.text());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await set('http.proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    try {
      const token = await extension.parts.choices.keys.token();
      const hidden = { id: 'hidden', name: 'Hidden', baseUrl: 'http://provider.invalid/v1', needsKey: false };
      await set('codexRelay.customProviders', [...acme(), hidden]);
      await set('codexRelay.models', { acme: 'acme-small', hidden: 'm' });
      await vscode.commands.executeCommand('codexRelay.selectProvider', 'hidden');
      const headers = { authorization: `Bearer ${token}` };
      const reply = await fetch(`${extension.api.status.url}/v1/models`, { headers });
      assert.match(await reply.text(), /acme-large/);
      assert.deepEqual([...new Set(asked)], ['provider.invalid']);
    } finally {
      await set('http.proxy', undefined);
      proxy.close();
      proxy.closeAllConnections();
      await vscode.commands.executeCommand('codexRelay.selectProvider', 'acme');
    }
  });

  it('keeps history on disk in the storage of the workspace, outside the workspace', async () => {
    const storage = extension.parts.context.storageUri?.fsPath;
    assert.ok(storage);
    const sessions = join(storage, 'history', 'sessions');
    const records = () => readdirSync(sessions).map((name) => readFileSync(join(sessions, name), 'utf8'));
    assert.ok(records().some((text) => text.includes(PROMPT)));
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder && !storage.startsWith(folder.uri.fsPath));
    await extension.parts.controller.served?.clearHistory();
    assert.deepEqual(records(), []);
  });

  it('keeps history in memory when that is set', async () => {
    await set('codexRelay.history.store', 'memory');
    await extension.parts.controller.refresh();
    await (await ask('codex-relay')).text();
    const storage = extension.parts.context.storageUri?.fsPath ?? '';
    assert.deepEqual(readdirSync(join(storage, 'history', 'sessions')), []);
    await set('codexRelay.history.store', undefined);
    await extension.parts.controller.refresh();
  });

  it('stops and starts through its API', async () => {
    assert.equal((await extension.api.stop()).state, 'stopped');
    assert.equal((await extension.api.start()).state, 'running');
  });

  it('has written neither key nor prompt nor token into a log', async () => {
    const token = await extension.parts.choices.keys.token();
    const folder = join(extension.parts.context.logUri.fsPath, '..', '..');
    const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.log'),
    );
    assert.ok(logs.length > 0);
    const texts = logs.map((name) => readFileSync(join(folder, name), 'utf8'));
    assert.ok(texts.some((text) => text.includes('Running with Acme')));
    for (const secret of [KEY, PROMPT, token]) assert.ok(!texts.some((text) => text.includes(secret)));
  });
});
