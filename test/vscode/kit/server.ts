/** Starts the VS Code server, with a data folder of its own, and ends it with all that it started. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../support/ports.ts';
import { type Cleanup, onCleanup } from './cleanup.ts';
import type { InstalledServer } from './install-server.ts';

/** Machine-scoped like ours. */
const OPEN_ON_INSTALL = 'workbench.welcomePage.walkthroughs.openOnInstall';

/** No prompts, no updates, no network, no AI: nothing on screen but what the test is about. */
const QUIET_SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.editor.useModal': 'off',
  [OPEN_ON_INSTALL]: false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'window.commandCenter': false,
  'files.simpleDialog.enable': true,
};

export type UserSettings = Readonly<Record<string, unknown>>;

export interface DataFolder {
  path: string;
  settingsFile: string;
  remove: Cleanup;
}

/**
 * A fresh server data folder with these settings. Ours are machine-scoped: a window on a server takes those from
 * the server's settings, not from the user's.
 */
export function makeDataFolder(settings: UserSettings = {}): DataFolder {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'codex-relay-vscode-'));
  const isOurs = ([name]: [string, unknown]) => name.startsWith('codexRelay.') || name === OPEN_ON_INSTALL;
  const all = Object.entries({ ...QUIET_SETTINGS, ...settings });
  writeSettings(folder, 'Machine', all.filter(isOurs));
  const settingsFile = writeSettings(
    folder,
    'User',
    all.filter((entry) => !isOurs(entry)),
  );
  const remove = onCleanup(async () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return { path: folder, settingsFile, remove };
}

function writeSettings(folder: string, level: 'User' | 'Machine', settings: [string, unknown][]): string {
  const file = path.join(folder, 'data', level, 'settings.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(Object.fromEntries(settings), null, 2));
  return file;
}

export interface VSCodeServer {
  port: number;
  origin: string;
  pid: number;
  /** All lines that it printed. */
  log(): string;
  onLine(listener: (line: string) => void): void;
  /** Resolves with the reason when the process ends by itself or is stopped. */
  exited: Promise<string>;
  stop: Cleanup;
}

export interface ServerOptions {
  installed: InstalledServer;
  dataFolder: string;
  /** The same port keeps the browser's storage, where secrets lie. Default: any free one. */
  port?: number;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** Resolves once the server answers. */
export async function startServer(options: ServerOptions): Promise<VSCodeServer> {
  const { installed, dataFolder, args = [], env = {} } = options;
  const port = options.port ?? (await freePort());
  // Otherwise its sockets would be left in /tmp; the path must be short.
  const runFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'crv-'));
  const fixed = ['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'];
  const quiet = ['--accept-server-license-terms', '--telemetry-level', 'off', '--force-disable-user-env'];
  const child = spawn(
    installed.node,
    [installed.main, ...fixed, ...quiet, '--server-data-dir', dataFolder, ...args],
    // A process group of its own, so that the extension hosts end with it.
    {
      env: serverEnv({ XDG_RUNTIME_DIR: runFolder, ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const lines: string[] = [];
  const listeners: ((line: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    eachLine(stream, (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  let ended: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`exited with ${code ?? signal}`));
  }).then((why) => {
    ended = why;
    return why;
  });
  const signalGroup = (signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(-(child.pid ?? 0), signal);
    } catch {
      // The group is gone.
      return false;
    }
  };
  const stop = onCleanup(async () => {
    signalGroup('SIGTERM');
    const deadline = Date.now() + 5000;
    while (signalGroup(0) && Date.now() < deadline) await pause(50);
    signalGroup('SIGKILL');
    await exited;
    fs.rmSync(runFolder, { recursive: true, force: true });
  });
  const origin = `http://127.0.0.1:${port}`;
  while (!(await answers(`${origin}/version`))) {
    if (ended !== undefined) throw new Error(`The VS Code server ${ended}:\n${lines.slice(-20).join('\n')}`);
    await pause(50);
  }
  return {
    port,
    origin,
    pid: child.pid ?? 0,
    log: () => lines.join('\n'),
    onLine: (listener) => void listeners.push(listener),
    exited,
    stop,
  };
}

/** Runs one of the server's own actions, such as `--install-extension FILE`. */
export async function runServerAction(
  { node, main }: InstalledServer,
  dataFolder: string,
  action: readonly string[],
): Promise<string> {
  const args = [main, ...action, '--accept-server-license-terms', '--server-data-dir', dataFolder];
  const child = spawn(node, args, { env: serverEnv({}), stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) eachLine(stream, (line) => output.push(line));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${action.join(' ')} failed (exit ${code}):\n${output.join('\n')}`);
  return output.join('\n');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The test's environment without what a surrounding VS Code left in it, and without a gallery to look things up in. */
function serverEnv(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  const gallery = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' });
  return { ...Object.fromEntries(inherited), EXTENSIONS_GALLERY: gallery, ...more };
}

function eachLine(stream: NodeJS.ReadableStream, use: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) use(line);
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Not listening yet.
    return false;
  }
}
