/** The lists and boxes in which people choose: found by what they type, with what they need to know, and a way back. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

describe('pickers', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-pickers-'));
  let machine: Machine;
  let window: Workbench;
  let acme: ScriptedUpstream;

  before(async function () {
    this.timeout(120_000);
    mkdirSync(join(root, 'project'));
    acme = await startScriptedUpstream(
      () => streamReply(textChunks('Hello.')),
      ['plain-model', 'deepseek-v4-pro', 'gpt-oss-120b'],
    );
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: join(root, 'codex-home') },
      settings: {
        'codexRelay.port': await freePort(),
        'codexRelay.provider': 'acme',
        'codexRelay.models': { acme: 'gpt-oss-120b' },
        'codexRelay.customProviders': [{ id: 'acme', name: 'Acme', baseUrl: acme.url, needsKey: false }],
        'workbench.colorTheme': 'Default Dark Modern',
      },
    });
    window = await machine.openWindow(join(root, 'project'));
    await window.waitStatus('Acme', 'codex-relay-logo');
  });
  after(async () => {
    await machine?.close();
    await acme?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-pickers'));
  });

  const focused = () => window.quickInput.locator('.monaco-list-row.focused .label-name').first();
  const leave = async () => {
    await window.page.keyboard.press('Escape');
    await window.quickInput.waitFor({ state: 'hidden' });
  };
  const machineSettings = () =>
    readFileSync(join(machine.dataFolder.path, 'data', 'Machine', 'settings.json'), 'utf8');

  it('show the server that runs on this machine, and preselect the current provider', async () => {
    await window.run('Codex Relay: Select Provider');
    await window.row('Acme').filter({ hasText: 'running, 3 models' }).waitFor();
    assert.equal(await focused().textContent(), 'Acme');
    await window.page.getByText('Running on This Machine').first().waitFor();
    // What its model costs, or that nothing is paid by the token.
    await window.input.fill('DeepSeek');
    await window
      .row('DeepSeek')
      .filter({ hasText: / in, .* out per million/ })
      .waitFor();
    await window.input.fill('Z.ai Coding');
    await window.row('Z.ai Coding Plan (GLM)').filter({ hasText: '· plan' }).waitFor();
    await window.input.fill('');
    await window.page.getByText('Plans').first().waitFor();
    await window.screenshot(picture('providers-grouped'));
  });

  for (const [typed, label] of [
    ['google', 'Gemini'],
    ['local', 'Ollama'],
    ['claude', 'OpenRouter'],
    ['azure', 'Azure OpenAI'],
  ] as const) {
    it(`find ${label} by "${typed}"`, async () => {
      await window.input.fill(typed);
      await window.row(label).waitFor();
      assert.equal(await window.row('DeepSeek').count(), 0);
    });
  }

  it('go back from the key to the providers', async () => {
    await window.input.fill('deepseek');
    await window.choose('DeepSeek');
    await window.quickTitle.filter({ hasText: 'API Key of DeepSeek' }).waitFor();
    await window.quickInput.locator('[aria-label^="Back"]').click();
    await window.quickTitle.filter({ hasText: 'Select Provider' }).waitFor();
  });

  it('ask for Azure’s resource in two numbered steps', async () => {
    await window.input.fill('azure');
    await window.choose('Azure OpenAI');
    await window.enter('(1/2)', 'my company');
    await window.inputMessage.filter({ hasText: 'Enter the name of the resource' }).waitFor();
    await window.enter('(1/2)', 'my-company');
    await window.quickTitle.filter({ hasText: '(2/2)' }).waitFor();
    await window.inputMessage.filter({ hasText: 'my-company.openai.azure.com/openai/v1' }).waitFor();
    await window.page.keyboard.press('Enter');
    await window.quickTitle.filter({ hasText: 'API Key of Azure OpenAI' }).waitFor();
    assert.match(machineSettings(), /"dialect": "azure"/);
    await leave();
  });

  it('probe an endpoint, propose what it revealed, and go back step by step', async () => {
    await window.run('Codex Relay: Add Custom Provider');
    await window.enter('(1/4)', acme.url);
    await window.quickTitle.filter({ hasText: '(2/4)' }).waitFor();
    await window.inputMessage.filter({ hasText: acme.url }).waitFor();
    await window.enter('(2/4)', 'Probed');
    await window.quickTitle.filter({ hasText: '(3/4)' }).waitFor();
    await window.quickInput.locator('[aria-label^="Back"]').click();
    await window.quickTitle.filter({ hasText: '(2/4)' }).waitFor();
    assert.equal(await window.input.inputValue(), 'Probed');
    await window.page.keyboard.press('Enter');
    await window.row('OpenAI-compatible endpoint').click();
    await window.quickTitle.filter({ hasText: '(4/4)' }).waitFor();
    assert.equal(await focused().textContent(), 'It does not need a key');
    await window.screenshot(picture('probed'));
    await leave();
    assert.ok(!machineSettings().includes('Probed'));
  });

  it('show what is known of each model, and preselect the chosen one', async () => {
    await window.run('Codex Relay: Select Model');
    await window.row('deepseek-v4-pro').filter({ hasText: 'DeepSeek V4 Pro · 1M tokens · thinks' }).waitFor();
    assert.equal(await focused().textContent(), 'gpt-oss-120b');
    await window.screenshot(picture('models-known'));
    await window.choose('plain-model');
    await window.answerToast('Acme is ready, with plain-model');
    await window.run('Codex Relay: Select Model');
    await window.row('deepseek-v4-pro').waitFor();
    assert.deepEqual((await window.entries()).map(({ label }) => label).filter(Boolean), [
      'plain-model',
      'deepseek-v4-pro',
      'gpt-oss-120b',
    ]);
    await leave();
  });
});
