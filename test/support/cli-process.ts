/** Runs the built `codex-relay` as a user does: another process, arguments, environment, signals. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Nobody's home: a relay that runs keeps Codex's catalog and its own state there. */
const HOME = mkdtempSync(join(tmpdir(), 'codex-relay-home-'));
process.once('exit', () => rmSync(HOME, { recursive: true, force: true }));

const CLI = join(import.meta.dirname, '../../dist/cli.js');

export interface CliOptions {
  /** Apart from PATH, the whole environment of the process. */
  environment?: Readonly<Record<string, string>>;
  /** Working directory. Default: that of the test. */
  directory?: string;
}

export interface CliResult {
  /** Exit code; null when a signal ended the process. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  /** What it has written to stderr so far. */
  readonly stderr: string;
  /** Resolves with the match when stderr matches, now or later; rejects when the process ends before. */
  logged(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<CliResult>;
}

/** Starts it and waits until it has ended. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** Starts a relay on a port that the system chooses; resolves with its address when it listens. */
export async function startRelayCli(
  args: readonly string[],
  options?: CliOptions,
): Promise<{ cli: RunningCli; url: string }> {
  const cli = startCli(['--port', '0', ...args], options);
  const [, url] = await cli.logged(/listens on (http:\/\/127\.0\.0\.1:\d+)/);
  return { cli, url: url ?? assert.fail('no address') };
}

const children = new Set<ChildProcess>();

/** Ends what a failed test left running. */
export function killLeftovers(): void {
  for (const child of children) child.kill('SIGKILL');
}

function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  assert.ok(existsSync(CLI), 'dist/cli.js is missing: run npm run build');
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env['PATH'], HOME, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.directory && { cwd: options.directory }),
  });
  children.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      children.delete(child);
      resolve({ code, ...output });
    });
  });
  return {
    get stderr() {
      return output.stderr;
    },
    logged: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.stderr);
          if (match) resolve(match);
        };
        child.stderr.on('data', look);
        look();
        ended.then(() => reject(new Error(`ended without ${pattern}:\n${output.stderr}`)), reject);
      }),
    signal: (name) => void child.kill(name),
    ended,
  };
}
