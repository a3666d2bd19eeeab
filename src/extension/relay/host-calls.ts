/** Requests that the extension sends for the relay's thread. */
import type { UpstreamTransport } from '../../relay/transport.ts';
import type { HostCall, HostReply } from '../thread/messages.ts';

/** Uses the host's Node modules, which VS Code patches. Loaded at the first request, which most windows never send. */
export const sendAsVsCode: UpstreamTransport = async (request) => {
  const { createNodeHttpTransport } = await import('../../relay/upstream/node-http-transport.ts');
  return createNodeHttpTransport()(request);
};

export class HostCalls {
  readonly #send: UpstreamTransport;
  /** By the number that the thread assigned. */
  readonly #running = new Map<number, AbortController>();

  constructor(send: UpstreamTransport) {
    this.#send = send;
  }

  /** Rejects if no reply came, as transports do. */
  async call(id: number, request: HostCall): Promise<HostReply> {
    const abort = new AbortController();
    this.#running.set(id, abort);
    try {
      const { status, headers, body } = await this.#send({ ...request, signal: abort.signal });
      return { status, headers, body: this.#streamOf(id, body) };
    } catch (error) {
      this.#running.delete(id);
      throw error;
    }
  }

  /** The thread no longer wants the answer. */
  end(id: number): void {
    this.#running.get(id)?.abort();
    this.#running.delete(id);
  }

  /** Once nobody is left to take an answer, its connections must not stay open. */
  endAll(): void {
    for (const id of [...this.#running.keys()]) this.end(id);
  }

  /** With `ReadableStream.from`, a reader that cancels would have to wait for the next piece. */
  #streamOf(id: number, body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
    const pieces = body[Symbol.asyncIterator]();
    return new ReadableStream({
      pull: async (stream) => {
        const { done, value } = await pieces.next().catch((error: unknown) => {
          this.#running.delete(id);
          throw error;
        });
        if (!done) return stream.enqueue(value);
        this.#running.delete(id);
        stream.close();
      },
      cancel: () => this.end(id),
    });
  }
}
