/** Asks a server of models a question of its API, without a key. */
import { askByHttp } from '../../ask-by-http.ts';
import { asObject, parseJson } from '../../json.ts';
import { isOnThisMachine } from '../choosable-provider.ts';

export interface ServerAnswer {
  status: number;
  /** Undefined if it is not JSON. */
  body: unknown;
}

/**
 * A server on this machine needs no proxy, and may listen on a port that `fetch` refuses to ask, such as 6000. All
 * others are asked by VS Code's `fetch`, which knows its proxy and certificates.
 * @throws if there is no server, or it says nothing within `limitMs`
 */
export async function askModelServer(url: string, limitMs: number): Promise<ServerAnswer> {
  const signal = AbortSignal.timeout(limitMs);
  if (url.startsWith('http:') && isOnThisMachine(url)) {
    const { status, text } = await askByHttp({ url, signal });
    return { status, body: parseJson(text) };
  }
  const reply = await fetch(url, { redirect: 'manual', signal });
  return { status: reply.status, body: parseJson(await reply.text()) };
}

/** How many models a server lists; undefined when it does not answer at once. */
export async function modelsAt(baseUrl: string): Promise<number | undefined> {
  try {
    const [base = '', query] = baseUrl.split('?', 2);
    const address = `${base}/models${query === undefined ? '' : `?${query}`}`;
    const { status, body } = await askModelServer(address, PROBE_MS);
    if (status !== 200 || body === undefined) return undefined;
    const { data, models } = asObject(body) ?? {};
    const list = Array.isArray(data) ? data : models;
    return Array.isArray(list) ? list.length : 0;
  } catch {
    // Nothing is listening, or not a model server.
    return undefined;
  }
}

const PROBE_MS = 1500;
