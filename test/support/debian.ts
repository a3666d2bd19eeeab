/** Programs of Debian packages: used where they are, installed where the machine allows it. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
const tried = new Map<string, string | undefined>();

/** The program's path; undefined, with the reason printed, where it cannot be had. */
export function programOf(program: string, debianPackage: string): string | undefined {
  if (!tried.has(program)) tried.set(program, foundProgram(program) ?? install(program, debianPackage));
  return tried.get(program);
}

/** The program's path, if it is there. */
export function foundProgram(program: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Asking takes seconds, and what could not be had a moment ago is not there for the next run either. */
const ASK_AGAIN_MS = 3_600_000;

function install(program: string, debianPackage: string): string | undefined {
  const note = join(tmpdir(), `codex-relay-tests-without-${debianPackage}`);
  try {
    accessSync('/usr/bin/apt-get', constants.X_OK);
    accessSync('/var/lib/dpkg', constants.W_OK);
    const triedAt = statSync(note, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - triedAt < ASK_AGAIN_MS) throw new Error(`to try again now, remove ${note}`);
    writeFileSync(note, '');
    const options = { stdio: 'ignore', timeout: 120_000 } as const;
    // Nothing of the package is to run by itself: the tests start what they need.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    execFileSync('apt-get', ['update', '-q'], { ...options, env });
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', debianPackage], {
      ...options,
      env,
    });
    rmSync(note);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    process.stdout.write(`  skipped: there is no ${program} here, and it cannot be installed (${why})\n`);
    return undefined;
  }
  return foundProgram(program);
}
