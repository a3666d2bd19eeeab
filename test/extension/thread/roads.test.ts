/** Which way a request of the relay's thread takes, over real HTTP. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkSettings } from '../../../src/extension/relay/network-settings.ts';
import { Roads } from '../../../src/extension/thread/roads.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';

interface World {
  settings?: Record<string, unknown>;
  environment?: Record<string, string>;
  isDirect?: boolean;
}

function hostThat(isDirect: boolean) {
  return {
    goesDirect: Object.assign(async () => isDirect, { asEvent: async () => {} }),
    call: Object.assign(async () => ({ status: 200, headers: {}, body: new Blob(['host']).stream() }), {
      asEvent: async () => {},
    }),
    endCall: Object.assign(async () => {}, { asEvent: async () => {} }),
  };
}

describe('the way to a provider', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function serve(text: string): Promise<number> {
    const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** What answers a request to this address: the proxy, the host, or the server itself. */
  async function answerFrom(url: string, { settings = {}, environment = {}, isDirect = true }: World) {
    const said: string[] = [];
    const roads = new Roads(hostThat(isDirect), { ...SILENT_LOGGER, info: (message) => said.push(message) });
    roads.set(networkSettings((name) => settings[name], environment));
    const ask = async () => {
      const { signal } = new AbortController();
      const { body } = await roads.transport({ method: 'GET', url, headers: {}, signal });
      return Buffer.concat(await Array.fromAsync(body)).toString();
    };
    const answers = [await ask(), await ask()];
    await roads.close();
    assert.equal(answers[0], answers[1]);
    return { answer: answers[0], said };
  }

  /** An address of this machine that does not look like one. */
  const outside = (port: number) => `http://localtest.invalid:${port}/`;

  it('is direct to what runs on this machine, whatever the settings say', async () => {
    const url = `http://127.0.0.1:${await serve('server')}/`;
    for (const settings of [{ proxy: 'http://127.0.0.1:1' }, { proxyStrictSSL: false }])
      assert.equal((await answerFrom(url, { settings })).answer, 'server');
  });

  it('goes through the proxy that the settings or the environment name', async () => {
    const proxy = `http://127.0.0.1:${await serve('proxy')}`;
    for (const world of [{ settings: { proxy } }, { environment: { http_proxy: proxy } }])
      assert.equal((await answerFrom(outside(80), world)).answer, 'proxy');
  });

  it('is closed without an error if the proxy has no usable address', async () => {
    const roads = new Roads(hostThat(true), SILENT_LOGGER);
    const { signal } = new AbortController();
    const ask = () => roads.transport({ method: 'GET', url: outside(80), headers: {}, signal });
    for (const proxy of ['http://no proxy:8080', 'http://127.0.0.1:1']) {
      roads.set(networkSettings((name) => (name === 'proxy' ? proxy : undefined), {}));
      await assert.rejects(ask());
    }
    await roads.close();
  });

  it('goes through the host for what only VS Code can do, and says so once', async () => {
    const worlds: World[] = [
      { isDirect: false },
      { settings: { proxyAuthorization: 'Basic eDp5' } },
      { environment: { http_proxy: 'socks5://127.0.0.1:1' } },
    ];
    for (const world of worlds) {
      const { answer, said } = await answerFrom(outside(80), world);
      assert.equal(answer, 'host');
      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', /^localtest\.invalid: requests go through VS Code's own network \(/);
    }
  });

  it('goes through the host for addresses that are not on a network', async () => {
    assert.equal((await answerFrom('vscode-lm:/chat/completions', {})).answer, 'host');
  });

  it('is direct if VS Code says so, or if proxies are switched off', async () => {
    const settings = { proxySupport: 'off', proxy: 'http://127.0.0.1:1' };
    // Nobody has that name: the failure is that of a direct connection.
    for (const world of [{ isDirect: true }, { settings }])
      await assert.rejects(answerFrom(outside(80), world), { code: /ENOTFOUND|EAI_AGAIN/ });
  });
});
