/** Opens the answer upstream and relays it: chunks in, events out to the client, until it is complete or broken. */
import { RelayError } from '../../errors.ts';
import { needsStream } from '../../translate/errors/codex.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import type { ResponseEvent } from '../../wire/responses.ts';
import type { Target } from '../routing/target.ts';
import { brokenReply } from '../upstream/failures.ts';
import type { UpstreamReply } from '../upstream/transport.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { type ChatStreamReader, readerFor } from './chat-stream.ts';
import type { ClientStream } from './client-stream.ts';
import type { Exchange, Outcome } from './exchange.ts';

/** After the provider said why it stopped, usage follows within moments, or never. */
const FINISH_GRACE_MS = 3_000;

export interface AnswerOptions {
  upstream: Upstream;
  /** An upstream that sends nothing for this long has failed. */
  stallMs: number;
}

/** @param stream undefined for a blocking client: the outcome holds all that it is told */
export async function relayAnswer(
  exchange: Exchange,
  stream: ClientStream | undefined,
  options: AnswerOptions,
): Promise<Outcome> {
  const lastEvents = await relayToEnd(exchange, stream, options).catch((error: unknown) => {
    exchange.abort.abort();
    const failure = asRelayError(error, exchange);
    // Codex understands some codes only as events.
    if (exchange.client.isCodex && needsStream(failure)) stream?.begin();
    return exchange.reducer.fail(failure);
  });
  const { response, error } = exchange.reducer;
  return { response, error, lastEvents };
}

/** @returns the events that are left to be told when upstream is done */
async function relayToEnd(
  exchange: Exchange,
  stream: ClientStream | undefined,
  options: AnswerOptions,
): Promise<readonly ResponseEvent[]> {
  const opening = exchange.reducer.start();
  const [reply] = await Promise.all([open(exchange, options), stream?.prepare(opening)]);
  stream?.begin();
  await relayBody(exchange, reply, stream, options);
  return exchange.reducer.finish();
}

async function open(exchange: Exchange, { upstream, stallMs }: AnswerOptions): Promise<UpstreamReply> {
  const { target, translation, abort, client } = exchange;
  const call = { ...target, signal: abort.signal, clientRetries: client.retriesItself };
  const silence = watchSilence(exchange, stallMs);
  try {
    return await upstream.complete(call, target.model, translation.body);
  } finally {
    clearTimeout(silence);
  }
}

/** Feeds the reducer until the provider is done, falls silent, or breaks off. */
async function relayBody(
  exchange: Exchange,
  reply: UpstreamReply,
  stream: ClientStream | undefined,
  { stallMs }: AnswerOptions,
): Promise<void> {
  const { reducer, target, abort } = exchange;
  const reader = readerFor(reply, target.profile);
  const body = reply.body[Symbol.asyncIterator]();
  let silence = watchSilence(exchange, stallMs);
  let grace: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      const { value, done } = await body.next();
      if (done) break;
      silence.refresh();
      const chunks = reader.feed(value);
      // An answer that goes on after its finish reason is not over; comments are no answer.
      if (chunks.length > 0) grace?.refresh();
      const events = feed(chunks, exchange);
      const drained = stream?.write(events);
      if (drained !== undefined) {
        // A client that reads slowly does not make the provider silent.
        clearTimeout(silence);
        await drained;
        silence = watchSilence(exchange, stallMs);
      }
      if (reader.isDone || reducer.isEnded) break;
      if (reducer.sawFinish) grace ??= setTimeout(() => abort.abort(), FINISH_GRACE_MS);
    }
    const rest = feed(reader.end(), exchange);
    await stream?.write(rest);
  } catch (error) {
    // Whatever breaks off after the finish reason takes nothing from the answer.
    if (abort.signal.reason instanceof RelayError || !reducer.sawFinish) throw error;
  } finally {
    clearTimeout(silence);
    clearTimeout(grace);
    drain(body, reader, abort);
  }
}

function feed(chunks: readonly ChatChunk[], exchange: Exchange): readonly ResponseEvent[] {
  const { reducer } = exchange;
  const [first] = chunks;
  if (first === undefined) return [];
  const events = reducer.feed(first);
  for (let at = 1; at < chunks.length; at++) {
    const chunk = chunks[at];
    if (chunk !== undefined) events.push(...reducer.feed(chunk));
  }
  if (events.length > 0) exchange.firstTokenAt ??= Date.now();
  return events;
}

function watchSilence({ abort, target }: Exchange, stallMs: number): NodeJS.Timeout {
  return setTimeout(() => abort.abort(stalled(target, stallMs)), stallMs);
}

function stalled({ profile }: Target, stallMs: number): RelayError {
  return new RelayError(
    'upstream_stalled',
    `${profile.name} sent nothing for ${Math.round(stallMs / 1000)} s.`,
  );
}

function asRelayError(error: unknown, { abort, target }: Exchange): RelayError {
  const { reason } = abort.signal;
  if (reason instanceof RelayError) return reason;
  if (error instanceof RelayError) return error;
  return brokenReply(target.profile.name, error);
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
