/** A client that keeps a WebSocket to the relay open. */
import { WebSocket } from 'ws';
import { type JsonObject, parseObject } from '../../src/json.ts';

/** What the relay said in one frame. */
export type Frame = JsonObject & { type?: string };

export interface SocketClient {
  webSocket: WebSocket;
  /** Everything that was said so far. */
  frames: readonly Frame[];
  /** Sends a frame: a text as it is, anything else as JSON. */
  send(frame: unknown): void;
  /** Sends a request, and resolves with all that is said until its end. */
  ask(request: object): Promise<Frame[]>;
  /** Resolves with the next frame that ends an answer, or tells why there is none. */
  end(): Promise<Frame>;
  /** Resolves with the next frame of this type that nobody was given yet. */
  next(type: string): Promise<Frame>;
  /** Resolves with the close code. */
  closed: Promise<number>;
}

const ENDS = ['response.completed', 'response.failed', 'response.incomplete', 'error'];

/** @throws Error `Unexpected server response: STATUS` where the relay takes no WebSocket */
export async function openSocket(
  relayUrl: string,
  headers: Record<string, string> = {},
  path = '/v1/responses',
): Promise<SocketClient> {
  const webSocket = new WebSocket(relayUrl.replace('http', 'ws') + path, { headers });
  const frames: Frame[] = [];
  let taken = 0;
  const waiting = new Set<() => void>();
  const closed = new Promise<number>((resolve) => webSocket.once('close', resolve));
  webSocket.on('message', (data) => {
    frames.push(parseObject(String(data)) ?? {});
    for (const look of waiting) look();
  });
  const until = (types: readonly string[]): Promise<Frame[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<Frame[]>();
    const look = () => {
      const at = frames.findIndex(({ type }, index) => index >= taken && types.includes(type ?? ''));
      if (at === -1) return;
      waiting.delete(look);
      resolve(frames.slice(taken, at + 1));
      taken = at + 1;
    };
    waiting.add(look);
    look();
    closed.then((code) => reject(new Error(`closed with ${code}`)));
    return promise;
  };
  const send = (frame: unknown) => webSocket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  await new Promise<void>((resolve, reject) => {
    webSocket.once('open', resolve);
    webSocket.once('error', reject);
  });
  // Later requests fail with the close code.
  webSocket.on('error', () => {});
  return {
    webSocket,
    frames,
    send,
    ask: (request) => {
      send({ type: 'response.create', ...request });
      return until(ENDS);
    },
    end: async () => (await until(ENDS)).at(-1) ?? {},
    next: async (type) => (await until([type])).at(-1) ?? {},
    closed,
  };
}
