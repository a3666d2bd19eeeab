/**
 * `npm run fuzz -- [--only ROOM] [--seconds 60] [--runs 1000000] [--seed N] [--path P]` tries nearly right inputs of
 * all kinds until the time or the number of runs is up. A failure says how it can be repeated.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { Room } from './room.ts';
import { ROOMS } from './rooms.ts';

const SHOWN = 6000;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
  },
});
const seed = Number(values.seed);
const rooms = ROOMS.filter(({ name }) => values.only === undefined || name === values.only);
if (rooms.length === 0) throw new Error(`--only takes one of ${ROOMS.map(({ name }) => name).join(', ')}`);

say(`seed ${seed}`);
for (const room of rooms) await fuzz(room, (Number(values.seconds) * 1000) / rooms.length);

async function fuzz({ name, open }: Room, milliseconds: number): Promise<void> {
  const { property, close } = await open();
  const before = performance.now();
  const result = await fc.check(property as fc.IAsyncProperty<unknown>, {
    seed,
    numRuns: Number(values.runs),
    ...(values.path === undefined ? {} : { path: values.path, endOnFailure: true }),
    interruptAfterTimeLimit: milliseconds,
  });
  await close();
  const seconds = ((performance.now() - before) / 1000).toFixed(1);
  if (!result.failed || result.counterexamplePath === null) {
    say(`${name.padEnd(10)} ${result.numRuns} inputs in ${seconds} s: nothing found`);
    return;
  }
  process.exitCode = 1;
  say(`${name.padEnd(10)} FAILED after ${result.numRuns} inputs. To repeat it:`);
  say(`  npm run fuzz -- --only ${name} --seed ${seed} --path ${result.counterexamplePath}`);
  say(
    `${fc.stringify(result.counterexample).slice(0, SHOWN)}\n${String(result.errorInstance).slice(0, SHOWN)}`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
