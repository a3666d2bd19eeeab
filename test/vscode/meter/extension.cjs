/**
 * Runs in the extension host beside Codex Relay, and before it: notes what the host's own thread has computed, and what
 * its heap holds, until the relay answers. One line of JSON a window, in the file that CODEX_RELAY_METER names.
 */
const { appendFileSync, readFileSync } = require('node:fs');
const { setTimeout: wait } = require('node:timers/promises');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const vscode = require('vscode');

/** How long the host is left alone after the relay has answered, before its heap is weighed, ms. */
const REST_MS = 3000;

exports.activate = () => void measure();

async function measure() {
  const before = computed();
  const api = await vscode.extensions.getExtension('codex-relay.codex-relay').activate();
  await running(api);
  const cpuMs = (computed() - before) / 1e6;
  await wait(REST_MS);
  const line = { cpuMs, heapMb: heap() / 2 ** 20 };
  appendFileSync(process.env.CODEX_RELAY_METER, `${JSON.stringify(line)}\n`);
}

function running(api) {
  if (api.status.state === 'running') return undefined;
  return new Promise((resolve) => {
    const listening = api.onDidChangeStatus(({ state }) => {
      if (state !== 'running') return;
      listening.dispose();
      resolve();
    });
  });
}

/** What the scheduler gave the main thread alone, ns: the relay's own thread does not hold the host up. */
function computed() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
}

/** Of this thread's heap, without garbage, bytes. */
function heap() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
