/**
 * Asks one question by HTTP, on `node:http` like the relay itself: `fetch` refuses to ask the ports that browsers block
 * (1, 6000, 6665 to 6669, 10080 and others), on which a relay or a model server may well listen. No proxy is used, and
 * redirects are not followed.
 */
import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

export interface Question {
  url: string;
  /** Default: GET. */
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Ends the wait, for the answer's body, too. */
  signal: AbortSignal;
  /**
   * For https: the server's own certificate in PEM, with its chain if there is one. No other is accepted, but this one
   * is, whoever signed it and whatever it is called. Default: what Node trusts.
   */
  certificate?: string | undefined;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** @throws the system's error (`ECONNREFUSED`), or the signal's reason */
export async function askByHttp(question: Question): Promise<Answer> {
  const { signal } = question;
  signal.throwIfAborted();
  const request = open(question);
  const end = () => request.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    const reply = await replyTo(request, question.body);
    return { status: reply.statusCode ?? 0, headers: reply.headers, text: await textOf(reply) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Far more than any list of models. Some other program on a port may send without end. */
const LARGEST = 32 * 1024 * 1024;

async function textOf(reply: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of reply.setEncoding('utf8')) {
    text += piece;
    if (text.length > LARGEST) throw new Error('The answer is too large.');
  }
  return text;
}

function open({ url, method = 'GET', headers, body, certificate }: Question): http.ClientRequest {
  const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
  // A connection of its own: nothing that is kept open holds up the end of a program.
  const options = { method, headers: { ...headers, ...length }, agent: false } as const;
  const trust = certificate === undefined ? {} : onlyThis(certificate);
  return url.startsWith('https:') ? https.request(url, { ...options, ...trust }) : http.request(url, options);
}

function onlyThis(certificate: string): https.RequestOptions {
  const { fingerprint256 } = new X509Certificate(certificate);
  return {
    ca: certificate,
    allowPartialTrustChain: true,
    checkServerIdentity: (_, peer) =>
      peer.fingerprint256 === fingerprint256
        ? undefined
        : new Error('This is not the certificate of the relay.'),
  };
}

function replyTo(request: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.once('response', resolve);
    // A server that switches to another protocol ends a request without a reply or an error.
    request.once('close', () => reject(new Error('The connection was closed without a reply.')));
    request.end(body);
  });
}
