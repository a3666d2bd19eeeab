/** Tells any Codex still running that the relay is gone: one sentence, so that it does not go on waiting. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SERVICE } from '../../names.ts';
import { ownerProof, STATUS_PATH } from '../../relay/http/owner-proof.ts';
import { listen } from '../../relay/http/server.ts';

/** Codex shows the body of a 400 as it is, and does not ask again (0.171). */
export const CLOSED =
  'Codex Relay has ended with VS Code. Start Codex again: it then uses its own configuration. Or open VS Code, and go on.';

export interface ClosedSign {
  port: number;
  /** Takes the sign down: clients that wait are cut off, ask again, and find the window that is back. */
  close(): Promise<void>;
}

/**
 * @param holdMs how long requests are held first: a window may take that long to come back on a slow machine, and Codex
 *   then goes on as if nothing had happened
 * @throws the system's error (`EADDRINUSE`) when the port is taken
 */
export async function openClosedSign(port: number, token: string, holdMs: number): Promise<ClosedSign> {
  const waiting = new Set<ServerResponse>();
  let isHolding = true;
  const listening = await listen(
    (request, response) => {
      const nonce = nonceOf(request);
      if (nonce !== undefined) return prove(response, token, nonce);
      if (!isHolding) return tell(response);
      waiting.add(response);
      response.once('close', () => waiting.delete(response));
    },
    // A client that wants a WebSocket is told over HTTP.
    { port },
    () => {},
  );
  const timer = setTimeout(() => {
    isHolding = false;
    for (const response of waiting) tell(response);
  }, holdMs);
  return {
    port: listening.port,
    close: () => {
      clearTimeout(timer);
      return listening.close(0);
    },
  };
}

function tell(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${CLOSED}\n`);
}

/** A window that comes back must learn that the port is held for it. */
function prove(response: ServerResponse, token: string, nonce: string): void {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ service: SERVICE, proof: ownerProof(token, nonce) }));
}

function nonceOf({ method, url = '' }: IncomingMessage): string | undefined {
  const { pathname, searchParams } = URL.parse(url, 'http://127.0.0.1') ?? {};
  return method === 'GET' && pathname === STATUS_PATH ? (searchParams?.get('nonce') ?? undefined) : undefined;
}
