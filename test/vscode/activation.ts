/**
 * How long VS Code takes to activate the extension, side by side with another commit's: both are packed by their own
 * scripts, each in a server of its own, and activated in turns, so that whatever else the machine does meets both.
 * `npm run activation -- 0d8f4d2` (and a number of rounds, by default 10) prints the medians.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanupAll, cleanupOnSignals, onCleanup } from './kit/cleanup.ts';
import { freePort } from './kit/server.ts';
import { startMachine, type Workbench } from './kit/workbench.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_ROUNDS = 10;

/** The package of a commit, made by what it says itself; the locked dependencies of this checkout serve both. */
function pack(commit: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-activation-'));
  const dependencies = join(folder, 'node_modules');
  onCleanup(async () => {
    // The link alone: what it leads to is this checkout's.
    unlinkSync(dependencies);
    rmSync(folder, { recursive: true, force: true });
  });
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), dependencies);
  // A lock file that looks newer than the dependencies would have them installed anew.
  utimesSync(join(folder, 'package-lock.json'), 0, 0);
  execFileSync('npm', ['run', 'package'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'codex-relay.vsix');
}

/** A window with the extension of that package, and a provider: activation starts the relay. */
async function open(vsix: string) {
  const project = mkdtempSync(join(tmpdir(), 'codex-relay-activation-'));
  onCleanup(async () => rmSync(project, { recursive: true, force: true }));
  mkdirSync(join(project, 'codex-home'));
  const machine = await startMachine({
    vsix,
    env: { CODEX_HOME: join(project, 'codex-home') },
    settings: { 'codexRelay.port': await freePort(), 'codexRelay.provider': 'demo' },
  });
  onCleanup(() => machine.close());
  const window = await machine.openWindow(project);
  await isServed(window);
  return window;
}

/** Icons of the status item have changed over time. */
function isServed(window: Workbench): Promise<void> {
  return window.statusItem.filter({ hasText: 'Scripted demo' }).waitFor();
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

async function measure(commit: string, rounds: number): Promise<void> {
  const sides = await Promise.all(
    [commit, 'HEAD'].map(async (name) => ({ name, window: await open(pack(name)), times: [] as number[] })),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { window, times } of sides) {
      await window.reload();
      await isServed(window);
      times.push(Number.parseFloat((await window.activationTime()).replace(/^\D+/, '')));
    }
  }
  for (const { name, times } of sides)
    process.stdout.write(`${name}: median ${median(times)} ms of ${times.join(', ')}\n`);
  process.stdout.write(`Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n`);
}

cleanupOnSignals();
const [commit, rounds] = process.argv.slice(2);
try {
  if (commit === undefined) throw new Error('Name the commit to compare with: npm run activation -- COMMIT');
  await measure(commit, rounds === undefined ? DEFAULT_ROUNDS : Number(rounds));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await cleanupAll();
}
