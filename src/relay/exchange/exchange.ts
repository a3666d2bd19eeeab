/** One request to `POST /v1/responses`, from the checked body to the terminal event. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { RelayError } from '../../errors.ts';
import { needsStream } from '../../translate/errors/codex.ts';
import type { ChatTranslation } from '../../translate/request/to-chat-request.ts';
import type { IdPrefix, ResponseStream } from '../../translate/stream/reducer.ts';
import type { ResponseEvent, ResponseResource, ResponsesRequest } from '../../wire/responses.ts';
import type { RequestReport } from '../options.ts';
import type { Provider } from '../routing/provider.ts';
import type { UpstreamReply } from '../upstream/transport.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { type ChatStreamReader, readerFor } from './chat-stream.ts';
import { EventWriter, encodeEvents } from './sse.ts';

/** After the provider said why it stopped, usage follows within moments, or never. */
const FINISH_GRACE_MS = 3_000;

export interface ExchangeOptions {
  upstream: Upstream;
  provider: Provider;
  apiKey: string | undefined;
  request: ResponsesRequest;
  model: string;
  translation: ChatTranslation;
  stream: ResponseStream;
  isCodex: boolean;
  keepAliveMs: number;
  stallMs: number;
  /** Called when the response is final, before the client learns of it. */
  onEnd: (response: ResponseResource) => Promise<void>;
  onReport: (report: RequestReport) => void;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #abort = new AbortController();
  readonly #startedAt = Date.now();
  readonly #ended = Promise.withResolvers<void>();
  #ending: RelayError | undefined;
  #firstTokenMs: number | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  get request(): ResponsesRequest {
    return this.#options.request;
  }

  /** As it stands: of finished items only. */
  get response(): ResponseResource {
    return this.#options.stream.response;
  }

  /** Resolves when the response is final and recorded. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends the upstream call; the client, if it is still there, gets `response.failed` with this error. */
  cancel(error: RelayError): void {
    this.#ending ??= error;
    this.#abort.abort();
  }

  /** Answers with an event stream. @throws RelayError while nothing was written yet */
  async streamTo(response: ServerResponse): Promise<void> {
    const { stream } = this.#options;
    const output = new StreamOutput(response, stream, this.#options.keepAliveMs);
    this.#cancelWhenClientLeaves(response);
    this.#report('running');
    try {
      const [reply] = await Promise.all([this.#open(), output.prepare()]);
      output.begin();
      await this.#pump(reply, (events) => output.write(events));
      await this.#end(stream.finish(), (events) => output.write(events));
    } catch (error) {
      this.#abort.abort();
      const failure = this.#asRelayError(error);
      // Codex understands some codes only as events.
      if (this.#options.isCodex && needsStream(failure)) output.begin();
      if (!output.hasBegun) throw this.#failBeforeStream(failure);
      await this.#end(stream.fail(failure), (events) => output.write(events));
    } finally {
      output.end();
    }
  }

  /** Answers with the finished response. @throws RelayError when it failed */
  async whole(response: ServerResponse): Promise<ResponseResource> {
    const { stream } = this.#options;
    this.#cancelWhenClientLeaves(response);
    this.#report('running');
    try {
      stream.start();
      await this.#pump(await this.#open(), () => undefined);
      stream.finish();
    } catch (error) {
      throw this.#failBeforeStream(this.#asRelayError(error));
    }
    if (stream.error !== undefined) throw this.#failBeforeStream(stream.error);
    await this.#end([], () => undefined);
    return stream.response;
  }

  async #open(): Promise<UpstreamReply> {
    const { upstream, provider, apiKey, model, translation } = this.#options;
    const call = { provider, apiKey, signal: this.#abort.signal };
    const silence = this.#watchSilence();
    try {
      return await upstream.complete(call, model, translation.body);
    } finally {
      clearTimeout(silence);
    }
  }

  #watchSilence(): NodeJS.Timeout {
    const { provider, stallMs } = this.#options;
    return setTimeout(() => this.cancel(stalled(provider, stallMs)), stallMs);
  }

  /** Feeds the reducer until the provider is done, falls silent, or breaks off. */
  async #pump(reply: UpstreamReply, write: (events: readonly ResponseEvent[]) => Promise<void> | undefined) {
    const { stream, provider } = this.#options;
    const reader = readerFor(reply, provider.profile);
    const body = reply.body[Symbol.asyncIterator]();
    let isWaitingForUsage = false;
    let silence = this.#watchSilence();
    let grace: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        const { value, done } = await body.next();
        if (done) break;
        silence.refresh();
        const chunks = reader.feed(value);
        // An answer that goes on behind its finish reason is not over; comments are no answer.
        if (chunks.length > 0) grace?.refresh();
        const drained = write(this.#feed(chunks));
        if (drained !== undefined) {
          // A client that reads slowly is no silence of the provider.
          clearTimeout(silence);
          await drained;
          silence = this.#watchSilence();
        }
        if (reader.isDone || stream.isEnded) break;
        if (stream.sawFinish && !isWaitingForUsage) {
          isWaitingForUsage = true;
          grace = setTimeout(() => this.#abort.abort(), FINISH_GRACE_MS);
        }
      }
      await write(this.#feed(reader.end()));
    } catch (error) {
      // Whatever breaks off behind the finish reason takes nothing from the answer.
      if (this.#ending !== undefined || !stream.sawFinish) throw error;
    } finally {
      clearTimeout(silence);
      clearTimeout(grace);
      drain(body, reader, this.#abort);
    }
  }

  #feed(chunks: ReturnType<ChatStreamReader['feed']>): ResponseEvent[] {
    const { stream } = this.#options;
    if (chunks.length === 1 && chunks[0] !== undefined) return this.#seen(stream.feed(chunks[0]));
    const events: ResponseEvent[] = [];
    for (const chunk of chunks) events.push(...stream.feed(chunk));
    return this.#seen(events);
  }

  #seen(events: ResponseEvent[]): ResponseEvent[] {
    if (events.length > 0) this.#firstTokenMs ??= Date.now() - this.#startedAt;
    return events;
  }

  /** The record is kept before the client learns of the end: it may continue at once. */
  async #end(
    events: readonly ResponseEvent[],
    write: (events: readonly ResponseEvent[]) => unknown,
  ): Promise<void> {
    const { stream, onEnd } = this.#options;
    await onEnd(stream.response);
    await write(events);
    this.#report(this.#ending?.code === 'cancelled' ? 'cancelled' : endState(stream.response));
  }

  #failBeforeStream(error: RelayError): RelayError {
    this.#options.stream.fail(error);
    this.#report(error.code === 'cancelled' ? 'cancelled' : 'failed', error);
    return error;
  }

  #asRelayError(error: unknown): RelayError {
    if (this.#ending !== undefined) return this.#ending;
    if (error instanceof RelayError) return error;
    const { name } = this.#options.provider.profile;
    return new RelayError('upstream_error', `${name} broke off the answer.`, { cause: error });
  }

  #cancelWhenClientLeaves(response: ServerResponse): void {
    const leave = () => {
      if (!response.writableEnded) this.cancel(new RelayError('cancelled', 'The client left.'));
    };
    // It may have left while its history was read.
    if (response.destroyed) leave();
    else response.once('close', leave);
  }

  #report(state: RequestReport['state'], error: RelayError | undefined = this.#options.stream.error): void {
    const { stream, provider, request, model } = this.#options;
    const { usage } = stream.response;
    if (state !== 'running') this.#ended.resolve();
    this.#options.onReport({
      id: stream.response.id,
      state,
      provider: provider.label,
      model: request.model,
      upstreamModel: model,
      stream: request.stream === true,
      startedAt: this.#startedAt,
      ...(this.#firstTokenMs === undefined ? {} : { firstTokenMs: this.#firstTokenMs }),
      ...(state === 'running' ? {} : { durationMs: Date.now() - this.#startedAt }),
      ...(usage === null
        ? {}
        : {
            usage: {
              inputTokens: usage.input_tokens,
              cachedTokens: usage.input_tokens_details.cached_tokens,
              outputTokens: usage.output_tokens,
              reasoningTokens: usage.output_tokens_details.reasoning_tokens,
            },
          }),
      calledTools: stream.calledTools,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    });
  }
}

/** The client's event stream: begun by the first reply or the first keep-alive, whichever comes first. */
class StreamOutput {
  readonly #response: ServerResponse;
  readonly #stream: ResponseStream;
  readonly #keepAlive: NodeJS.Timeout;
  #opening: Buffer = Buffer.alloc(0);
  #writer: EventWriter | undefined;

  constructor(response: ServerResponse, stream: ResponseStream, keepAliveMs: number) {
    this.#response = response;
    this.#stream = stream;
    this.#keepAlive = setInterval(() => this.#beat(), keepAliveMs);
  }

  get hasBegun(): boolean {
    return this.#writer !== undefined;
  }

  /** Encodes the first events, which are long (they echo the tools): there is time while upstream is at work. */
  async prepare(): Promise<void> {
    this.#opening = encodeEvents(this.#stream.start());
  }

  begin(): void {
    if (this.#writer !== undefined) return;
    this.#writer = new EventWriter(this.#response);
    this.#writer.write(this.#opening);
  }

  /** Resolves at once, or when a slow client has caught up. */
  write(events: readonly ResponseEvent[]): Promise<void> | undefined {
    if (events.length === 0 || this.#writer === undefined) return undefined;
    this.#keepAlive.refresh();
    return this.#writer.write(encodeEvents(events)) ? undefined : this.#writer.drained();
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#writer?.end();
  }

  #beat(): void {
    if (this.#writer === undefined) this.begin();
    // A client with unread events is not idle; more of them would only fill memory while it does not read.
    else if (!this.#response.writableNeedDrain) this.#writer.write(encodeEvents(this.#stream.heartbeat()));
  }
}

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

function endState(response: ResponseResource): RequestReport['state'] {
  return response.status === 'in_progress' ? 'failed' : response.status;
}

function stalled(provider: Provider, stallMs: number): RelayError {
  const { name } = provider.profile;
  return new RelayError('upstream_stalled', `${name} sent nothing for ${Math.round(stallMs / 1000)} s.`);
}

/** Reads what follows `[DONE]`, so that the connection can serve the next request; gives up soon. */
function drain(body: AsyncIterator<Uint8Array>, reader: ChatStreamReader, abort: AbortController): void {
  if (!reader.isDone || abort.signal.aborted) {
    abort.abort();
    return;
  }
  const timer = setTimeout(() => abort.abort(), FINISH_GRACE_MS);
  const readOn = async () => {
    for (;;) if ((await body.next()).done) return;
  };
  // The answer is complete: how its connection ends is nobody's concern.
  readOn()
    .catch(() => undefined)
    .finally(() => clearTimeout(timer));
}
