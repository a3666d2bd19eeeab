/**
 * What a person does and sees in VS Code's workbench (selectors of 1.139). Every wait ends with an error after
 * the page's timeout.
 */
import path from 'node:path';
import { errors, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { type Browser, openBrowser, type Screen } from './browser.ts';
import { findChromium } from './chromium.ts';
import { installServer } from './install-server.ts';
import {
  type DataFolder,
  makeDataFolder,
  runServerAction,
  startServer,
  type UserSettings,
  type VSCodeServer,
} from './server.ts';

const TIMEOUT_MS = 30_000;
/** Of one try among several. */
const MOMENT_MS = 1_500;

export interface Machine {
  dataFolder: DataFolder;
  server: VSCodeServer;
  browser: Browser;
  /** Opens one more window. */
  openWindow(folder: string | undefined): Promise<Workbench>;
  close(): Promise<void>;
}

export interface MachineOptions {
  /** Installed before the server starts. */
  vsix: string;
  /** The package of one more extension. */
  beside?: string;
  settings?: UserSettings;
  env?: Readonly<Record<string, string>>;
  screen?: Screen;
}

/** A machine with VS Code, this extension, and no window yet. */
export async function startMachine({
  vsix,
  beside,
  settings,
  env,
  screen,
}: MachineOptions): Promise<Machine> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const installed = installServer(log);
  const executable = findChromium(log);
  const dataFolder = makeDataFolder(settings);
  for (const file of beside === undefined ? [vsix] : [vsix, beside])
    await runServerAction(installed, dataFolder.path, ['--install-extension', file, '--force']);
  const server = await startServer({ installed, dataFolder: dataFolder.path, ...(env ? { env } : {}) });
  const browser = await openBrowser(executable, dataFolder.path, screen);
  const blank = browser.context.pages()[0];
  return {
    dataFolder,
    server,
    browser,
    openWindow: async (folder) => {
      const workbench = new Workbench(await browser.context.newPage());
      await workbench.open(addressOf(server, folder));
      await blank?.close();
      return workbench;
    },
    close: async () => {
      await browser.close();
      await server.stop();
      await dataFolder.remove();
    },
  };
}

function addressOf(server: VSCodeServer, folder: string | undefined): string {
  const query =
    folder === undefined ? 'ew=true' : new URLSearchParams({ folder: path.resolve(folder) }).toString();
  return `${server.origin}/?${query}`;
}

export interface PickEntry {
  label: string;
  description: string;
}

export class Workbench {
  readonly page: Page;
  readonly quickInput: Locator;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(TIMEOUT_MS);
    this.quickInput = page.locator('.quick-input-widget:visible');
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.#ready();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  /**
   * Leaves the page first, so that the workbench takes its leave of the server, which otherwise keeps the extension host
   * for a window that may come back.
   */
  async close(): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.close();
  }

  /** Drawn, and connected to the server. */
  async #ready(): Promise<void> {
    await this.page.locator('.part.statusbar [id="status.host"]').waitFor();
    await this.page.locator('.monaco-workbench .part.editor').waitFor();
  }

  // --- command palette, quick picks, input boxes

  /** Runs a command by its palette title, such as `Codex Relay: Start`. */
  async run(title: string): Promise<void> {
    // An earlier list or box may still be on its way out, and would take the palette with it.
    await this.quickInput.waitFor({ state: 'hidden' });
    const deadline = Date.now() + TIMEOUT_MS;
    while (!(await this.#offers(title)))
      if (Date.now() > deadline) throw new Error(`The command palette does not offer "${title}".`);
    await this.row(title).click();
    // What opens now may lie under the pointer, and would show a hover.
    await this.page.mouse.move(780, 520);
  }

  /** Whether the palette offers a command: its list may be filled before the extension's commands are there. */
  async #offers(title: string): Promise<boolean> {
    const input = this.quickInput.locator('input.input');
    // A page that is just being drawn takes the focus, which closes the palette again.
    if (!(await input.isVisible())) await this.page.keyboard.press('F1');
    if (!(await appears(input, MOMENT_MS))) return false;
    try {
      await input.fill('>', { timeout: MOMENT_MS });
      await input.fill(`>${title}`, { timeout: MOMENT_MS });
    } catch (error) {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    }
    return appears(this.row(title), MOMENT_MS);
  }

  /** The entry of the open quick pick with exactly this label. */
  row(label: string): Locator {
    const name = this.page.locator('.quick-input-list-rows .label-name').filter({ hasText: exactly(label) });
    return this.quickInput.locator('.quick-input-list .monaco-list-row').filter({ has: name }).first();
  }

  async choose(label: string): Promise<void> {
    await this.row(label).click();
  }

  /** Chooses from a list that is longer than its window: typed first. */
  async find(label: string): Promise<void> {
    // A list that is still being filled would take the text away again.
    await this.quickInput.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await this.input.fill(label);
    await this.choose(label);
  }

  /** Presses a button of an entry, by its tooltip. */
  async pressRowButton(label: string, tooltip: string): Promise<void> {
    await this.row(label).hover();
    await this.row(label).locator(`.quick-input-list-entry-action-bar [aria-label="${tooltip}"]`).click();
  }

  /** The entries that are scrolled into view. */
  async entries(): Promise<PickEntry[]> {
    const rows = this.quickInput.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    return Promise.all(
      (await rows.all()).map(async (row) => ({
        label: await textOf(row.locator('.label-name')),
        description: await textOf(row.locator('.quick-input-list-label .label-description')),
      })),
    );
  }

  get input(): Locator {
    return this.quickInput.locator('input.input');
  }

  /** The prompt, or the error, below an input box. */
  get inputMessage(): Locator {
    return this.quickInput.locator('.quick-input-message');
  }

  get quickTitle(): Locator {
    return this.quickInput.locator('.quick-input-title');
  }

  /** Types into the box with this in its title, and accepts it. The list before it may still be on its way out. */
  async enter(title: string, text: string): Promise<void> {
    await this.quickTitle.filter({ hasText: title }).waitFor();
    await this.input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  // --- status bar

  /** The item of this extension; waits for nothing by itself. */
  get statusItem(): Locator {
    return this.page.locator(
      '.part.statusbar .statusbar-item[id="codex-relay.codex-relay.codexRelay.status"]',
    );
  }

  /** Waits until the status item shows this text and icon, such as `DeepSeek` and `codex-relay-logo`. */
  async waitStatus(text: string, icon: string): Promise<void> {
    await this.statusItem
      .filter({ hasText: text })
      .filter({ has: this.page.locator(`.codicon-${icon}`) })
      .waitFor();
  }

  // --- notifications and dialogs

  /** A notification, in a corner or, once `showNotifications` was asked for, in the list of all of them. */
  toast(message: string | RegExp): Locator {
    return this.page
      .locator(':is(.notifications-toasts, .notifications-center) .notification-list-item')
      .filter({ hasText: message })
      .first();
  }

  /** Also those that were in their corner for so long that VS Code has put them away. */
  async showNotifications(): Promise<void> {
    await this.run('Notifications: Show Notifications');
    await this.page.locator('.notifications-center.visible').waitFor();
  }

  /** Presses the button of a notification; without one, dismisses it. */
  async answerToast(message: string | RegExp, button?: string): Promise<void> {
    const toast = this.toast(message);
    await toast.waitFor();
    await this.leaveHover();
    if (button === undefined) {
      await toast.hover();
      await toast.locator('.codicon-notifications-clear').click();
    } else {
      await toast
        .locator('.monaco-button')
        .filter({ hasText: exactly(button) })
        .click();
    }
    await toast.waitFor({ state: 'hidden' });
  }

  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  async answerDialog(button: string): Promise<void> {
    await this.dialog
      .locator('.dialog-buttons .monaco-button')
      .filter({ hasText: exactly(button) })
      .click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  // --- the rest

  /** The rows of the tree view that is open in the side bar. */
  get treeRows(): Locator {
    return this.page.locator('.part.sidebar .monaco-list-row');
  }

  /** The content of the webview shown. */
  webview(nth = 0): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .nth(nth)
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** The status item keeps its hover while it has the focus, on top of notifications. */
  async leaveHover(): Promise<void> {
    await this.page.evaluate(
      "document.activeElement?.closest('.part.statusbar') && document.activeElement.blur()",
    );
    await this.page.mouse.move(780, 330);
    await this.page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  }

  async screenshot(file: string): Promise<void> {
    await this.leaveHover();
    // Fades and late icons: a picture of what a person sees a moment later.
    await this.page.waitForTimeout(400);
    await this.page.screenshot({ path: file });
  }

  /** Activation time that VS Code measured, e.g. `Activation: 30ms`. */
  async activationTime(): Promise<string> {
    await this.run('Developer: Show Running Extensions');
    const row = this.page
      .locator('.runtime-extensions-editor .monaco-list-row')
      .filter({ hasText: 'Codex Relay' });
    await row.waitFor();
    return textOf(row.locator('.activation-time'));
  }
}

async function textOf(locator: Locator): Promise<string> {
  return (
    (
      await locator
        .first()
        .textContent({ timeout: 1000 })
        .catch(() => '')
    )?.trim() ?? ''
  );
}

/** Whether it is to be seen within this time, in ms. */
export function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
