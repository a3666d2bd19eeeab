/**
 * The proof in a real VS Code: the suite inside the extension host, then the packaged extension driven through
 * the workbench as a person does. `npm run test:vscode -- host` or `-- ui` runs one half.
 */
import { spawn } from 'node:child_process';
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { chooseHost } from './kit/choose-host.ts';
import { cleanupAll, cleanupOnSignals } from './kit/cleanup.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const SCRATCH = `${ROOT}/.vscode-test`;
const VSIX = `${SCRATCH}/codex-relay.vsix`;

/** The extension host may not strip types, and wants CommonJS: the suite is bundled for it. */
async function runHostSuite(): Promise<void> {
  const suite = `${SCRATCH}/suite`;
  rmSync(suite, { recursive: true, force: true });
  await build({
    entryPoints: [`${ROOT}/test/vscode/host/*.ts`],
    outdir: suite,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const host = await chooseHost();
  process.stderr.write(`VS Code host: ${host.description}\n`);
  const workspace = `${SCRATCH}/workspace`;
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  const code = await runTests({
    ...(host.executable === undefined ? {} : { vscodeExecutablePath: host.executable }),
    // The second one brings language models.
    extensionDevelopmentPath: [ROOT, `${ROOT}/test/vscode/models`],
    extensionTestsPath: `${suite}/index.cjs`,
    launchArgs: [workspace, '--disable-extensions'],
  });
  if (code !== 0) throw new Error(`the suite in the extension host ended with ${code}`);
}

async function runUiTests(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    process.stderr.write(
      'Skipped: the tests through the workbench need the VS Code server, known for linux-x64 only.\n',
    );
    return;
  }
  const page = ['--readme-path', 'dist/extension-README.md', '--no-rewrite-relative-links'];
  await run('vsce', ['package', ...page, '--allow-missing-repository', '-o', VSIX]);
  const files = globSync(['test/attack/browser/*.test.ts', 'test/vscode/ui/*.test.ts'], { cwd: ROOT }).sort();
  for (const file of files) await runUiFile(file);
}

const MOST_TRIES = 3;

/**
 * Each file in a process and on a machine of its own. One that fails is run again, whole: a browser, a server and an
 * extension host on a busy machine lose a click now and then, and a step cannot be repeated where the last try left it.
 * What failed first stays in the output.
 */
async function runUiFile(file: string, tries = 1): Promise<void> {
  try {
    await run('mocha', ['--config', 'test/vscode/.mocharc.json', '--spec', file], { CODEX_RELAY_VSIX: VSIX });
  } catch (error) {
    if (tries === MOST_TRIES) throw error;
    process.stderr.write(`${file} failed, and is run again on a new machine.\n`);
    await runUiFile(file, tries + 1);
  }
}

function run(tool: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } } as const;
    const child = spawn(`${ROOT}/node_modules/.bin/${tool}`, args, {
      ...options,
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${tool} ended with ${code}`))));
  });
}

cleanupOnSignals();
mkdirSync(SCRATCH, { recursive: true });
const [only] = process.argv.slice(2);
try {
  if (only !== 'ui') await runHostSuite();
  if (only !== 'host') await runUiTests();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await cleanupAll();
}
