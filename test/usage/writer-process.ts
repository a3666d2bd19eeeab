/** A process that keeps a ledger until it is killed: `writer-process <folder>`. Says how many records are on disk. */
import { writeSync } from 'node:fs';
import { openLedger } from '../../src/usage/ledger.ts';
import { recordWith } from './support.ts';

const [folder = ''] = process.argv.slice(2);
const ledger = openLedger({ folder, maxBytes: 64 * 1024 * 1024, maxFileBytes: 4_000 });
// Parents that are killed themselves close our input.
process.stdin.resume().once('end', () => process.exit());
for (let put = 0; ; ) {
  const batch = 1 + Math.floor(Math.random() * 8);
  for (let at = 0; at < batch; at++) ledger.put(recordWith({ time: put++, upstream: `p${process.pid}` }));
  await ledger.flush();
  // Written at once: an acknowledgement must not die with the process.
  writeSync(1, `${put}\n`);
}
