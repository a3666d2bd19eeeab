/** The commands that the other stories do not use, each from the palette alone, each saying what happened. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { type ScriptedUpstream, streamReply, textChunks } from '../../support/scripted-upstream.ts';
import { violationsIn } from '../kit/axe.ts';
import { pathWithCodex } from '../kit/fake-codex.ts';
import { startKeyedUpstream } from '../kit/keyed-upstream.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const KEY = 'sk-gamma-key-0123456789';
const SECOND_KEY = 'sk-gamma-second-key-0123456789';

describe('commands', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-commands-'));
  let machine: Machine;
  let window: Workbench;
  let gamma: ScriptedUpstream;
  /** Those that the provider takes. */
  const keys = new Set([KEY, SECOND_KEY]);

  before(async function () {
    this.timeout(120_000);
    mkdirSync(join(root, 'project'));
    gamma = await startKeyedUpstream(keys, () => streamReply(textChunks('OK')), ['gamma-1', 'gamma-2']);
    machine = await startMachine({
      vsix: vsix(),
      env: {
        CODEX_HOME: join(root, 'codex-home'),
        PATH: pathWithCodex(root),
      },
      settings: { 'codexRelay.port': await freePort(), 'workbench.colorTheme': 'Default High Contrast' },
    });
    window = await machine.openWindow(join(root, 'project'));
  });
  after(async () => {
    await machine?.close();
    await gamma?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-commands'));
  });

  it('Start, before a provider is chosen, offers to choose one', async () => {
    await window.run('Codex Relay: Start');
    await window.answerToast('no provider is chosen yet', 'Select Provider');
    await window.quickTitle.filter({ hasText: 'Select Provider' }).waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('Add Custom Provider asks for all it needs, and ends with a relay that runs', async () => {
    await window.run('Codex Relay: Add Custom Provider');
    await window.enter('(1/4)', 'not an address');
    await window.inputMessage.filter({ hasText: 'http or https address' }).waitFor();
    await window.enter('(1/4)', `${gamma.url}/chat/completions`);
    await window.inputMessage.filter({ hasText: 'Display name' }).waitFor();
    await window.enter('(2/4)', 'Gamma');
    await window.row('OpenAI-compatible endpoint').click();
    await window.row('It needs an API key').click();
    await window.enter('API Key of Gamma', KEY);
    await window.row('gamma-1').click();
    await window.waitStatus('Gamma', 'codex-relay-logo');
    await window.answerToast('Gamma is ready, with gamma-1. Codex does not use it yet.');
    const settings = readFileSync(join(machine.dataFolder.path, 'data', 'Machine', 'settings.json'), 'utf8');
    assert.match(settings, /"baseUrl": "http:\/\/127\.0\.0\.1:\d+\/v1"/);
    assert.ok(!settings.includes(KEY));
  });

  it('Test Connection gets an answer', async () => {
    await window.run('Codex Relay: Test Connection');
    await window.toast(/Gamma answers: gamma-1 in \d/).waitFor();
    await window.answerToast('Gamma answers');
  });

  it('Run Doctor shows what works and what does not, and offers what is missing', async () => {
    await window.run('Codex Relay: Run Doctor');
    const page = window.webview();
    await page.getByRole('heading', { name: 'Codex Relay: Doctor' }).waitFor();
    await page.getByRole('row', { name: /OK.*Short answer/ }).waitFor();
    await page.getByRole('row', { name: /Problem.*Configuration.*names the relay/ }).waitFor();
    const text = await page.locator('body').textContent();
    assert.ok(!text?.includes(KEY));
    assert.deepEqual(await violationsIn(page, '.markdown-body'), []);
    await window.screenshot(picture('doctor'));
    await window.answerToast('Configuration: nothing in');
    // Its questions stand among the requests.
    await window.run('Codex Relay: Clear History');
    await window.answerDialog('Clear');
    await window.run('View: Close All Editors');
  });

  it('Select Model changes the model that answers', async () => {
    await window.run('Codex Relay: Select Model');
    await window.row('gamma-2').click();
    // What was offered once is only said.
    const said = window.page.locator('.part.statusbar').getByText('Gamma is ready, with gamma-2');
    await said.waitFor();
    await window.run('Codex Relay: Test Connection');
    await window.answerToast('Gamma answers');
    assert.equal(gamma.chats.at(-1)?.body.model, 'gamma-2');
  });

  it('Restart comes back', async () => {
    await window.run('Codex Relay: Restart');
    await window.waitStatus('Gamma', 'codex-relay-logo');
  });

  it('Open Codex in Terminal sets Codex up first, with consent', async () => {
    await window.run('Codex Relay: Open Codex in Terminal');
    await window.row('Write').click();
    await window.page.locator('.part.panel .terminal-wrapper').first().waitFor();
    await window.answerToast('Codex is set up');
    assert.match(readFileSync(join(root, 'codex-home', 'codex-relay.config.toml'), 'utf8'), /codex-relay/);
    await window.screenshot(picture('terminal'));
  });

  it('Copy Debug Info tells nothing private', async () => {
    await window.run('Codex Relay: Copy Debug Info');
    await window.answerToast('Debug info is on the clipboard');
    const text = String(await window.page.evaluate('navigator.clipboard.readText()'));
    assert.match(text, /\| Provider \| custom \(openai-compatible\) \|/);
    for (const secret of [KEY, 'Gamma', 'gamma', root]) assert.ok(!text.includes(secret), secret);
  });

  it('Show Log shows it', async () => {
    await window.run('Codex Relay: Show Log');
    await window.page.locator('.part.panel .output-view').getByText('Running with Gamma').first().waitFor();
  });

  it('Set API Key replaces a key only with one that works', async () => {
    await window.run('Codex Relay: Set API Key');
    await window.row('Gamma').click();
    await window.enter('API Key of Gamma', 'sk-another-key');
    await window.inputMessage.filter({ hasText: 'Gamma refused the API key' }).waitFor();
    await window.page.keyboard.press('Escape');
    await window.waitStatus('Gamma', 'codex-relay-logo');
  });

  it('Add Another API Key takes one that works, which answers when the first is refused', async () => {
    await window.run('Codex Relay: Add Another API Key');
    await window.row('Gamma').click();
    await window.quickTitle.filter({ hasText: 'API Key of Gamma' }).waitFor();
    assert.equal(await window.input.getAttribute('type'), 'password');
    await window.enter('API Key of Gamma', 'sk-another-key');
    await window.inputMessage.filter({ hasText: 'Gamma refused the API key' }).waitFor();
    await window.enter('API Key of Gamma', SECOND_KEY);
    await window.answerToast('Gamma now has 2 API keys. The next is tried when one is refused.');
    await window.waitStatus('Gamma', 'codex-relay-logo');
    const settings = readFileSync(join(machine.dataFolder.path, 'data', 'Machine', 'settings.json'), 'utf8');
    assert.ok(!settings.includes('sk-gamma'));
    const keyOfLast = () => gamma.chats.at(-1)?.headers.authorization;
    const ask = async () => {
      const answered = gamma.chat(gamma.chats.length);
      await window.run('Codex Relay: Test Connection');
      await answered;
      await window.toast('Gamma answers').waitFor();
    };
    await ask();
    assert.equal(keyOfLast(), `Bearer ${KEY}`);
    keys.delete(KEY);
    await ask();
    assert.equal(keyOfLast(), `Bearer ${SECOND_KEY}`);
  });

  it('Remove API Key asks which of several is meant', async () => {
    await window.run('Codex Relay: Remove API Key');
    await window.row('Gamma').click();
    await window.row('Key 1').filter({ hasText: 'is used while it works' }).waitFor();
    await window.row('All 2 Keys').waitFor();
    await window.row('Key 1').click();
    await window.answerDialog('Remove');
    await window.answerToast('The API key of Gamma was removed');
    await window.waitStatus('Gamma', 'codex-relay-logo');
  });

  it('Remove API Key asks, and says what is missing now', async () => {
    await window.run('Codex Relay: Remove API Key');
    await window.row('Gamma').click();
    await window.answerDialog('Remove');
    await window.waitStatus('Gamma', 'key');
    await window.run('Codex Relay: Show Requests');
    await window.page.getByText('The chosen provider needs an API key').waitFor();
    await window.screenshot(picture('needs-key'));
  });

  it('Remove Custom Provider takes it out of the settings', async () => {
    await window.run('Codex Relay: Remove Custom Provider');
    await window.row('Gamma').click();
    await window.answerDialog('Remove');
    await window.waitStatus('Codex Relay', 'circle-slash');
    const settings = readFileSync(join(machine.dataFolder.path, 'data', 'Machine', 'settings.json'), 'utf8');
    assert.ok(!settings.includes('Gamma'));
  });
});
