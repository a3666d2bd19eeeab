// Preloaded into the relay's process (`--import`): answers the bench's questions about that process over IPC. Plain
// JavaScript, since loading Node's type stripper would count as the relay's memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('message', (question) => {
  if (question === 'collect') {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({
    cpuSeconds: (user + system) / 1e6,
    residentBytes: rss,
    heapBytes: heapUsed,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  });
});
process.on('disconnect', () => process.exit());
// Being measured must not keep the process alive.
process.channel.unref();
