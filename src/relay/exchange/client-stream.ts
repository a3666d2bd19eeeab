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

  /** @param keepAliveMs after this much silence, and then every time, an event keeps the client waiting */
  constructor(connection: ClientConnection, keepAliveMs: number) {
    this.#connection = connection;
    this.#keepAlive = setInterval(() => this.#beat(), keepAliveMs);
  }

  /** Whether the client has been given anything of an answer; keep-alive is nothing. */
  get hasGiven(): boolean {
    return this.#hasGiven;
  }

  /**
   * @param source of the events that keep the client waiting
   * @param headers that a stream which has not begun gets as well
   */
  follow(
    source: { heartbeat(): readonly ResponseEvent[] },
    headers: Readonly<Record<string, string>> = {},
  ): void {
    this.#source = source;
    this.#headers = headers;
  }

  /** Encodes the first events, which are long (they echo the tools): there is time while upstream is at work. */
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

  /** @returns undefined, or what resolves when a slow client has caught up */
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
    // A client with unread events is not idle; more of them would only fill memory while it does not read.
    else if (!connection.isBehind) connection.send(connection.encode(this.#source?.heartbeat() ?? []));
  }
}
