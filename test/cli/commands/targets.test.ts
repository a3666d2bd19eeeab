import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { start } from '../../../src/index.ts';
import { SERVICE } from '../../../src/names.ts';
import { runCli } from '../../support/cli-process.ts';

const TOKEN = 'the-token-of-this-relay';

describe('codex-relay targets', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  const CLAIMS: [name: string, status: object][] = [
    ['calls itself a relay without a token', { service: SERVICE }],
    ['calls itself a relay, with a proof of nothing', { service: SERVICE, proof: 'x' }],
    ['says something else', {}],
  ];
  for (const [name, status] of CLAIMS) {
    it(`does not tell its token to a program that ${name}`, async () => {
      const heard: IncomingMessage['headers'][] = [];
      const server = createServer(({ headers, url }, response) => {
        heard.push(headers);
        response.end(JSON.stringify(url?.startsWith('/relay/status') ? status : { upstreams: [] }));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      const { port } = server.address() as AddressInfo;
      for (const more of [[], ['--reset']])
        await runCli(['targets', '--port', `${port}`, '--token', TOKEN, ...more]);
      assert.notEqual(heard.length, 0);
      assert.ok(!JSON.stringify(heard).includes(TOKEN));
    });
  }

  it('says that a relay for users has nobody who may see them', async () => {
    const relay = await start({ provider: 'demo', port: 0, users: { find: async () => undefined } });
    const { code, stderr } = await runCli(['targets', '--port', `${relay.port}`, '--token', TOKEN]);
    await relay.stop();
    assert.equal(code, 1);
    assert.match(stderr, /has users, but was started without a token for whoever runs it/);
  });

  it('shows those of a relay without a token, whatever token is set', async () => {
    const relay = await start({ provider: 'demo', port: 0 });
    const { code, stdout } = await runCli(['targets', '--port', `${relay.port}`, '--token', TOKEN]);
    await relay.stop();
    assert.equal(code, 0);
    assert.match(stdout, /^\* demo .*: fine\n$/);
  });
});
