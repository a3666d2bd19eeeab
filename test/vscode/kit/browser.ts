/** Chromium on the workbench, with a profile inside the server's data folder. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { type Cleanup, onCleanup } from './cleanup.ts';

export interface Browser {
  context: BrowserContext;
  close: Cleanup;
}

export interface Screen {
  width: number;
  height: number;
  /** Pixels per unit. Default 1. */
  scale?: number;
}

export async function openBrowser(
  executablePath: string,
  dataFolder: string,
  { width, height, scale = 1 }: Screen = { width: 1280, height: 800 },
): Promise<Browser> {
  const profile = path.join(dataFolder, 'browser');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    // Nothing goes to $HOME.
    env: {
      ...process.env,
      XDG_CONFIG_HOME: path.join(profile, 'xdg-config'),
      XDG_CACHE_HOME: path.join(profile, 'xdg-cache'),
    },
    viewport: { width, height },
    deviceScaleFactor: scale,
    locale: 'en-US',
    reducedMotion: 'reduce',
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    permissions: ['clipboard-read', 'clipboard-write', 'notifications'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
    ],
  });
  await answerMintKey(context, path.join(dataFolder, 'secret-key'));
  return { context, close: onCleanup(() => context.close()) };
}

/**
 * The page encrypts extension secrets with a key of which the server gives half. code-server's own entry does
 * that, VS Code's server alone does not: without this, secrets would be gone after a reload.
 */
async function answerMintKey(context: BrowserContext, file: string): Promise<void> {
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(32), { mode: 0o600 });
  const bytes = JSON.stringify([...fs.readFileSync(file)]);
  await context.addInitScript(`
    const real = window.fetch;
    window.fetch = (input, init) =>
      String(input?.url ?? input).endsWith('/mint-key')
        ? Promise.resolve(new Response(new Uint8Array(${bytes})))
        : real.call(window, input, init);
  `);
}
