/** The response around an answer: how it begins and how it ends, each with its events. */
import type { RelayError } from '../../errors.ts';
import type {
  ResponseEvent,
  ResponseResource,
  ResponsesRequest,
  ResponseUsage,
  TerminalEventType,
} from '../../wire/responses.ts';
import { forCodex } from '../errors/codex.ts';
import { eventErrorCode, responseErrorCode } from '../errors/other-clients.ts';
import { errorEvent } from './error-event.ts';
import { EventBuffer } from './event-buffer.ts';
import { newResponse } from './resource.ts';

export interface FrameOptions {
  request: ResponsesRequest;
  responseId: string;
  /** Seconds since the epoch; default: now. */
  createdAt?: number;
  /** Number of the first event; more than 0 if another target began the response. Default 0. */
  firstSequence?: number;
  /** Seconds since the epoch. */
  now: () => number;
  /** Codex gets errors under codes that it understands. Default: false. */
  isCodex?: boolean;
}

const TERMINAL = {
  completed: 'response.completed',
  failed: 'response.failed',
  incomplete: 'response.incomplete',
} as const satisfies Record<string, TerminalEventType>;

export class ResponseFrame {
  /** The response so far, with its finished items; final after a terminal event. */
  readonly response: ResponseResource;
  readonly events: EventBuffer;
  /** Why the response failed; undefined while it has not. */
  error: RelayError | undefined;
  readonly #options: FrameOptions;

  constructor(options: FrameOptions) {
    this.#options = options;
    this.events = new EventBuffer(options.firstSequence ?? 0);
    this.response = newResponse(options.request, options.responseId, options.createdAt ?? options.now());
  }

  /** True once a terminal event went out. */
  get isEnded(): boolean {
    return this.response.status !== 'in_progress';
  }

  /** The first two events of every response. */
  start(): ResponseEvent[] {
    this.#status('response.created');
    this.#status('response.in_progress');
    return this.events.take();
  }

  /** An event that says nothing but keeps Codex's idle timer from firing (it does not count SSE comments). */
  heartbeat(): ResponseEvent[] {
    if (!this.isEnded) this.#status('response.in_progress');
    return this.events.take();
  }

  fail(cause: RelayError, usage: ResponseUsage | undefined): ResponseEvent[] {
    this.error = cause;
    const { message } = cause;
    if (this.#options.isCodex) {
      this.response.error = { code: forCodex(cause).code, message };
    } else {
      this.response.error = { code: responseErrorCode(cause.code), message };
      this.events.push(errorEvent(this.events.next(), eventErrorCode(cause.code), message));
    }
    return this.end('failed', usage);
  }

  end(status: keyof typeof TERMINAL, usage: ResponseUsage | undefined): ResponseEvent[] {
    const { response } = this;
    response.status = status;
    response.completed_at = status === 'completed' ? this.#options.now() : null;
    response.usage = usage ?? null;
    this.#status(TERMINAL[status]);
    return this.events.take();
  }

  #status(type: 'response.created' | 'response.in_progress' | TerminalEventType): void {
    // A copy, because the response keeps changing, and each event must show it as it was.
    const response = { ...this.response, output: [...this.response.output] };
    this.events.push({ type, sequence_number: this.events.next(), response });
  }
}
