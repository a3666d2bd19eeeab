/** Drives `codex app-server` as the IDE extension does: JSON-RPC, one message a line, over its standard streams. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { asObject, type JsonObject, parseObject } from '../../src/json.ts';
import { type CodexPlace, environment } from './codex.ts';

export interface Notification {
  method: string;
  params: JsonObject;
}

export interface AppServer extends AsyncDisposable {
  /** All notifications so far, in order. */
  readonly notifications: readonly Notification[];
  /** Resolves with the result; rejects with the server's own error. */
  request(method: string, params?: object): Promise<JsonObject>;
  notify(method: string, params?: object): void;
  /** Resolves with the first notification of that kind that is at `from` or later in `notifications`. */
  notified(
    method: string,
    options?: { from?: number; fits?: (params: JsonObject) => boolean },
  ): Promise<JsonObject>;
}

/**
 * @param place Codex's home and workspace
 * @param answer what the editor answers to a request of the server's; default: none is expected
 */
export function startAppServer(
  executable: string,
  place: CodexPlace,
  answer: (method: string, params: JsonObject) => object = (method) => {
    throw new Error(`the app-server asks for ${method}`);
  },
): AppServer {
  const child = spawn(executable, ['app-server'], { cwd: place.workspace, env: environment(place, '') });
  const open = new Map<number, PromiseWithResolvers<JsonObject>>();
  const notifications: Notification[] = [];
  const listeners = new Set<() => void>();
  const errors = collectErrors(child);
  const ended = Promise.withResolvers<never>();
  // Nobody may be waiting when it ends in order.
  ended.promise.catch(() => {});
  child.once('close', (code) => ended.reject(new Error(`codex app-server ended (${code}): ${errors()}`)));
  child.once('error', ended.reject);
  const write = (message: object) => void child.stdin.write(`${JSON.stringify(message)}\n`);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parseObject(line);
    if (message === undefined) return;
    const { id, method, result, error } = message;
    if (typeof method === 'string' && id !== undefined) {
      try {
        write({ jsonrpc: '2.0', id, result: answer(method, asObject(message['params']) ?? {}) });
      } catch (unexpected) {
        ended.reject(unexpected);
      }
    } else if (typeof method === 'string') {
      notifications.push({ method, params: asObject(message['params']) ?? {} });
      for (const listener of listeners) listener();
    } else if (typeof id === 'number') {
      if (error === undefined) open.get(id)?.resolve(asObject(result) ?? {});
      else open.get(id)?.reject(new Error(JSON.stringify(error)));
    }
  });
  return {
    notifications,
    request(method, params = {}) {
      const answer = Promise.withResolvers<JsonObject>();
      const id = open.size + 1;
      open.set(id, answer);
      write({ jsonrpc: '2.0', id, method, params });
      return Promise.race([answer.promise, ended.promise]);
    },
    notify: (method, params = {}) => write({ jsonrpc: '2.0', method, params }),
    notified(method, { from = 0, fits = () => true } = {}) {
      const found = Promise.withResolvers<JsonObject>();
      const look = () => {
        const one = notifications.slice(from).find((other) => other.method === method && fits(other.params));
        if (one === undefined) return;
        listeners.delete(look);
        found.resolve(one.params);
      };
      listeners.add(look);
      look();
      return Promise.race([found.promise, ended.promise]);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await closed;
    },
  };
}

function collectErrors(child: ChildProcessWithoutNullStreams): () => string {
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return () => text;
}
