/** The client's side of a streamed answer: when it begins, how it is kept waiting, and how it ends. */
import type { ResponseEvent } from '../../wire/responses.ts';
import type { ClientConnection } from './client-connection.ts';

/** Begun by the first reply or by the first keep-alive, whichever comes first. */
export class ClientStream {
  readonly #connection: ClientConnection;
  readonly #keepAlive: NodeJS.Timeout;
  #opening: readonly Buffer[] = [];
  #hasBegun = false;
  #hasGiven = false;
  #source: { heartbeat(): readonly ResponseEvent[] } | undefined;
  #headers: Readonly<Record<string, string>> = {};

  /** @param keepAliveMs each time it was silent for this long, an event tells the client to keep waiting */
  constructor(connection: ClientConnection, keepAliveMs: number) {
    this.#connection = connection;
    this.#keepAlive = setInterval(() => this.#beat(), keepAliveMs);
  }

  /** Whether the client has received any part of an answer; keep-alives do not count. */
  get hasGiven(): boolean {
    return this.#hasGiven;
  }

  /**
   * @param source makes the keep-alive events
   * @param headers to be added if the stream has not begun yet
   */
  follow(
    source: { heartbeat(): readonly ResponseEvent[] },
    headers: Readonly<Record<string, string>> = {},
  ): void {
    this.#source = source;
    this.#headers = headers;
  }

  /** Encodes the first events, which are long (they echo the tools), while upstream is still at work. */
  async prepare(events: readonly ResponseEvent[]): Promise<void> {
    if (events.length === 0) return;
    const encoded = this.#connection.encode(events);
    if (this.#hasBegun) this.#connection.send(encoded);
    else this.#opening = encoded;
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#connection.begin(this.#headers, this.#opening);
  }

  /** @returns a promise that resolves when a slow client has caught up; undefined where there is no need to wait */
  write(events: readonly ResponseEvent[]): Promise<void> | undefined {
    if (events.length === 0 || !this.#hasBegun) return undefined;
    this.#hasGiven = true;
    this.#keepAlive.refresh();
    const connection = this.#connection;
    return connection.send(connection.encode(events)) ? undefined : connection.drained();
  }

  /** Ends without another word: a stream that began is cut, one that did not leaves the connection to its caller. */
  abandon(): void {
    clearInterval(this.#keepAlive);
    if (this.#hasBegun) this.#connection.cut();
  }

  /** Writes the last events and ends; a stream that never began leaves the connection to its caller. */
  end(events: readonly ResponseEvent[]): void {
    clearInterval(this.#keepAlive);
    if (!this.#hasBegun || this.#connection.isGone) return;
    this.#hasGiven ||= events.length > 0;
    this.#connection.end(events);
  }

  #beat(): void {
    const connection = this.#connection;
    if (!this.#hasBegun) this.begin();
    // A client with unread events needs no keep-alive; more events would only pile up in memory.
    else if (!connection.isBehind) connection.send(connection.encode(this.#source?.heartbeat() ?? []));
  }
}
