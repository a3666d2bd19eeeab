/**
 * Runs in the extension host beside Codex Relay, and before it: notes what the host's own thread has computed until the
 * relay answers, and how large its heap is then and after some work. One line of JSON a window, in the file that
 * CODEX_RELAY_METER names.
 */
const { appendFileSync, existsSync, readFileSync, rmSync } = require('node:fs');
const { setTimeout: wait } = require('node:timers/promises');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { Worker } = require('node:worker_threads');
const vscode = require('vscode');

const FILE = process.env.CODEX_RELAY_METER;
/** How long the host is left alone after the relay has answered, before its heap is weighed, ms. */
const REST_MS = 3000;
/** Long conversations, as Codex sends them again with every turn. */
const REQUESTS = 10;
const REQUEST_BYTES = 1_000_000;

/** The client: out of the host, whose heap is measured. */
const CLIENT = `
  const { parentPort, workerData: { url, token, count, bytes } } = require('node:worker_threads');
  const text = 'a line of a conversation that has grown long. '.repeat(20);
  const item = (at) => ({ type: 'message', role: at % 2 ? 'assistant' : 'user',
    content: [{ type: at % 2 ? 'output_text' : 'input_text', text }] });
  const body = JSON.stringify({ model: 'codex-relay', stream: true,
    input: Array.from({ length: Math.ceil(bytes / 1000) | 1 }, (_, at) => item(at)) });
  (async () => {
    for (let asked = 0; asked < count; asked++) {
      const reply = await fetch(url + '/v1/responses', {
        method: 'POST',
        headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
        body,
      });
      if (!reply.ok) throw new Error(await reply.text());
      await reply.text();
    }
    parentPort.postMessage('done');
  })();
`;

exports.activate = () => {
  measure().then(tell, (error) => tell({ failure: `${error.stack}` }));
};

function tell(line) {
  appendFileSync(FILE, `${JSON.stringify(line)}\n`);
}

async function measure() {
  const before = computed();
  const api = await vscode.extensions.getExtension('codex-relay.codex-relay').activate();
  await running(api);
  const cpuMs = (computed() - before) / 1e6;
  await wait(REST_MS);
  collectGarbage();
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  await work(api.status.url, await tokenOfTerminals());
  const { heapTotal, rss } = process.memoryUsage();
  return { cpuMs, heapMb, heapAfterWorkMb: heapTotal / 2 ** 20, residentMb: rss / 2 ** 20 };
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

function collectGarbage() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

async function tokenOfTerminals() {
  const file = `${FILE}.token`;
  const terminal = vscode.window.createTerminal({ name: 'token', shellPath: '/bin/sh' });
  terminal.sendText(`printf %s "$CODEX_RELAY_TOKEN" > '${file}.part' && mv '${file}.part' '${file}'`);
  while (!existsSync(file)) await wait(50);
  terminal.dispose();
  const token = readFileSync(file, 'utf8');
  rmSync(file);
  return token;
}

function work(url, token) {
  const client = new Worker(CLIENT, {
    eval: true,
    workerData: { url, token, count: REQUESTS, bytes: REQUEST_BYTES },
  });
  return new Promise((resolve, reject) => {
    client.once('message', resolve);
    client.once('error', reject);
  });
}
