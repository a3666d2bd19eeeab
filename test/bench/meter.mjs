// Preloaded into the relay's process (`--import`): tells over IPC how much of its heap is alive. Plain JavaScript,
// since loading Node's type stripper would count as the relay's memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('message', () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  process.send(process.memoryUsage().heapUsed);
});
process.on('disconnect', () => process.exit());
// Being measured must not keep the process alive.
process.channel.unref();
