/**
 * The transport of a VS Code extension: `node:http` and `node:https`, which VS Code patches so that they know the
 * user's proxy and certificates, as its `fetch` does. They have no timeouts of their own, where fetch gives up
 * after five minutes without a byte: a local model may read a long prompt for longer.
 */
import http from 'node:http';
import https from 'node:https';
import type { UpstreamReply, UpstreamTransport } from '../transport.ts';
import { decoded } from './decoded.ts';

/**
 * Connections are kept and shared by the process, as Node's own agents do; with an agent of our own, VS Code's
 * setting `http.proxySupport: on` would leave its proxy out. Redirects are not followed.
 */
export function createNodeHttpTransport(): UpstreamTransport {
  return ({ method, url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
      const target = new URL(url);
      // Looked up at each call: VS Code replaces the functions of these modules when its settings change.
      const { request: open } = target.protocol === 'https:' ? https : http;
      const request = open(target, { method, headers: { ...headers, ...length }, signal });
      // It may come after the reply as well; whoever reads the body then gets an error of its own.
      request.on('error', reject);
      request.once('response', (response) => resolve(replyOf(response)));
      request.end(body);
    });
}

function replyOf(response: http.IncomingMessage): UpstreamReply {
  const { statusCode = 0, headers } = response;
  return {
    status: statusCode,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: decoded(response, headers['content-encoding']),
  };
}
