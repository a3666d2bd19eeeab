/** The user's own Codex: whether it is installed, which release it is, and what it prints. */
import { spawn } from 'node:child_process';
import type { Environment } from '../../environment.ts';
import { codeOf } from '../../node-errors.ts';

/** What one run of Codex came to. */
export interface CodexOutput {
  /** Null if it was ended at its time limit or by a signal. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CodexCall {
  args: readonly string[];
  environment: Environment;
  cwd?: string;
  /** Ends Codex after this time, in ms. Default 10,000. */
  limitMs?: number;
  /** Ends it earlier. */
  signal?: AbortSignal;
}

/** Runs `codex` from the PATH; undefined if there is none. Arguments must not need quoting in a shell. */
export function runCodex(call: CodexCall): Promise<CodexOutput | undefined> {
  const { args, environment, cwd, limitMs = 10_000 } = call;
  const limit = AbortSignal.timeout(limitMs);
  const child = spawn('codex', args, {
    env: environment as NodeJS.ProcessEnv,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]),
    // npm installs `codex` on Windows as a .cmd file, which only a shell can run.
    shell: process.platform === 'win32',
    windowsHide: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'EACCES') resolve(undefined);
      else if (error.name !== 'AbortError') reject(error);
      // A `codex` that is a script may leave the real one running, which holds on to these.
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
    });
    child.once('close', (exitCode) => resolve({ exitCode, ...output }));
  });
}

/** Whether there is a `codex` on the PATH that starts. */
export async function isCodexInstalled(environment: Environment): Promise<boolean> {
  const output = await runCodex({ args: ['--version'], environment });
  // On Windows a shell is used, which ends with an exit code if there is no such command; a slow start ends without
  // one.
  return output !== undefined && (output.exitCode === 0 || output.exitCode === null);
}

export interface CodexRelease {
  /** As Codex prints it, e.g. `0.169.0`. */
  text: string;
  /** The part that counts: 169 for 0.169.0; infinite for 1.0 and later, which have all that any 0.x has. */
  minor: number;
}

/** The first release that reads a model catalog. */
export const OLDEST_CATALOG = 110;
/** The first release whose `-p` reads a profile file. */
export const OLDEST_PROFILE_FILE = 134;
/** The first release with `codex debug prompt-input`, which reads the whole configuration and asks nobody. */
export const OLDEST_DEBUG_PROMPT = 130;

/** Undefined if there is no Codex on the PATH or it does not tell. */
export async function codexRelease(environment: Environment): Promise<CodexRelease | undefined> {
  const output = await runCodex({ args: ['--version'], environment });
  const [text, major, minor] = /\b(\d+)\.(\d+)\.\d+\S*/.exec(output?.stdout ?? '') ?? [];
  if (text === undefined) return undefined;
  return { text, minor: Number(major) > 0 ? Number.POSITIVE_INFINITY : Number(minor) };
}
