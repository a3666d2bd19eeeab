/** From the installation to Codex in a terminal, without a dead end. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const KEY = 'sk-key-in-the-environment-0123456789';

describe('the first minute', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-minute-'));
  const programs = join(root, 'bin');
  let machine: Machine;
  let window: Workbench;

  before(async function () {
    this.timeout(120_000);
    for (const folder of ['project', 'another']) mkdirSync(join(root, folder));
    mkdirSync(programs);
    machine = await startMachine({
      vsix: vsix(),
      // Codex is not installed yet.
      env: {
        CODEX_HOME: join(root, 'codex-home'),
        PATH: [programs, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
        DEEPSEEK_API_KEY: KEY,
      },
      settings: {
        'codexRelay.port': await freePort(),
        'workbench.welcomePage.walkthroughs.openOnInstall': true,
        'workbench.colorTheme': 'Default Light Modern',
      },
    });
    window = await machine.openWindow(join(root, 'project'));
  });
  after(async () => {
    await machine?.close();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-first-minute'));
  });

  it('begins with the walkthrough, and a status item that says what to do', async () => {
    await window.waitStatus('Set up Codex Relay', 'circle-slash');
    await window.page.getByText('Choose a provider').first().waitFor();
    await window.screenshot(picture('first-minute'));
  });

  it('offers the next step after the demo was chosen, and says that Codex is missing', async () => {
    await window.page.getByText('Try the Demo').first().click();
    await window.waitStatus('Scripted demo', 'codex-relay-logo');
    await window.answerToast('Codex does not use it yet', 'Set up Codex');
    await window.row('Write').click();
    await window.toast('npm install -g @openai/codex').waitFor();
    await window.screenshot(picture('codex-missing'));
    await window.answerToast('npm install -g @openai/codex', 'Install Codex');
    // The terminal takes the focus once it is ready.
    await window.page.locator('.part.panel .xterm.focus').first().waitFor();
    assert.ok(existsSync(join(root, 'codex-home', 'codex-relay.config.toml')));
  });

  it('opens no terminal for a Codex that is not there', async () => {
    await window.run('Terminal: Kill All Terminals');
    await window.run('Codex Relay: Open Codex in Terminal');
    await window.toast('Codex was not found on the PATH').waitFor();
    await window.answerToast('Codex was not found on the PATH');
    assert.equal(await window.page.locator('.part.panel .terminal-wrapper').count(), 0);
  });

  it('opens Codex once it is installed', async () => {
    const codex = join(programs, 'codex');
    const started = join(root, 'started');
    writeFileSync(
      codex,
      `#!/bin/sh\n[ "$1" = --version ] && echo codex-cli 0.169.0 || echo "$@" > '${started}'\n`,
    );
    chmodSync(codex, 0o755);
    await window.run('Codex Relay: Open Codex in Terminal');
    await window.page.locator('.part.panel .terminal-wrapper').first().waitFor();
    while (!existsSync(started)) await window.page.waitForTimeout(100);
    assert.equal(readFileSync(started, 'utf8').trim(), '-p codex-relay');
  });

  it('says who answers Codex once Codex knows the relay', async () => {
    await window.run('Codex Relay: Select Provider');
    await window.find('Scripted demo (no model)');
    await window.page.locator('.part.statusbar').getByText('Codex now talks to Scripted demo').waitFor();
  });

  it('offers a key of the environment, and takes it when told to', async () => {
    await window.run('Codex Relay: Select Provider');
    await window.row('DeepSeek').filter({ hasText: 'key in DEEPSEEK_API_KEY' }).click();
    await window.row('Use the key in DEEPSEEK_API_KEY').click();
    // The provider cannot be asked from here: the key is kept untested with one more Enter.
    await window.inputMessage.filter({ hasText: 'Press Enter again' }).waitFor();
    assert.equal(await window.input.getAttribute('type'), 'password');
    await window.page.keyboard.press('Enter');
    await window.waitStatus('DeepSeek', 'codex-relay-logo');
  });

  it('opens the walkthrough only once', async () => {
    // A window of another folder: one that is reloaded brings back the pages that were open in it.
    const another = await machine.openWindow(join(root, 'another'));
    await another.statusItem.filter({ hasText: 'DeepSeek' }).waitFor();
    assert.equal(await another.page.getByText('Choose a provider').count(), 0);
  });
});
