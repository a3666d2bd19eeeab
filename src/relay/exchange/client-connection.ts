/** What an exchange needs of the way to its client, be it the response to an HTTP request or a WebSocket. */
import type { InputItem, ResponseEvent } from '../../wire/responses.ts';

/** One answer's way to the client. */
export interface ClientConnection {
  /** Whether anything of this answer was written. */
  readonly hasBegun: boolean;
  /** Whether the client has left. */
  readonly isGone: boolean;
  /** Whether the client reads more slowly than events come. */
  readonly isBehind: boolean;
  /** What is remembered for as long as the connection stays open; undefined where it ends with the answer. */
  readonly memory: LastConversation | undefined;
  /** Makes the response's id known outside of its events. */
  announce(responseId: string): void;
  /** Calls back once when the client leaves before it has its whole answer; at once where it has left already. */
  onLeave(listener: () => void): void;
  /**
   * Writes what stands before the first event, and the first events.
   * @param headers about the answer, where there is a place for them
   */
  begin(headers: Readonly<Record<string, string>>, opening: readonly Buffer[]): void;
  /** The events as they are written, in one piece or several. */
  encode(events: readonly ResponseEvent[]): readonly Buffer[];
  /** @returns false when the client is behind */
  send(pieces: readonly Buffer[]): boolean;
  /** Resolves when the client has caught up, or left. */
  drained(): Promise<void>;
  /** Writes the last events, and what stands behind them. */
  end(events: readonly ResponseEvent[]): void;
  /** Breaks off without another word. */
  cut(): void;
}

/**
 * The conversation up to the last response on a connection. The requests that follow on it may continue this
 * response though it was never stored (OpenAI's WebSocket mode, 2026-11).
 */
export class LastConversation {
  #id: string | undefined;
  #items: readonly InputItem[] = [];

  /** Oldest first; undefined for any other response than the last. */
  upTo(responseId: string): readonly InputItem[] | undefined {
    return responseId === this.#id ? this.#items : undefined;
  }

  keep(responseId: string, items: readonly InputItem[]): void {
    this.#id = responseId;
    this.#items = items;
  }
}
