import type { ResponseEvent } from '../../wire/responses.ts';
import type { EventOutput } from './drafts/draft.ts';

/** Numbers the events of one response, and keeps them until the caller takes them. */
export class EventBuffer implements EventOutput {
  #events: ResponseEvent[] = [];
  #sequence: number;

  /** @param first the number of the first event */
  constructor(first: number) {
    this.#sequence = first;
  }

  push(event: ResponseEvent): void {
    this.#events.push(event);
  }

  next(): number {
    return this.#sequence++;
  }

  /** The events since the last call. */
  take(): ResponseEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
