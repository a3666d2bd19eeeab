/**
 * The transport on `node:http` and `node:https`: without timeouts of its own, where `fetch` gives up after five
 * minutes without a byte, and smaller and sooner ready than a client library. VS Code patches these modules so that
 * they know the user's proxy and certificates. Redirects are not followed.
 */
import http from 'node:http';
import https from 'node:https';
import { codeOf } from '../../node-errors.ts';
import type { UpstreamReply, UpstreamRequest, UpstreamTransport } from '../transport.ts';
import { decoded } from './decoded.ts';
import { firstValues } from './first-values.ts';
import type { Connections } from './kept-connections.ts';

/** What a kept connection says that the provider had closed while the request was on its way. */
const STALE = new Set<unknown>(['ECONNRESET', 'EPIPE']);

/**
 * @param connections asked for at each request; without them those of Node's own agents are used, as VS Code wants
 *   it: with other agents its setting `http.proxySupport: on` would leave its proxy out
 */
export function createNodeHttpTransport(connections?: () => Connections): UpstreamTransport {
  return (asked) => send(asked, connections?.());
}

function send(asked: UpstreamRequest, connections: Connections | undefined): Promise<UpstreamReply> {
  const { method, url, headers, body, signal } = asked;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
    const target = new URL(url);
    // Looked up at each call: VS Code replaces the functions of these modules when its settings change.
    const isSecure = target.protocol === 'https:';
    const { request: open } = isSecure ? https : http;
    const agent = isSecure ? connections?.https : connections?.http;
    const request = open(target, { method, headers: { ...headers, ...length }, agent });
    let reply: http.IncomingMessage | undefined;
    // Node's own option `signal` fails the socket as well, which after a whole reply is the agent's: nobody listens to
    // it there, and the process ends (24.21).
    const end = () => (reply === undefined ? request.destroy(abortError(signal)) : reply.destroy());
    signal.addEventListener('abort', end, { once: true });
    // It may come after the reply as well; whoever reads the body then gets an error of its own.
    request.on('error', (error) => {
      const isStale = request.reusedSocket && reply === undefined && STALE.has(codeOf(error));
      if (isStale && !signal.aborted) resolve(send(asked, connections));
      else reject(error);
    });
    request.once('response', (response) => {
      reply = response;
      resolve(replyOf(response));
    });
    request.end(body);
  });
}

function abortError({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('The call was aborted.');
}

function replyOf(response: http.IncomingMessage): UpstreamReply {
  const { statusCode = 0, headers } = response;
  // Whoever reads is told by the body; when its reader has left, nobody needs to be.
  response.on('error', () => {});
  return {
    status: statusCode,
    headers: firstValues(headers),
    body: decoded(response, headers['content-encoding']),
  };
}
