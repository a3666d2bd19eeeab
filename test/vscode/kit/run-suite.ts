/** Runs a suite in the extension host of the VS Code server, and streams what it prints. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './browser.ts';
import { findChromium } from './chromium.ts';
import { installServer } from './install-server.ts';
import { makeDataFolder, startServer, type VSCodeServer } from './server.ts';

const TIMEOUT_MS = 180_000;

export interface Suite {
  /** Folders: the extension under test, and those that are installed beside it. */
  extensions: readonly [string, ...string[]];
  /** A CommonJS module that exports `run(): Promise<void>`. */
  tests: string;
  workspace: string;
}

/** Resolves with 0 or 1, the suite's result. @throws Error when server, browser or extension host ended before it */
export async function runSuite(suite: Suite, say: (line: string) => void): Promise<number> {
  const installed = installServer(say);
  const executable = findChromium(say);
  const data = makeDataFolder();
  const output = path.join(data.path, 'suite.log');
  const verdict = `${output}.verdict`;
  fs.writeFileSync(output, '');
  // The page's address has room for one extension under development.
  for (const folder of suite.extensions.slice(1)) {
    fs.cpSync(folder, path.join(data.path, 'extensions', path.basename(folder)), { recursive: true });
  }
  const server = await startServer({
    installed,
    dataFolder: data.path,
    // A built VS Code takes an extension from the page's address with this flag only.
    args: ['--enable-smoke-test-driver', '--disable-workspace-trust'],
    env: { CODEX_RELAY_SUITE: path.resolve(suite.tests), CODEX_RELAY_SUITE_LOG: output },
  });
  const { context } = await openBrowser(executable, data.path);
  const page = context.pages()[0] ?? (await context.newPage());
  const ended = Promise.withResolvers<number>();
  const fail = (why: string) => ended.reject(new Error(why));
  const timer = setTimeout(() => fail(`no result after ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
  void server.exited.then((why) => fail(`the VS Code server ${why}`));
  page.on('crash', () => fail('the page crashed'));
  // The workbench reports the result through these two.
  await page.exposeFunction('codeAutomationLog', () => undefined);
  await page.exposeFunction('codeAutomationExit', (code: number) => ended.resolve(code));
  const follow = followFile(output);
  try {
    await page.goto(addressOf(server, suite));
    const code = await ended.promise;
    // A host that was killed is reported as 0 too: only the suite's own verdict counts.
    if (!fs.existsSync(verdict)) throw new Error(`the extension host ended before the suite did (${code})`);
    return fs.readFileSync(verdict, 'utf8') === 'passed' && code === 0 ? 0 : 1;
  } catch (error) {
    say(`last lines of the server:\n${server.log().split('\n').slice(-25).join('\n')}`);
    throw error;
  } finally {
    clearTimeout(timer);
    follow.stop();
  }
}

function addressOf(server: VSCodeServer, { extensions: [extension], workspace }: Suite): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${encodeURI(path.resolve(file))}`;
  const harness = fileURLToPath(new URL('./suite-harness.cjs', import.meta.url));
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    // Each extension gets those that its manifest names; the one under test names none.
    ['enableProposedApi', ''],
    ['extensionTestsPath', remote(harness)],
  ];
  const query = new URLSearchParams({ folder: path.resolve(workspace), payload: JSON.stringify(payload) });
  return `${server.origin}/?${query}`;
}

/** Copies what is appended to a file to our own output. */
function followFile(file: string): { stop(): void } {
  const handle = fs.openSync(file, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  const copy = () => {
    for (let read = 0; ; ) {
      read = fs.readSync(handle, buffer, 0, buffer.length, null);
      if (read === 0) return;
      process.stdout.write(Buffer.from(buffer.subarray(0, read)));
    }
  };
  const ticker = setInterval(copy, 50);
  return {
    stop: () => {
      clearInterval(ticker);
      copy();
      fs.closeSync(handle);
    },
  };
}
