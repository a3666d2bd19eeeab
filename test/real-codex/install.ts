/**
 * Gets a pinned release of the real Codex: only the platform's own package of `@openai/codex`, fetched and
 * integrity-checked by npm, kept in a cache outside node_modules so that `npm ci` does not throw 400 MB away.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installOnce } from '../support/install-once.ts';

/** The newest release that this project is proven with. */
export const NEWEST = '0.171.0';

/** Every release that is tested, newest first: each differs from the next in what it sends or reads. */
export const RELEASES = [NEWEST, '0.169.0', '0.160.0', '0.145.0', '0.130.0', '0.110.0'] as const;

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

const EXECUTABLE = process.platform === 'win32' ? 'codex.exe' : 'codex';

/** Where releases are kept: `$CODEX_RELAY_TEST_CACHE`, else `~/.cache/codex-relay/codex`. */
export function codexCache(): string {
  const { CODEX_RELAY_TEST_CACHE } = process.env;
  return CODEX_RELAY_TEST_CACHE ?? join(homedir(), '.cache', 'codex-relay', 'codex');
}

/**
 * The path of the executable of release `version` (e.g. `0.171.0`), installed first when the cache lacks it.
 * Rejects with a sentence that says what to do where there is no such package or no network.
 */
export async function installCodex(version: string): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw new Error(`Codex has no build for ${platform}; the tests with the real Codex cannot run here.`);
  }
  const release = `${version}-${platform}`;
  const target = join(codexCache(), release);
  await installOnce(target, (folder) => {
    process.stderr.write(`Installing Codex ${release} into ${target} (once, 200 to 400 MB unpacked) ...\n`);
    return npmInstall(`@openai/codex@${release}`, folder);
  });
  const executable = await findExecutable(target);
  if (executable) return executable;
  throw new Error(`${target} holds no ${EXECUTABLE}. Remove that folder and run again.`);
}

async function npmInstall(name: string, prefix: string): Promise<void> {
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm is a .cmd file on Windows, which only a shell can run; nothing here needs quoting but the folder.
  const shell = process.platform === 'win32';
  const folder = shell ? `"${prefix}"` : prefix;
  try {
    await promisify(execFile)('npm', ['install', '--prefix', folder, ...options, name], { shell });
  } catch (error) {
    const { stderr = `${error}` } = error as { stderr?: string };
    throw new Error(
      `npm could not fetch ${name}, which the tests with the real Codex need. Connect to an npm registry once, ` +
        `or point CODEX_RELAY_TEST_CACHE to a folder that already holds it. npm said:\n` +
        stderr.trim().split('\n').slice(0, 4).join('\n'),
    );
  }
}

/** Releases keep the executable in `vendor/<triple>/bin` (0.169, 0.171) or `vendor/<triple>/codex` (0.130). */
async function findExecutable(installed: string): Promise<string | undefined> {
  const vendor = join(installed, 'node_modules', '@openai', 'codex', 'vendor');
  if (!existsSync(vendor)) return undefined;
  const triples = await readdir(vendor);
  return triples
    .flatMap((triple) => ['bin', 'codex'].map((folder) => join(vendor, triple, folder, EXECUTABLE)))
    .find((path) => existsSync(path));
}
