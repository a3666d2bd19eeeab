/**
 * The two roads from the relay's thread to a provider, its own and VS Code's, answer alike. What the detour costs is
 * printed, as it can be measured only in here.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { freePort } from '../../support/ports.ts';
import { activateExtension, type Extension, reached, set } from './extension-parts.ts';

const ROUNDS = 40;
const PROVIDERS = ['thread', 'host'] as const;

/** A provider that answers at once, and a client that notes when the first text is there, both out of the host's way. */
const PROVIDER_AND_CLIENT = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const chunk = (delta, finish_reason = null) =>
    'data: ' + JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm',
      choices: [{ index: 0, delta, finish_reason }] }) + '\\n\\n';
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.end('{"data":[{"id":"m"}]}');
    for await (const _ of request);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(chunk({ content: 'the text' }) + chunk({}, 'stop') + 'data: [DONE]\\n\\n');
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.on('message', async ({ url, body, token }) => {
    const from = performance.now();
    const reply = await fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream: true }),
    });
    let text = '';
    let time;
    for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes('the text')) time ??= performance.now() - from;
    }
    parentPort.postMessage({ text, time });
  });
`;

describe('the first text', () => {
  let extension: Extension;
  let world: Worker;
  let upstream: string;

  before(async () => {
    extension = await activateExtension();
    world = new Worker(PROVIDER_AND_CLIENT, { eval: true });
    const [port] = await once(world, 'message');
    upstream = `http://127.0.0.1:${port}/v1`;
    await set('codexRelay.port', await freePort());
    await set('codexRelay.customProviders', [
      { id: 'thread', name: 'By the thread', baseUrl: upstream, needsKey: false },
      // The same address, written as one that the thread does not know for its own machine.
      { id: 'host', name: 'By the host', baseUrl: `http://[::ffff:127.0.0.1]:${port}/v1`, needsKey: false },
    ]);
    await set('codexRelay.models', { thread: 'm', host: 'm' });
    // A proxy wants a sign-in that only VS Code has: its own transport is taken.
    await vscode.workspace.getConfiguration('http').update('proxyAuthorization', 'Basic none', true);
  });
  after(async () => {
    await extension.api.stop();
    await world.terminate();
    await vscode.workspace.getConfiguration('http').update('proxyAuthorization', undefined, true);
    for (const name of ['provider', 'customProviders', 'models', 'port'])
      await set(`codexRelay.${name}`, undefined);
  });

  async function ask(url: string, body: object, token: string): Promise<{ text: string; time: number }> {
    const answered = once(world, 'message');
    world.postMessage({ url, body, token });
    const [answer] = await answered;
    return answer;
  }

  it('is the same through VS Code’s own transport', async function () {
    this.timeout(60_000);
    const token = await extension.parts.choices.keys.token();
    const times: Record<string, number[]> = { direct: [], thread: [], host: [] };
    for (const id of PROVIDERS) {
      await set('codexRelay.provider', id);
      await extension.api.start();
      await reached(extension.api, ({ state, provider }) => state === 'running' && provider?.id === id);
      for (let round = 0; round < ROUNDS; round++) {
        const direct = await ask(
          `${upstream}/chat/completions`,
          { model: 'm', messages: [{ role: 'user', content: 'hello' }] },
          token,
        );
        const relayed = await ask(
          `${extension.api.status.url}/v1/responses`,
          { model: 'codex-relay', input: 'hello' },
          token,
        );
        assert.match(relayed.text, /"text":"the text"/);
        times['direct']?.push(direct.time);
        times[id]?.push(relayed.time);
      }
    }
    const [direct = 0, thread = 0, host = 0] = Object.values(times).map(median);
    const over = (time: number) => `+${(time - direct).toFixed(2)} ms`;
    // The one place to print that is read wherever the host runs.
    Mocha.reporters.Base.consoleLog(
      `      first text: direct ${direct.toFixed(2)} ms, by the thread ${over(thread)}, by VS Code ${over(host)}`,
    );
  });
});

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
