import assert from 'node:assert/strict';
import { Server } from 'node:http';
import { listen } from '../../../src/relay/http/server.ts';

describe('the listening socket', () => {
  it('survives connections that it cannot accept', async () => {
    const errors: string[] = [];
    const listening = await listen(
      (request, response) => {
        const server: unknown = Reflect.get(request.socket, 'server');
        assert.ok(server instanceof Server);
        for (const code of ['EMFILE', 'ENFILE']) server.emit('error', new Error(`accept ${code}`));
        response.end('ok');
      },
      { port: 0 },
      (error) => errors.push(error.message),
    );
    assert.equal(await (await fetch(`http://127.0.0.1:${listening.port}`)).text(), 'ok');
    assert.deepEqual(errors, ['accept EMFILE', 'accept ENFILE']);
    await listening.close(0);
  });
});
