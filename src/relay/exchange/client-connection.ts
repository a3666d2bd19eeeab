/** What an exchange needs from the connection to its client, be it an HTTP response or a WebSocket. */
import type { InputItem, ResponseEvent } from '../../wire/responses.ts';

/** The connection to the client, for one answer. */
export interface ClientConnection {
  /** Whether anything of this answer was written. */
  readonly hasBegun: boolean;
  /** Whether the client has left. */
  readonly isGone: boolean;
  /** Whether the client reads more slowly than events come. */
  readonly isBehind: boolean;
  /** Remembered while the connection stays open; undefined where the connection ends with the answer. */
  readonly memory: LastConversation | undefined;
  /** Tells the response's id outside of its events. */
  announce(responseId: string): void;
  /** Calls back once if the client leaves before it has its whole answer; at once if it has already left. */
  onLeave(listener: () => void): void;
  /**
   * Writes the head of the answer and its first events.
   * @param headers about the answer; left out where the protocol has no place for them
   */
  begin(headers: Readonly<Record<string, string>>, opening: readonly Buffer[]): void;
  /** The events encoded for this connection, in one piece or several. */
  encode(events: readonly ResponseEvent[]): readonly Buffer[];
  /** @returns false when the client is behind */
  send(pieces: readonly Buffer[]): boolean;
  /** Resolves when the client has caught up, or left. */
  drained(): Promise<void>;
  /** Writes the last events, and whatever closes the answer. */
  end(events: readonly ResponseEvent[]): void;
  /** Breaks off without another word. */
  cut(): void;
}

/**
 * The conversation up to the last response on a connection. Later requests on the same connection may continue this
 * response even though it was never stored (OpenAI's WebSocket mode, 2026-11).
 */
export class LastConversation {
  #id: string | undefined;
  #items: readonly InputItem[] = [];
  #isStored = false;

  /** Oldest first; undefined for any other response than the last. */
  upTo(responseId: string): { items: readonly InputItem[]; isStored: boolean } | undefined {
    return responseId === this.#id ? { items: this.#items, isStored: this.#isStored } : undefined;
  }

  /** @param isStored whether the history has it as well, so that it may be deleted there */
  keep(responseId: string, items: readonly InputItem[], isStored: boolean): void {
    this.#id = responseId;
    this.#items = items;
    this.#isStored = isStored;
  }
}
