import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askModelServer, modelsAt } from '../../../src/extension/ui/ask-model-server.ts';
import { probeEndpoint } from '../../../src/extension/ui/endpoint-probe.ts';

const LIST = '{"object":"list","data":[{"id":"a"},{"id":"b"}]}';

describe('a question to a server of models', () => {
  let server: Server | undefined;
  let asked: string[];
  beforeEach(() => {
    asked = [];
  });
  afterEach(() => {
    server?.close().closeAllConnections();
    server = undefined;
  });

  async function serving(body: string, wanted = 0, status = 200): Promise<string | undefined> {
    const made = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (url.startsWith('/v1/')) response.writeHead(status).end(body);
      else response.writeHead(404).end();
    });
    const isListening = await new Promise<boolean>((resolve) => {
      made.once('error', () => resolve(false));
      made.listen(wanted, '127.0.0.1', () => resolve(true));
    });
    if (!isListening) return undefined;
    server = made;
    return `127.0.0.1:${(made.address() as AddressInfo).port}`;
  }

  for (const port of [6000, 6669, 10080]) {
    it(`is asked on port ${port} of this machine, too, which fetch refuses`, async function () {
      const host = await serving(LIST, port);
      if (host === undefined) return this.skip();
      for (const address of [`http://${host}`, `http://localhost:${port}`]) {
        assert.equal(await modelsAt(`${address}/v1`), 2);
        const { baseUrl, needsKey } = await probeEndpoint(address);
        assert.deepEqual([baseUrl, needsKey], [`${address}/v1`, false]);
      }
    });
  }

  const ANSWERS: [name: string, body: string, status: number, count: number | undefined][] = [
    ['a list', LIST, 200, 2],
    ['an object without a list', '{}', 200, 0],
    ['no JSON', '<html>', 200, undefined],
    ['a refusal', LIST, 401, undefined],
  ];
  for (const [name, body, status, count] of ANSWERS) {
    it(`is answered with ${name}`, async () => {
      const host = await serving(body, 0, status);
      assert.equal(await modelsAt(`http://${host}/v1?api-version=1`), count);
      assert.deepEqual(asked, ['/v1/models?api-version=1']);
    });
  }

  it('goes out by the fetch of VS Code where the server is not on this machine', async () => {
    const { fetch } = globalThis;
    const heard: string[] = [];
    globalThis.fetch = async (input) => {
      heard.push(String(input));
      return new Response(LIST);
    };
    try {
      const addresses = [
        'http://10.0.0.7:8080/v1/models',
        'https://127.0.0.1:8443/v1/models',
        'http://127.0.0.1.example.com/v1/models',
        'http://localhost.example.com/v1/models',
        'http://localhost@example.com/v1/models',
      ];
      for (const address of addresses) {
        const { status, body } = await askModelServer(address, 1_000);
        assert.deepEqual([status, body], [200, JSON.parse(LIST)]);
      }
      assert.deepEqual(heard, addresses);
    } finally {
      globalThis.fetch = fetch;
    }
  });
});
