/** Finds the Chromium that draws VS Code's workbench in tests; on a Debian machine it may install it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const HOW =
  'No Chromium was found, which the VS Code tests need. Install it (Debian, Ubuntu: sudo apt-get install -y chromium), ' +
  'or set CHROMIUM_PATH to a Chromium or Chrome executable.';

/** Path of the executable. As root on Debian (a CI container), apt-get installs it. */
export function findChromium(log: (line: string) => void): string {
  const found = installed();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new Error(HOW);
  log('Installing chromium with apt-get (once) ...');
  apt(['update']);
  apt(['install', '-y', '--no-install-recommends', 'chromium']);
  const fresh = installed();
  if (fresh === undefined) throw new Error(HOW);
  return fresh;
}

function installed(): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  return [...(CHROMIUM_PATH ? [CHROMIUM_PATH] : []), ...PLACES].find((file) => existsSync(file));
}

function apt(args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${HOW}\napt-get ${args.join(' ')} failed:\n${stderr}`);
}
