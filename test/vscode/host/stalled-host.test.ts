/** An extension that blocks the host that all of them share: what Codex is in the middle of goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { freePort } from '../../support/ports.ts';
import { activateExtension, type Extension, reached, set } from './extension-parts.ts';

const BLOCKED_MS = 500;
const CHUNKS = 300;

/**
 * A provider that says a word every few milliseconds, and a client that notes when words reach it. Both live in a
 * thread, which nothing in the host holds up.
 */
const PROVIDER_AND_CLIENT = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const now = () => performance.timeOrigin + performance.now();
  const chunk = (delta, finish_reason = null) =>
    'data: ' + JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm',
      choices: [{ index: 0, delta, finish_reason }] }) + '\\n\\n';
  const server = createServer((request, response) => {
    if (request.method === 'GET') return response.end('{"data":[{"id":"m"}]}');
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let said = 0;
    const saying = setInterval(() => {
      if (said++ < ${CHUNKS}) return response.write(chunk({ content: said + ' ' }));
      clearInterval(saying);
      response.end(chunk({}, 'stop') + 'data: [DONE]\\n\\n');
    }, 5);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.once('message', async ({ url, token }) => {
    const reply = await fetch(url + '/v1/responses', {
      method: 'POST',
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'codex-relay', input: 'hello', stream: true }),
    });
    if (!reply.ok) throw new Error(await reply.text());
    const times = [];
    for await (const _ of reply.body) {
      times.push(now());
      if (times.length === 10) parentPort.postMessage('running');
    }
    parentPort.postMessage(times);
    server.close();
  });
`;

describe('a host that another extension blocks', () => {
  let extension: Extension;
  let world: Worker;

  before(async () => {
    extension = await activateExtension();
    world = new Worker(PROVIDER_AND_CLIENT, { eval: true });
    const [port] = await once(world, 'message');
    await set('codexRelay.port', await freePort());
    await set('codexRelay.customProviders', [
      { id: 'talker', name: 'Talker', baseUrl: `http://127.0.0.1:${port}/v1`, needsKey: false },
    ]);
    await set('codexRelay.models', { talker: 'm' });
    await set('codexRelay.provider', 'talker');
    await extension.api.start();
    await reached(extension.api, ({ state, provider }) => state === 'running' && provider?.id === 'talker');
  });
  after(async () => {
    await extension.api.stop();
    await world.terminate();
    for (const name of ['provider', 'customProviders', 'models', 'port'])
      await set(`codexRelay.${name}`, undefined);
  });

  it('does not hold up a running answer', async () => {
    const token = await extension.parts.choices.keys.token();
    const begun = once(world, 'message');
    world.postMessage({ url: extension.api.status.url, token });
    await begun;
    const ended = once(world, 'message');
    const from = performance.timeOrigin + performance.now();
    const until = from + BLOCKED_MS;
    while (performance.timeOrigin + performance.now() < until);
    const [times] = (await ended) as [number[]];
    // The longest pause depends on the machine; a relay in the host would send nothing at all.
    const meanwhile = times.filter((time) => time > from && time < until);
    assert.ok(meanwhile.length >= 10, `${meanwhile.length} reads while the host was blocked`);
  });
});
