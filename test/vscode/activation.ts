/**
 * What the extension costs VS Code, side by side with another commit's: both are packed by their own scripts, each in a
 * server of its own, and opened in turns, so that whatever else the machine does meets both.
 * `npm run activation -- 0d8f4d2` (and a number of rounds, by default 10) prints medians: the time that VS Code counts
 * as activation, what the host's own thread computes until the relay answers, and its heap afterwards.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/ports.ts';
import { cleanupAll, cleanupOnSignals, onCleanup } from './kit/cleanup.ts';
import { startMachine, type Workbench } from './kit/workbench.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_ROUNDS = 10;

const MEASURES = [
  'activation, ms',
  'CPU of the host until served, ms',
  'heap of the host, without garbage, MB',
  'heap of the host, after 10 requests of 1 MB, MB',
  'resident then, with all threads, MB',
] as const;

type Figures = Record<(typeof MEASURES)[number], number>;

interface Side {
  name: string;
  window: Workbench;
  /** One line of JSON for each time that the window was opened. */
  meter: string;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-activation-'));
  onCleanup(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The package of a commit, made by what it says itself; the locked dependencies of this checkout serve both. */
function pack(commit: string): string {
  const folder = makeFolder();
  const dependencies = join(folder, 'node_modules');
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), dependencies);
  // A lock file that looks newer than the dependencies would have them installed anew.
  utimesSync(join(folder, 'package-lock.json'), 0, 0);
  execFileSync('npm', ['run', 'package'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  // The link alone: what it leads to is this checkout's.
  unlinkSync(dependencies);
  return join(folder, 'codex-relay.vsix');
}

function packMeter(): string {
  const vsix = join(makeFolder(), 'meter.vsix');
  execFileSync(
    'vsce',
    ['package', '--skip-license', '--allow-star-activation', '--allow-missing-repository', '-o', vsix],
    {
      cwd: join(ROOT, 'test/vscode/meter'),
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return vsix;
}

/** A window with the extension of that package, and a provider: activation starts the relay. */
async function open(name: string, vsix: string, beside: string): Promise<Side> {
  const project = makeFolder();
  const meter = join(project, 'meter.jsonl');
  mkdirSync(join(project, 'codex-home'));
  const machine = await startMachine({
    vsix,
    beside,
    env: { CODEX_HOME: join(project, 'codex-home'), CODEX_RELAY_METER: meter },
    // All rows of the list of running extensions, the quickest of which stand at its end.
    screen: { width: 1280, height: 3000 },
    settings: { 'codexRelay.port': await freePort(), 'codexRelay.provider': 'demo' },
  });
  onCleanup(() => machine.close());
  const side = { name, window: await machine.openWindow(project), meter };
  await figuresOf(side, 0);
  return side;
}

/** Those of the window as it was opened for the n-th time. */
async function figuresOf({ window, meter }: Side, time: number): Promise<Figures> {
  // Icons of the status item have changed over time.
  await window.statusItem.filter({ hasText: 'Scripted demo' }).waitFor();
  let line: string | undefined;
  while (!line) {
    await wait(100);
    line = readFileSync(meter, { encoding: 'utf8', flag: 'a+' }).split('\n')[time];
  }
  const { cpuMs, heapMb, heapAfterWorkMb, residentMb, failure } = JSON.parse(line) as Record<string, number>;
  if (failure !== undefined) throw new Error(`the meter failed: ${failure}`);
  return {
    'activation, ms': Number.parseFloat((await window.activationTime()).replace(/^\D+/, '')),
    'CPU of the host until served, ms': cpuMs ?? Number.NaN,
    'heap of the host, without garbage, MB': heapMb ?? Number.NaN,
    'heap of the host, after 10 requests of 1 MB, MB': heapAfterWorkMb ?? Number.NaN,
    'resident then, with all threads, MB': residentMb ?? Number.NaN,
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

async function measure(commit: string, rounds: number): Promise<void> {
  const meter = packMeter();
  const sides: (Side & { figures: Figures[] })[] = [];
  for (const name of [commit, 'HEAD']) sides.push({ ...(await open(name, pack(name), meter)), figures: [] });
  for (let round = 1; round <= rounds; round++) {
    for (const side of sides) {
      await side.window.reload();
      side.figures.push(await figuresOf(side, round));
    }
  }
  for (const measure of MEASURES) {
    process.stdout.write(`${measure}\n`);
    for (const { name, figures } of sides) {
      const values = figures.map((figure) => figure[measure]);
      const all = values.map((value) => value.toFixed(1)).join(', ');
      process.stdout.write(`  ${name}: median ${median(values).toFixed(1)} of ${all}\n`);
    }
  }
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
