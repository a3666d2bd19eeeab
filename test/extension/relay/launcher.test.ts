import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOfKey } from '../../../src/extension/relay/key-check.ts';
import { RelayLauncher } from '../../../src/extension/relay/launcher.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../../support/scripted-upstream.ts';
import { launcherParts } from './thread-support.ts';

describe('questions to a provider', () => {
  const server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/key' }).end();
    else if (request.headers.authorization === 'Bearer sk-good') response.end('{"data":{}}');
    else
      response.writeHead(401).end(
        JSON.stringify({
          error: { message: `No user found for ${request.headers.authorization?.slice(7)}` },
        }),
      );
  });
  const launcher = new RelayLauncher(launcherParts());
  let address = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('tell a good key from a bad one, without repeating the bad one', async () => {
    assert.equal(await refusalOfKey(`${address}/key`, 'sk-good'), undefined);
    assert.equal(await refusalOfKey(`${address}/key`, 'sk-bad'), 'No user found for [key] (HTTP 401)');
  });

  it('do not carry the key to where a redirect points', async () => {
    assert.equal(await refusalOfKey(`${address}/moved`, 'sk-bad'), undefined);
  });

  it('list models and get an answer', async () => {
    const upstream = await startScriptedUpstream(() => streamReply(textChunks('OK')), ['one', 'two']);
    const options = { upstream: upstream.url, provider: 'openai-compatible', model: 'two' };
    assert.deepEqual(
      (await launcher.listModels(options)).map(({ id }) => id),
      ['one', 'two'],
    );
    const answer = await launcher.askForAnswer(options, AbortSignal.timeout(10_000));
    assert.equal(upstream.chats[0]?.body.model, 'two');
    assert.ok(answer.milliseconds >= 0);
    await upstream.stop();
  });

  it('fail with the words of the provider', async () => {
    const upstream = {
      upstream: `${address}/v1`,
      provider: 'openai-compatible',
      apiKey: 'sk-bad',
      model: 'm',
    };
    await assert.rejects(launcher.listModels(upstream), /No user found/);
    await assert.rejects(launcher.askForAnswer(upstream, AbortSignal.timeout(10_000)), /No user found/);
  });
});
