// The built relay as a process of its own, which tells over IPC what it holds. Plain JavaScript, since loading
// Node's type stripper would count as the relay's memory.
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDiskStore, start } from '../../dist/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const { upstream, directory, stallMs, maxSessions } = JSON.parse(process.argv[2]);
const history = await openDiskStore({ directory, limits: { ttlHours: 1, maxSessions, maxMemoryMb: 512 } });
const relay = await start({ port: 0, upstream, apiKey: 'soak-key', token: 'soak-token', history, stallMs });

process.on('message', async (question) => {
  if (question === 'stop') {
    await relay.stop();
    process.disconnect();
    return;
  }
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  process.send({
    cpuSeconds,
    heapBytes: heapUsed,
    residentBytes: rss,
    files: openFiles(),
    sockets: sockets(),
  });
});
process.send({ url: relay.url });

/** Sockets among them; undefined where the system does not tell. */
function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

function sockets() {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}
