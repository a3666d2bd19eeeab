/** Typos in settings.json: marked where they stand, told in words, and mended with one click. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

describe('settings with typos', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-settings-'));
  let machine: Machine;
  let window: Workbench;

  before(async function () {
    this.timeout(120_000);
    mkdirSync(join(root, 'project'));
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: join(root, 'codex-home') },
      settings: {
        'codexRelay.port': await freePort(),
        'codexRelay.provider': 'dem',
        'codexRelay.customProviders': [
          { id: 'own', name: 'Own', baseUrl: 'http://127.0.0.1:9/v1', dialect: 'depseek' },
        ],
      },
    });
    window = await machine.openWindow(join(root, 'project'));
  });
  after(async () => {
    await machine?.close();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-settings'));
  });

  it('are marked in the file, and the providers of the user are known there', async () => {
    await window.toast('codexRelay.customProviders[0].dialect: there is no dialect "depseek"').waitFor();
    await window.screenshot(picture('settings-typo'));
    await window.page.keyboard.press('F1');
    await window.input.fill('>Open Remote Settings (JSON)');
    await window.quickInput.locator('.monaco-list-row').filter({ hasText: 'Remote Settings (JSON)' }).click();
    const lines = window.page.locator('.view-lines');
    await lines.getByText('"depseek"').first().waitFor();
    // The dialect by the manifest, the provider by the schema that knows the user's own.
    await window.page.locator('.squiggly-warning').nth(1).waitFor();
    await lines.getByText('"dem"').first().hover();
    await window.page.locator('.monaco-hover:visible').filter({ hasText: '"own"' }).first().waitFor();
    await window.page.screenshot({ path: picture('settings-marked') });
    // The hover stays while the pointer is over it.
    await window.page.mouse.move(1, 1);
    await window.page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  });

  it('are corrected with one click', async () => {
    await window.showNotifications();
    await window.answerToast(
      'codexRelay.provider: there is no provider "dem". Did you mean "demo"?',
      'Use "demo"',
    );
    await window.waitStatus('Scripted demo', 'codex-relay-logo');
  });
});
