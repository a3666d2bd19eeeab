/** Opens the answer upstream and relays it, chunks in and events out, until it is complete or breaks off. */
import { RelayError } from '../../errors.ts';
import type { ResponseEvent } from '../../wire/responses.ts';
import type { Wire } from '../../wire/wire.ts';
import type { Waiting } from '../options.ts';
import type { Target } from '../routing/target.ts';
import type { UpstreamReply } from '../transport.ts';
import { brokenReply } from '../upstream/failures.ts';
import { Reads } from '../upstream/reads.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Feed } from './answer-feed.ts';
import type { ClientStream } from './client-stream.ts';
import type { Attempt, Exchange, Outcome, Translation } from './exchange.ts';
import { type ReportOptions, reportWait } from './report.ts';
import { SilenceWatch, silenceLimits } from './silence.ts';
import { whileThere } from './while-there.ts';

/** After the provider said why it stopped, usage follows within moments, or never. */
const FINISH_GRACE_MS = 3_000;
/** Once all items of a response are finished, its end or another item follows within moments. */
const GRACE_MS: Readonly<Record<Wire, number>> = { chat: FINISH_GRACE_MS, responses: 5_000 };

export interface AnswerOptions extends ReportOptions {
  upstream: Upstream;
  /** An upstream that sends nothing for this long has failed. Undefined: see `silenceLimits`. */
  stallMs: number | undefined;
  /** An upstream that has said nothing after this long is abandoned for the next target. */
  firstOutputMs: number;
  /** Whether no other target is left; this one then gets all the time it needs. */
  isLast: boolean;
  /** See `UpstreamCall.needsImage`. */
  needsImage?: true;
}

/** @param stream undefined for a blocking client, whose whole answer is in the outcome */
export async function relayAnswer(
  exchange: Exchange,
  attempt: Attempt,
  stream: ClientStream | undefined,
  options: AnswerOptions,
): Promise<Outcome> {
  const { reducer, abort } = attempt;
  const impatience = watchFirstOutput(attempt, options);
  try {
    const lastEvents = await relayToEnd(exchange, attempt, stream, options);
    return { attempt, response: reducer.response, error: reducer.error, lastEvents };
  } catch (error) {
    abort.abort();
    const lastEvents = reducer.fail(asRelayError(error, attempt));
    return { attempt, response: reducer.response, error: reducer.error, lastEvents };
  } finally {
    clearTimeout(impatience);
  }
}

/** @returns the events that remain to be sent when upstream is done */
async function relayToEnd(
  exchange: Exchange,
  attempt: Attempt,
  stream: ClientStream | undefined,
  options: AnswerOptions,
): Promise<readonly ResponseEvent[]> {
  const { reducer } = attempt;
  stream?.follow(reducer, wireHeaders(attempt.translation));
  // The response begins only once, however many targets are tried.
  const opening = exchange.attempts.length === 1 ? reducer.start() : [];
  const silence = new SilenceWatch(attempt, silenceLimits(attempt.target.provider.baseUrl, options.stallMs));
  try {
    const [reply] = await Promise.all([open(exchange, attempt, silence, options), stream?.prepare(opening)]);
    stream?.begin();
    const rest = await relayBody({ exchange, attempt, stream, silence }, reply);
    return [...rest, ...reducer.finish()];
  } finally {
    silence.end();
  }
}

function open(
  exchange: Exchange,
  attempt: Attempt,
  silence: SilenceWatch,
  options: AnswerOptions,
): Promise<UpstreamReply> {
  const { target, translation, abort } = attempt;
  const call = {
    ...target,
    signal: abort.signal,
    // The next attempt is another target's, or the client's own.
    clientRetries: exchange.client.retriesItself || !options.isLast,
    ...(options.needsImage && { needsImage: options.needsImage }),
    onWait: (waiting: Waiting | undefined) => {
      // While the relay itself waits to ask again, the provider owes it nothing.
      if (waiting === undefined) silence.resume();
      else silence.pause();
      reportWait(exchange, target, waiting, options);
    },
  };
  return translation.wire === 'chat'
    ? options.upstream.complete(call, target.model, translation.body)
    : options.upstream.respond(call, target.model, translation.body);
}

/** Who takes part in relaying the body of one reply. */
interface Relaying {
  exchange: Exchange;
  attempt: Attempt;
  stream: ClientStream | undefined;
  silence: SilenceWatch;
}

/**
 * Feeds the reducer until the provider is done, falls silent, or breaks off.
 * @returns the events that were not written, because the response ended with them
 */
async function relayBody(relaying: Relaying, reply: UpstreamReply): Promise<readonly ResponseEvent[]> {
  const { reducer, feed, abort, translation } = relaying.attempt;
  const body = new Reads(reply.body);
  relaying.silence.resume();
  const grace = new Grace(abort, GRACE_MS[translation.wire]);
  try {
    return (await relayReads(relaying, body, grace)) ?? (await relayRest(relaying));
  } catch (error) {
    // A connection that breaks after the finish reason costs the answer nothing.
    if (abort.signal.reason instanceof RelayError || !reducer.sawFinish) throw error;
    return [];
  } finally {
    grace.end();
    drain(body, feed, abort);
  }
}

/** Relays one read after another. @returns the last events if the response ended with them, undefined if it is open */
async function relayReads(
  { exchange, attempt, stream, silence }: Relaying,
  body: Reads,
  grace: Grace,
): Promise<readonly ResponseEvent[] | undefined> {
  const { reducer, feed, abort } = attempt;
  for (;;) {
    const bytes = body.take();
    if (bytes === undefined) {
      if (await body.more()) continue;
      return undefined;
    }
    silence.heard();
    const said = feed.read(bytes);
    // An answer may go on after its finish reason; keep-alive comments do not count.
    if (said !== undefined) grace.extend();
    const events = said ?? [];
    if (events.length > 0) exchange.firstTokenAt ??= performance.now();
    if (reducer.isEnded) return events;
    const drained = stream?.write(events);
    if (drained !== undefined) {
      // Until the client has caught up nothing more is read, so nothing more can come.
      silence.pause();
      grace.end();
      // A client that reads nothing must not keep its exchange from being cancelled.
      await whileThere(drained, abort.signal);
      silence.resume();
    }
    if (feed.problem !== undefined) throw feed.problem;
    if (feed.isDone) return undefined;
    if (reducer.sawFinish) grace.begin();
    else grace.end();
  }
}

/** Relays what the end of the body completes. @returns as `relayBody` does */
async function relayRest({ exchange, attempt, stream }: Relaying): Promise<readonly ResponseEvent[]> {
  const { reducer, feed } = attempt;
  const rest = feed.end();
  if (rest.length > 0) exchange.firstTokenAt ??= performance.now();
  if (feed.problem !== undefined && !reducer.isEnded) {
    await stream?.write(rest);
    throw feed.problem;
  }
  return reducer.sawFinish ? rest : [...rest, ...feed.lastWords()];
}

/** Ends the upstream call if nothing more comes for a moment after the answer seems complete. */
class Grace {
  readonly #abort: AbortController;
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(abort: AbortController, milliseconds: number) {
    this.#abort = abort;
    this.#milliseconds = milliseconds;
  }

  /** Nothing changes if it has begun already. */
  begin(): void {
    this.#timer ??= setTimeout(() => this.#abort.abort(), this.#milliseconds);
  }

  /** Starts over, if it has begun. */
  extend(): void {
    this.#timer?.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Tells the curious, and the doctor, which API answers and what had to be changed for it. */
function wireHeaders(translation: Translation): Record<string, string> {
  if (translation.wire === 'chat') return { 'x-codex-relay-wire': translation.wire };
  return {
    'x-codex-relay-wire': translation.wire,
    'x-codex-relay-repairs': translation.repairs.join(','),
  };
}

/**
 * Only while another target is left, and only for hosted providers: a local model may read a long prompt for minutes.
 */
function watchFirstOutput(
  attempt: Attempt,
  { firstOutputMs, isLast }: AnswerOptions,
): NodeJS.Timeout | undefined {
  const { abort, target, reducer } = attempt;
  if (isLast || !target.provider.preset.needsKey) return undefined;
  return setTimeout(() => {
    if (!reducer.hasSpoken) abort.abort(stalled(target, firstOutputMs));
  }, firstOutputMs);
}

function stalled({ profile }: Target, stallMs: number): RelayError {
  return new RelayError(
    'upstream_stalled',
    `${profile.name} sent nothing for ${Math.round(stallMs / 1000)} s.`,
  );
}

function asRelayError(error: unknown, { abort, target }: Attempt): RelayError {
  const { reason } = abort.signal;
  if (reason instanceof RelayError) return reason;
  if (error instanceof RelayError) return error;
  return brokenReply(target.profile.name, error);
}

/** Reads what follows `[DONE]`, so that the connection can be used again; gives up soon. */
function drain(body: Reads, { isDone }: Feed, abort: AbortController): void {
  if (!isDone || abort.signal.aborted) {
    abort.abort();
    return;
  }
  const timer = setTimeout(() => abort.abort(), FINISH_GRACE_MS);
  const readOn = async () => {
    do body.take();
    while (await body.more());
  };
  // The answer is complete, so it does not matter how the connection ends.
  readOn()
    .catch(() => undefined)
    .finally(() => clearTimeout(timer));
}
