/**
 * The transport on `node:http` and `node:https`. It has no timeouts of its own, while `fetch` gives up after five
 * minutes without a byte, and is smaller and loads faster than a client library. VS Code patches these modules to use
 * the user's proxy and certificates. Redirects are not followed.
 */
import http from 'node:http';
import https from 'node:https';
import { codeOf } from '../../node-errors.ts';
import type { UpstreamReply, UpstreamRequest, UpstreamTransport } from '../transport.ts';
import { decoded } from './decoded.ts';
import { firstValues } from './first-values.ts';
import type { Connections } from './kept-connections.ts';
import { STALE, STALE_MS } from './stale.ts';

/**
 * @param connections called for each request; without it Node's own agents are used, as VS Code needs it: with other
 *   agents, `http.proxySupport: on` would bypass its proxy
 * @param clock monotonic, in milliseconds
 */
export function createNodeHttpTransport(
  connections?: () => Connections,
  clock: () => number = () => performance.now(),
): UpstreamTransport {
  return (asked) => send(asked, connections?.(), clock);
}

function send(
  asked: UpstreamRequest,
  connections: Connections | undefined,
  clock: () => number,
): Promise<UpstreamReply> {
  const { method, url, headers, body, signal } = asked;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
    const target = new URL(url);
    // Looked up at each call: VS Code replaces the functions of these modules when its settings change.
    const isSecure = target.protocol === 'https:';
    const { request: open } = isSecure ? https : http;
    const agent = isSecure ? connections?.https : connections?.http;
    const sentAt = clock();
    const request = open(target, { method, headers: { ...headers, ...length }, agent });
    let reply: http.IncomingMessage | undefined;
    // Node's own `signal` option also fails the socket, which belongs to the agent once the reply is complete: nobody
    // listens to it there, and the process ends (24.21).
    const end = () => (reply === undefined ? request.destroy(abortError(signal)) : reply.destroy());
    signal.addEventListener('abort', end, { once: true });
    // May also come after the reply; whoever reads the body then gets a separate error.
    request.on('error', (error) => {
      const isUnanswered = request.reusedSocket && reply === undefined;
      const isStale = isUnanswered && STALE.has(codeOf(error)) && clock() - sentAt < STALE_MS;
      if (isStale && !signal.aborted) resolve(send(asked, connections, clock));
      else reject(error);
    });
    request.once('response', (response) => {
      reply = response;
      resolve(replyOf(response));
    });
    // A server that switches to another protocol ends a request without a reply or an error.
    request.once('close', () => {
      if (reply === undefined) reject(new Error('The connection was closed without a reply.'));
    });
    request.end(body);
  });
}

function abortError({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('The call was aborted.');
}

function replyOf(response: http.IncomingMessage): UpstreamReply {
  const { statusCode = 0, headers } = response;
  // The reader learns of it from the body; if there is no reader, nobody needs to know.
  response.on('error', () => {});
  return {
    status: statusCode,
    headers: firstValues(headers),
    body: decoded(response, headers['content-encoding']),
  };
}
