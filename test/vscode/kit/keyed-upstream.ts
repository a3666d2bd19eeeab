/** A scripted provider that knows its keys: any other gets 401, on every route, in a provider's own words. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import {
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../../support/scripted-upstream.ts';

/** @param keys may gain and lose keys while it runs */
export async function startKeyedUpstream(
  keys: string | ReadonlySet<string>,
  script: Script,
  models: readonly string[],
): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream(script, models);
  const known = typeof keys === 'string' ? new Set([keys]) : keys;
  const door = createServer(async (request, response) => {
    const [, key = ''] = /^Bearer (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    if (!known.has(key)) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }),
      );
      return;
    }
    // An answer that a test holds open breaks off with the upstream: the client sees it break off too.
    await forward(request, response, upstream.url).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    chats: upstream.chats,
    chat: (index) => upstream.chat(index),
    get modelRequests() {
      return upstream.modelRequests;
    },
    async stop() {
      door.close();
      door.closeAllConnections();
      await upstream.stop();
    },
  };
}

async function forward(request: IncomingMessage, response: ServerResponse, base: string): Promise<void> {
  const { method = 'GET', headers } = request;
  const reply = await fetch(new URL(request.url ?? '/', base), {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? '' },
    ...(method === 'POST' ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' } : {}),
  });
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? '' });
  if (reply.body) await pipeline(Readable.fromWeb(reply.body as ReadableStream), response);
  else response.end();
}
