/**
 * The pictures of README and walkthrough, taken from the real thing in a light, a dark and a high-contrast theme.
 * They go to .vscode-test/pictures to be looked at; with UPDATE_PICTURES=1 those that are published go to media/.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/ports.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const MEDIA = fileURLToPath(new URL('../../../media/walkthrough/', import.meta.url));
const SCREEN = { width: 720, height: 460, scale: 2 };
/** The window without its title, which names the browser's VS Code. */
const PART = { x: 0, y: 30, width: SCREEN.width, height: SCREEN.height - 30 };
const THEMES = [
  ['light', 'Light Modern'],
  ['dark', 'Dark Modern'],
  ['contrast', 'Dark High Contrast'],
] as const;

describe('pictures', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-gallery-'));
  let machine: Machine;
  let window: Workbench;

  before(async function () {
    this.timeout(120_000);
    mkdirSync(join(root, 'my-project'));
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: join(root, '.codex'), HOME: root },
      screen: SCREEN,
      settings: { 'codexRelay.port': await freePort(4444), 'workbench.sideBar.visible': false },
    });
    window = await machine.openWindow(join(root, 'my-project'));
    await window.run('View: Toggle Primary Side Bar Visibility');
    // The mark that VS Code draws into an empty editor is not ours to show.
    await window.page.addStyleTag({ content: '.editor-group-watermark { visibility: hidden; }' });
  });
  after(async () => {
    await machine?.close();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-gallery'));
  });

  const useTheme = async (theme: string) => {
    await window.run('Preferences: Color Theme');
    await window.find(theme);
    const kind = theme.includes('Contrast') ? 'hc-black' : theme.includes('Light') ? 'vs' : 'vs-dark';
    await window.page.locator(`.monaco-workbench.${kind}`).waitFor();
  };

  const take = async (step: string, theme: string) => {
    await window.page.waitForTimeout(400);
    const shot = await window.page.screenshot({ clip: PART });
    writeFileSync(picture(`${step}-${theme}`), shot);
    if (!process.env['UPDATE_PICTURES'] || theme === 'contrast') return;
    writeFileSync(join(MEDIA, `${step}-${theme}.webp`), await asWebp(shot));
  };
  /** Half the bytes of a PNG: the pictures are most of what the package weighs. */
  const asWebp = async (png: Buffer) => {
    const page = await machine.browser.context.newPage();
    const encoded = await page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', 0.8);
    })()`);
    await page.close();
    return Buffer.from(String(encoded).replace(/^.*,/, ''), 'base64');
  };

  for (const [name, theme] of THEMES) {
    it(`in the theme ${theme}`, async () => {
      await useTheme(theme);
      await window.run('Codex Relay: Select Provider');
      await window.row('DeepSeek').waitFor();
      await take('provider', name);

      await window.choose('DeepSeek');
      await window.quickTitle.filter({ hasText: 'API Key of DeepSeek' }).waitFor();
      await window.input.fill('sk-not-a-real-key-000');
      await take('key', name);
      await window.page.keyboard.press('Escape');

      await window.run('Codex Relay: Select Provider');
      await window.find('Scripted demo (no model)');
      await window.waitStatus('Scripted demo', 'codex-relay-logo');
      // Offered once, however often the provider is chosen.
      if (name === 'light') await window.toast('Codex does not use it yet').waitFor();
      await window.run('Notifications: Clear All Notifications');
      await window.statusItem.hover();
      const hover = window.page.locator('.monaco-hover:visible').filter({ hasText: 'Codex Config' });
      await hover.waitFor();
      await take('start', name);

      await window.run('Codex Relay: Generate Codex Config');
      await window.row('Make Default').waitFor();
      await take('codex', name);
      await window.choose('Cancel');
    });
  }

  it('of the walkthrough, with its own pictures', async () => {
    await useTheme('Dark Modern');
    await window.page.setViewportSize({ width: 1400, height: 800 });
    const loaded = window.page.waitForResponse((response) => response.url().includes('key-dark.webp'));
    await window.run('Welcome: Open Walkthrough...');
    await window.choose('Use Codex with any provider');
    await window.page.getByText('Add your key').first().click();
    assert.ok((await loaded).ok());
    await window.screenshot(picture('walkthrough-dark'));
  });
});
