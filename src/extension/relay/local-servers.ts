/**
 * Model servers on this machine that need no key, such as Ollama. They need no setup, so the extension checks whether
 * they are there. A server that once answered stays served while it is down, even after a restart of VS Code: requests
 * meant for it must fail, not go to a provider on the network.
 */
import http from 'node:http';
import { asObject, parseJson } from '../../json.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';

const ANSWER_MS = 1_000;
/** A list of models is far smaller; some other server on the port may send anything. */
const LARGEST_LIST = 4 * 1024 * 1024;

/** What is remembered from one run to the next, as VS Code's `Memento`. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

/** Key in global state: ids of the servers that have ever answered. */
const SEEN = 'localServers';

export class LocalServers {
  readonly #memory: Memory;
  #answering: ReadonlySet<string> = new Set();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Ids of the servers that have ever answered. */
  get seen(): readonly string[] {
    const seen = this.#memory.get(SEEN);
    return Array.isArray(seen) ? seen.filter((id) => typeof id === 'string') : [];
  }

  /** Ids of the servers that answered when last asked. */
  get answering(): ReadonlySet<string> {
    return this.#answering;
  }

  /** Asks all of them at once, for a second at most. Resolves to whether one answered for the first time. */
  async probe(providers: readonly ChoosableProvider[]): Promise<boolean> {
    const local = providers.filter(isShippedServer);
    const answers = await Promise.all(local.map(({ baseUrl }) => listsModels(`${baseUrl}/models`)));
    this.#answering = new Set(local.filter((_, at) => answers[at]).map(({ id }) => id));
    const { seen } = this;
    const all = [...new Set([...seen, ...this.#answering])];
    if (all.length === seen.length) return false;
    await this.#memory.update(SEEN, all);
    return true;
  }
}

/**
 * Whether it is a shipped preset for a server on this machine. The user's own endpoints are served without checking.
 */
function isShippedServer({ custom, needsKey, baseUrl }: ChoosableProvider): boolean {
  return !custom && !needsKey && baseUrl.startsWith('http:');
}

/** Whether the address answers with a list of models in time. Never rejects. */
function listsModels(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const call = http.get(url, { agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        if (text.length > LARGEST_LIST) response.destroy();
      });
      response.on('error', () => resolve(false));
      response.on('close', () => resolve(response.statusCode === 200 && isModelList(parseJson(text))));
    });
    call.on('error', () => resolve(false));
  });
}

/** Any program may listen on these ports. An empty list must be recognisable as one; Ollama's is `null` (2026-11). */
function isModelList(body: unknown): boolean {
  const { data, models, object } = asObject(body) ?? {};
  const list = [data, models].find(Array.isArray) ?? [];
  if (list.length === 0) return object === 'list';
  return list.every((entry: unknown) => {
    const { id, name } = asObject(entry) ?? {};
    return typeof id === 'string' || typeof name === 'string';
  });
}
