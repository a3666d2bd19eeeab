/** Twelve ways to fail, each with its cure one click away; and the status item, which shows trouble until it is over. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import {
  CUT,
  errorReply,
  type ScriptedReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const GOOD = streamReply(textChunks('Hello.'));
const REPLIES: Readonly<Record<string, ScriptedReply>> = {
  'm-401': errorReply(401, 'Incorrect API key provided', { code: 'invalid_api_key' }),
  'm-403': errorReply(403, 'This account has no access to the model with this key'),
  'm-402': errorReply(402, 'Insufficient Balance', { code: 'insufficient_quota' }),
  'm-404': errorReply(404, 'The model m-404 does not exist', { code: 'model_not_found' }),
  'm-400': errorReply(400, 'Field foo is not understood here'),
  'm-long': errorReply(400, 'maximum context length exceeded', { code: 'context_length_exceeded' }),
  'm-cut': streamReply(textChunks('Half an')[0] ?? '', CUT),
};

describe('cures', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-cures-'));
  const home = join(root, 'codex-home');
  let machine: Machine;
  let window: Workbench;
  let port: number;
  let acme: ScriptedUpstream;
  let isBusy = true;

  before(async function () {
    this.timeout(120_000);
    mkdirSync(join(root, 'project'));
    mkdirSync(join(root, 'bin'));
    port = await freePort();
    const ollamaPort = await freePort();
    writeFileSync(
      join(root, 'bin', 'ollama'),
      `#!${process.execPath}\nrequire('node:http').createServer((_, reply) => reply.end('{"data":[{"id":"qwen"}]}')).listen(${ollamaPort}, '127.0.0.1');\n`,
    );
    chmodSync(join(root, 'bin', 'ollama'), 0o755);
    acme = await startScriptedUpstream(
      ({ body: { model } }) => {
        if (model === 'm-429' && isBusy)
          return errorReply(429, 'Slow down', { headers: { 'retry-after': '18' } });
        return REPLIES[model] ?? GOOD;
      },
      ['good', 'm-429', ...Object.keys(REPLIES)],
    );
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: home, PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter) },
      settings: {
        'codexRelay.port': port,
        'codexRelay.provider': 'acme',
        'codexRelay.models': { acme: 'good', nowhere: 'm', local: 'qwen' },
        'codexRelay.customProviders': [
          { id: 'acme', name: 'Acme', baseUrl: acme.url, needsKey: false },
          { id: 'nowhere', name: 'Nowhere', baseUrl: 'https://provider.invalid/v1', needsKey: false },
          {
            id: 'local',
            name: 'Local Llama',
            baseUrl: `http://localhost:${ollamaPort}/v1`,
            dialect: 'ollama',
            needsKey: false,
          },
        ],
        'workbench.colorTheme': 'Default Light Modern',
      },
    });
    window = await machine.openWindow(join(root, 'project'));
    await window.waitStatus('Acme', 'codex-relay-logo');
    await window.run('Codex Relay: Generate Codex Config');
    await window.choose('Write');
    await window.page.locator('.notifications-toasts .notification-list-item').first().waitFor();
    await window.run('Notifications: Clear All Notifications');
  });
  after(async () => {
    await machine?.close();
    await acme?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  // VS Code shows only three messages within 800 ms, and real failures are slower.
  beforeEach(() => window.page.waitForTimeout(800));
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-cures'));
  });

  const token = () =>
    /experimental_bearer_token = "(.*)"/.exec(
      readFileSync(join(home, 'codex-relay.config.toml'), 'utf8'),
    )?.[1];
  /** A request like one of Codex; resolves with its text once it is over. */
  const ask = async (model: string, bearer = token()) => {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/responses`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
        'user-agent': 'codex_exec/0.169.0 (test)',
      },
      body: JSON.stringify({ model, input: 'Hello?' }),
    });
    return { status: reply.status, text: await reply.text() };
  };
  const leave = async () => {
    await window.page.keyboard.press('Escape');
    await window.quickInput.waitFor({ state: 'hidden' });
  };
  const clipboard = () => window.page.evaluate('navigator.clipboard.readText()').then(String);
  const use = async (name: string, icon: string) => {
    await window.run('Codex Relay: Select Provider');
    await window.find(name);
    await window.waitStatus(name, icon);
  };

  it('401, though no key was said to be needed: the key box of the provider', async () => {
    await ask('m-401');
    await window.answerToast('A request to Acme failed', 'Set API Key');
    await window.quickTitle.filter({ hasText: 'API Key of Acme' }).waitFor();
    await leave();
  });

  it('the status item shows the trouble, until the next success', async () => {
    await window.waitStatus('Acme', 'warning');
    assert.match((await window.statusItem.getAttribute('aria-label')) ?? '', /The last request failed/);
    await window.statusItem.hover();
    await window.page.locator('.monaco-hover:visible').filter({ hasText: 'Incorrect API key' }).waitFor();
    await window.screenshot(picture('trouble'));
    assert.equal((await ask('good')).status, 200);
    await window.waitStatus('Acme', 'codex-relay-logo');
  });

  it('403 after a 401 is shown, too', async () => {
    await ask('m-401');
    await window.answerToast('Incorrect API key');
    await ask('m-403');
    await window.answerToast('no access to the model', 'Set API Key');
    await window.quickTitle.filter({ hasText: 'API Key of Acme' }).waitFor();
    await leave();
  });

  it('402: another provider', async () => {
    await ask('m-402');
    await window.answerToast('Insufficient Balance', 'Select Another Provider');
    await window.quickTitle.filter({ hasText: 'Select Provider' }).waitFor();
    await leave();
  });

  it('404 of a model that was asked for by name: Select Model cures that name', async () => {
    assert.equal((await ask('m-404')).status, 404);
    await window.answerToast('m-404', 'Select Model');
    await window.find('good');
    await window.toast('Requests for m-404 are answered by good').waitFor();
    assert.equal((await ask('m-404')).status, 200);
    await window.answerToast('Requests for m-404');
  });

  it('400: a bug report without anything private', async () => {
    await ask('m-400');
    await window.answerToast('Field foo is not understood', 'Copy Bug Report');
    await window.answerToast('The bug report is on the clipboard');
    const text = await clipboard();
    assert.match(text, /\| Code \| invalid_prompt \|/);
    for (const secret of ['Acme', token() ?? '', acme.url]) assert.ok(!text.includes(secret), secret);
  });

  it('429: the wait is shown while it lasts, and can be ended', async () => {
    const answer = ask('m-429');
    await window.toast('Acme asks Codex to wait').waitFor();
    await window.waitStatus('Acme: 1', 'watch');
    await window.screenshot(picture('waiting'));
    isBusy = false;
    await window.answerToast('Acme asks Codex to wait', 'Try Now');
    assert.equal((await answer).status, 200);
    await window.waitStatus('Acme', 'codex-relay-logo');
  });

  it('a conversation that is too long: /compact, ready to paste', async () => {
    await ask('m-long');
    await window.answerToast('A request to Acme failed', 'Copy /compact');
    await window.answerToast('/compact is on the clipboard');
    assert.equal(await clipboard(), '/compact');
  });

  it('a stream that is cut: a test of the connection', async () => {
    await ask('m-cut');
    await window.answerToast('A request to Acme failed', 'Test Connection');
    await window.answerToast('Acme answers: good in');
  });

  it('a host that is not found: its address', async () => {
    await use('Nowhere', 'codex-relay-logo');
    await ask('codex-relay');
    await window.answerToast('A request to Nowhere failed', 'Edit Address');
    await window.page.locator('.settings-editor').first().waitFor();
    await window.run('View: Close All Editors');
  });

  it('a local server that is off: started, and told when it answers', async () => {
    await use('Local Llama', 'codex-relay-logo');
    await ask('codex-relay');
    await window.toast('Is it running?').waitFor();
    await window.screenshot(picture('local-off'));
    await window.answerToast('Is it running?', 'Start Local Llama');
    await window.answerToast('Local Llama answers now');
    await window.run('Terminal: Kill All Terminals');
  });

  it('a client with a wrong token: a message, a row, and the way to set Codex up', async () => {
    await use('Acme', 'warning');
    assert.equal((await ask('good', 'an-old-token')).status, 401);
    await window.run('Codex Relay: Show Requests');
    await window.treeRows.filter({ hasText: 'codex_exec' }).first().waitFor();
    await window.answerToast('A client was refused: codex_exec/0.169.0', 'Set up Codex');
    // The catalog follows the choices made above by itself: there may be something left to write, or nothing.
    await window.row('Write').or(window.toast('Codex is already set up')).first().waitFor();
    if (await window.row('Write').isVisible()) await window.choose('Cancel');
  });

  it('a kind of failure can be muted', async () => {
    await ask('m-402');
    await window.answerToast('Insufficient Balance', "Don't Show Again");
    const file = join(machine.dataFolder.path, 'data', 'Machine', 'settings.json');
    while (!readFileSync(file, 'utf8').includes('"quota"')) await window.page.waitForTimeout(50);
    assert.equal((await ask('good')).status, 200);
    await ask('m-402');
    await window.waitStatus('Acme', 'warning');
    assert.equal(await window.toast('Insufficient Balance').isVisible(), false);
  });
});
