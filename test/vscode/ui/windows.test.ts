/** Several windows and one port: who serves, who follows, and who takes over. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { pathWithCodex } from '../kit/fake-codex.ts';
import { startKeyedUpstream } from '../kit/keyed-upstream.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const KEY = 'sk-key-of-all-windows';

describe('several windows', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-windows-'));
  const home = join(root, 'codex-home');
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  let machine: Machine;
  let port: number;
  let local: ScriptedUpstream;
  let keyed: ScriptedUpstream;
  let [one, two, three]: (Workbench | undefined)[] = [];

  before(async function () {
    this.timeout(120_000);
    port = await freePort();
    local = await startScriptedUpstream(() => streamReply(textChunks('Hello.')), ['local-model']);
    keyed = await startKeyedUpstream(KEY, () => streamReply(textChunks('With a key.')), ['keyed-model']);
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: home, PATH: pathWithCodex(root) },
      settings: {
        'codexRelay.port': port,
        'codexRelay.provider': 'demo',
        'codexRelay.models': { local: 'local-model', keyed: 'keyed-model' },
        'codexRelay.customProviders': [
          { id: 'local', name: 'Local', baseUrl: local.url, needsKey: false },
          { id: 'keyed', name: 'Keyed', baseUrl: keyed.url },
        ],
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
        'workbench.colorTheme': 'Default Dark Modern',
      },
    });
  });
  const stranger = createServer((_request, response) => response.end('hello'));
  after(async () => {
    stranger.close();
    stranger.closeAllConnections();
    await machine?.close();
    await local?.stop();
    await keyed?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    for (const [name, window] of Object.entries({ one, two, three }))
      await window?.screenshot(picture(`failed-window-${name}`));
  });

  const ask = async () => {
    const token = /experimental_bearer_token = "(.*)"/.exec(
      readFileSync(join(home, 'codex-relay.config.toml'), 'utf8'),
    )?.[1];
    const reply = await fetch(`http://127.0.0.1:${port}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'codex-relay', input: 'Hello?' }),
    });
    return { status: reply.status, text: await reply.text() };
  };
  const histories = () => {
    const storage = join(machine.dataFolder.path, 'data', 'User', 'workspaceStorage');
    const names = existsSync(storage) ? readdirSync(storage, { recursive: true, encoding: 'utf8' }) : [];
    return names.filter((name) => name.endsWith(join('codex-relay.codex-relay', 'history')));
  };

  it('starts by itself with the demo', async () => {
    one = await machine.openWindow(folder('one'));
    await one.waitStatus('Scripted demo', 'codex-relay-logo');
    await one.run('Codex Relay: Generate Codex Config');
    await one.choose('Write');
    await one.answerToast('Codex is set up');
    assert.equal((await ask()).status, 200);
  });

  it('keeps history in memory until the workspace is trusted', async () => {
    assert.ok(one);
    assert.deepEqual(histories(), []);
    await one.run('Workspaces: Manage Workspace Trust');
    await one.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .click();
    await one.page.locator('.workspace-trust-editor.trusted').waitFor();
    await one.waitStatus('Scripted demo', 'codex-relay-logo');
    while (histories().length === 0) await one.page.waitForTimeout(50);
    await one.run('View: Close All Editors');
  });

  it('attaches a second window to the first', async () => {
    two = await machine.openWindow(folder('two'));
    await two.waitStatus('Scripted demo', 'link');
    assert.equal((await ask()).status, 200);
    await two.run('Codex Relay: Show Requests');
    await two.treeRows.filter({ hasText: 'demo' }).first().waitFor();
    await two.screenshot(picture('attached'));
  });

  it('switches the provider for all from the attached window', async () => {
    assert.ok(one && two);
    await two.statusItem.locator('a').first().click();
    await two.choose('Local');
    await two.waitStatus('Local', 'link');
    await one.waitStatus('Local', 'codex-relay-logo');
    assert.match((await ask()).text, /Hello\./);
    assert.equal(local.chats.length, 1);
  });

  it('lets the second window take over when the first closes', async () => {
    assert.ok(one && two);
    await one.close();
    one = undefined;
    await two.waitStatus('Local', 'codex-relay-logo');
    assert.equal((await ask()).status, 200);
  });

  it('stops in every window, and starts again from any', async () => {
    assert.ok(two);
    three = await machine.openWindow(folder('three'));
    await three.waitStatus('Local', 'link');
    await three.run('Codex Relay: Stop');
    await two.waitStatus('Local', 'circle-slash');
    await three.waitStatus('Local', 'circle-slash');
    await assert.rejects(ask());
    await three.run('Codex Relay: Start');
    await three.waitStatus('Local', 'codex-relay-logo');
    await two.waitStatus('Local', 'link');
    assert.equal((await ask()).status, 200);
  });

  it('clears the history of the window that serves from another', async () => {
    assert.ok(two && three);
    await two.run('Codex Relay: Clear History');
    await two.answerDialog('Clear');
    await two.toast('was cleared').waitFor();
    await three.run('Codex Relay: Show Requests');
    await three.page.getByText('No requests yet').waitFor();
    await three.screenshot(picture('no-requests'));
  });

  it('serves with a key that was pasted in an attached window', async () => {
    assert.ok(two && three);
    await two.statusItem.locator('a').first().click();
    await two.choose('Keyed');
    await two.enter('API Key of Keyed', KEY);
    // In a browser the other window does not see the new secret: then the one that has it takes over.
    await two.waitStatus('Keyed', 'codex-relay-logo');
    await three.waitStatus('Keyed', 'link');
    assert.match((await ask()).text, /With a key\./);
    await two.statusItem.locator('a').first().click();
    await two.choose('Local');
    await three.waitStatus('Local', 'link');
  });

  it('names a foreign program on the port, and moves only with consent', async () => {
    assert.ok(two && three);
    await three.run('Codex Relay: Stop');
    await two.waitStatus('Local', 'circle-slash');
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    await two.run('Codex Relay: Start');
    await two.waitStatus('Local', 'error');
    await two.toast('in use by another program').waitFor();
    await two.screenshot(picture('port-taken'));
    await two.answerToast('in use by another program', 'Use Another Port');
    await two.row('Write').click();
    await two.toast('Codex is set up').waitFor();
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
    port = Number(
      /127\.0\.0\.1:(\d+)/.exec(readFileSync(join(home, 'codex-relay.config.toml'), 'utf8'))?.[1],
    );
    assert.notEqual(port, (stranger.address() as AddressInfo).port);
    assert.equal((await ask()).status, 200);
  });
});
