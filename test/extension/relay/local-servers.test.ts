import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChoosableProvider } from '../../../src/extension/choosable-provider.ts';
import { LocalServers, type Memory } from '../../../src/extension/relay/local-servers.ts';

/** VS Code's memento, in memory. */
function memory(): Memory {
  const kept = new Map<string, unknown>();
  return { get: (key) => kept.get(key), update: async (key, value) => void kept.set(key, value) };
}

const provider = (id: string, baseUrl: string, more: Partial<ChoosableProvider> = {}): ChoosableProvider => ({
  id,
  name: id,
  baseUrl,
  preset: id,
  needsKey: false,
  custom: false,
  ...more,
});

const EMPTY = { object: 'list', data: [] };

const json =
  (body: unknown): RequestListener =>
  (_, response) =>
    void response.end(JSON.stringify(body));

describe('local servers', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  const answers: [string, RequestListener, boolean][] = [
    ['a list', json({ object: 'list', data: [{ id: 'm' }] }), true],
    ['an empty list', json(EMPTY), true],
    ['a list that is null', json({ object: 'list', data: null }), true],
    ['a list of another shape', json({ models: [{ name: 'm' }] }), true],
    ['a page', (_, response) => void response.end('<html></html>'), false],
    ['another object', json({ ok: true }), false],
    ['a list of other things', json({ data: [1, 2] }), false],
    ['a list that does not say of what', json({ data: [] }), false],
    ['an error', (_, response) => void response.writeHead(404).end('{"data":[]}'), false],
    ['a key that it wants', (_, response) => void response.writeHead(401).end('{}'), false],
    ['nothing', () => {}, false],
    [
      'an end in the middle',
      (_, response) => void response.write('{"data":[', () => response.destroy()),
      false,
    ],
  ];
  for (const [what, listener, isServer] of answers) {
    it(`${isServer ? 'are served' : 'are not served'} when the address answers with ${what}`, async () => {
      const servers = new LocalServers(memory());
      assert.equal(await servers.probe([provider('local', await serve(listener))]), isServer);
      assert.deepEqual(servers.seen, isServer ? ['local'] : []);
    });
  }

  it('are asked for their models below their address, without a key', async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push([request.method, request.url, request.headers.authorization]);
      response.end(JSON.stringify(EMPTY));
    });
    await new LocalServers(memory()).probe([provider('local', url)]);
    assert.deepEqual(asked, [['GET', '/v1/models', undefined]]);
  });

  it('include only shipped presets for this machine that need no key', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      response.end(JSON.stringify(EMPTY));
    });
    const others = [
      provider('keyed', url, { needsKey: true }),
      provider('own', url, { custom: true }),
      provider('demo', 'demo:scripted'),
    ];
    assert.equal(await new LocalServers(memory()).probe(others), false);
    assert.equal(asked, 0);
  });

  it('stay served while they are down, even after a restart', async () => {
    const kept = memory();
    const url = await serve(json(EMPTY));
    await new LocalServers(kept).probe([provider('local', url)]);
    const later = new LocalServers(kept);
    assert.equal(await later.probe([provider('local', 'http://127.0.0.1:9/v1')]), false);
    assert.deepEqual(later.seen, ['local']);
    assert.deepEqual([...later.answering], []);
  });

  it('are new only once', async () => {
    const servers = new LocalServers(memory());
    const url = await serve(json(EMPTY));
    assert.equal(await servers.probe([provider('local', url)]), true);
    assert.equal(await servers.probe([provider('local', url)]), false);
    assert.deepEqual([...servers.answering], ['local']);
  });

  it('survive a memory with any content', async () => {
    for (const value of [undefined, 'x', 7, [7, null, 'ok'], {}]) {
      const servers = new LocalServers({ ...memory(), get: () => value });
      assert.deepEqual(servers.seen, Array.isArray(value) ? ['ok'] : []);
    }
  });
});
