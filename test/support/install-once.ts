/** Software that tests run beside us: pinned, fetched once, kept outside node_modules. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Makes the folder `target` by `fill`, unless it is there. It is filled beside its place and renamed, so that a broken
 * install is never taken for a whole one; a run beside this one may be faster, with the same bytes.
 */
export async function installOnce(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(`${target}.partial-`);
  try {
    await fill(scratch);
    await rename(scratch, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * The path of a Python whose environment, in `folder`, holds exactly these packages, e.g. `openai==3.57.0`.
 * Rejects with pip's last words.
 */
export async function pythonWith(folder: string, packages: readonly string[]): Promise<string> {
  await installOnce(folder, async (scratch) => {
    process.stderr.write(`Installing ${packages.join(', ')} into ${folder} (once) ...\n`);
    await run('python3', ['-m', 'venv', scratch]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    await run(pythonIn(scratch), ['-m', 'pip', 'install', ...quiet, ...packages], { timeout: 15 * 60_000 });
  });
  return pythonIn(folder);
}

function pythonIn(environment: string): string {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python');
}
