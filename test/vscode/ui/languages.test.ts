/** The extension in other languages than English: the workbench is told to speak them, and it in turn the extension. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

type Texts = Readonly<Record<string, string>>;
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Texts;

for (const language of ['zh-cn', 'de']) {
  describe(`in the language ${language}`, function () {
    this.bail(true);
    const root = mkdtempSync(join(tmpdir(), 'codex-relay-language-'));
    const said = read(`l10n/bundle.l10n.${language}.json`);
    const titles = read(`package.nls.${language}.json`);
    let machine: Machine;
    let window: Workbench;

    before(async function () {
      this.timeout(120_000);
      mkdirSync(join(root, 'project'));
      machine = await startMachine({
        vsix: vsix(),
        env: { CODEX_HOME: join(root, 'codex-home') },
        settings: { 'codexRelay.port': await freePort() },
      });
      // What a language pack would set; VS Code's own texts stay English without one.
      await machine.browser.context.addInitScript(
        `Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => '${language}', set() {} })`,
      );
      window = await machine.openWindow(join(root, 'project'));
    });
    after(async () => {
      await machine?.close();
      rmSync(root, { recursive: true, force: true });
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await window?.screenshot(picture(`failed-${language}`));
    });

    it('says what to do first', async () => {
      await window.waitStatus(said['Set up Codex Relay'] ?? '', 'circle-slash');
    });

    it('lists the providers', async () => {
      await window.statusItem.locator('a').first().click();
      await window.quickTitle.filter({ hasText: said['Codex Relay: Select Provider'] ?? '' }).waitFor();
      await window
        .row('DeepSeek')
        .filter({ hasText: said['needs a key'] ?? '' })
        .waitFor();
      await window.screenshot(picture(`providers-${language}`));
      await window.find('Scripted demo (no model)');
      const ready = (said['{0} is ready, with {1}. Codex does not use it yet.'] ?? '')
        .replace('{0}', 'Scripted demo (no model)')
        .replace('{1}', 'demo');
      await window.answerToast(ready);
    });

    it('offers its commands', async () => {
      await window.run(`Codex Relay: ${titles['command.showRequests']}`);
      const welcome = (titles['welcome.running'] ?? '').split('\n')[0] ?? '';
      await window.page.getByText(welcome).first().waitFor();
      await window.screenshot(picture(`requests-${language}`));
    });

    it('shows its usage page', async () => {
      await window.run(`Codex Relay: ${titles['command.showUsage']}`);
      const title = said['Usage of Codex Relay'] ?? '';
      await window.webview().getByRole('heading', { name: title }).waitFor();
      await window
        .webview()
        .getByRole('button', { name: said['Refresh'] ?? '' })
        .waitFor();
      await window.screenshot(picture(`usage-${language}`));
      await window.run('View: Close All Editors');
    });

    it('shows its walkthrough', async () => {
      await window.run('Welcome: Open Walkthrough...');
      await window.choose(titles['walkthrough.title'] ?? '');
      await window.page
        .getByText(titles['walkthrough.provider.title'] ?? '')
        .first()
        .waitFor();
      await window.screenshot(picture(`walkthrough-${language}`));
      assert.equal(await window.page.getByText('Choose a provider').count(), 0);
    });
  });
}
