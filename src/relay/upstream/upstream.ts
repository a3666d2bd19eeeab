/** Calls to the provider: requests, retries before the first byte, and errors as `RelayError`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, messageOf, RelayError } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import type { Preset } from '../../providers/index.ts';
import { missesItem, nativeLessonsIn, refusesField, refusesTools } from '../../translate/native/lessons.ts';
import type { NativeRequest } from '../../translate/native/to-native-request.ts';
import type { Profile } from '../../translate/profile.ts';
import { holdsImage } from '../../translate/request/lessons/content.ts';
import { type Lesson, lessonsIn, withLessons } from '../../translate/request/lessons/learn.ts';
import type { ChatRequest } from '../../wire/chat.ts';
import type { Waiting } from '../options.ts';
import { endpoint, type Provider, type Route } from '../routing/provider.ts';
import type { UpstreamReply, UpstreamTransport } from '../transport.ts';
import { closedAtWork, errorOf, isBrokenConnection, noReply } from './failures.ts';
import { LearnedForms } from './learned-forms.ts';
import { withoutKey } from './redact.ts';
import { BodyEncoder, type RequestBody } from './request-body.ts';
import { insteadOfSignIn, isForeignSignIn } from './sign-in-token.ts';
import { refusesWire, WireRefusal } from './wire-refusal.ts';

const MAX_RETRIES = 2;
/** Codex retries as well, so all waits of one request together must stay below this. */
const RETRY_BUDGET_MS = 20_000;
const FIRST_BACKOFF_MS = 500;
const RETRIED = new Set([408, 425, 429, 498, 500, 502, 503, 504, 520, 522, 524, 529]);
/** How often one request is sent in another form after a refusal. */
const MAX_REFUSALS = 5;
/** Errors that another form of the request may cure; others are taken at their word. */
const TEACHES: ReadonlySet<ErrorCode> = new Set(['invalid_prompt', 'upstream_error', 'model_not_found']);
const MODELS_TIMEOUT_MS = 10_000;
const QUESTION_TIMEOUT_MS = 2_000;
const MAX_ERROR_BODY_CHARS = 64 * 1024;

export interface UpstreamCall {
  provider: Provider;
  /** The key to send; undefined sends none. */
  apiKey: string | undefined;
  signal: AbortSignal;
  /** True if the client retries by itself: the relay then does not, or attempts would multiply. */
  clientRetries?: boolean;
  /** The request is about an image and makes no sense without it. Default false. */
  needsImage?: true;
  /** Called when a wait begins, and with undefined when it is over. */
  onWait?: (waiting: Waiting | undefined) => void;
}

export class Upstream {
  readonly #transport: UpstreamTransport;
  readonly #userAgent: string;
  readonly #logger: Logger;
  readonly #chat: Road<ChatRequest>;
  readonly #native: Road<NativeRequest>;
  /** The waits that are going on. */
  readonly #waits = new Set<AbortController>();

  constructor(transport: UpstreamTransport, userAgent: string, logger: Logger) {
    this.#transport = transport;
    this.#userAgent = userAgent;
    this.#logger = logger;
    this.#chat = {
      route: '/chat/completions',
      encoder: new BodyEncoder('messages'),
      learned: new LearnedForms(logger),
      lessonsIn,
      refusesRoad: () => false,
      holdsImage,
    };
    this.#native = {
      route: '/responses',
      encoder: new BodyEncoder('input'),
      learned: new LearnedForms(logger),
      lessonsIn: nativeLessonsIn,
      // Requests that need their image always use Chat Completions.
      holdsImage: () => true,
      refusesRoad: (status, answer, body) =>
        !refusesField(body, answer) &&
        !missesItem(answer) &&
        (refusesWire(status, answer) || (status < 500 && refusesTools(body, answer))),
    };
  }

  /**
   * Opens a streamed completion; resolves with a 2xx reply whose body has not been read.
   * @throws RelayError when the provider refuses, cannot be reached, or stays overloaded
   */
  complete(call: UpstreamCall, model: string, body: ChatRequest): Promise<UpstreamReply> {
    return this.#open(call, model, body, this.#chat);
  }

  /**
   * Opens a streamed response, as `complete` does a completion.
   * @throws RelayError as `complete` does; a `WireRefusal` if the endpoint has no Responses API for this model
   */
  respond(call: UpstreamCall, model: string, body: NativeRequest): Promise<UpstreamReply> {
    return this.#open(call, model, body, this.#native);
  }

  async #open<Body extends RequestBody>(
    call: UpstreamCall,
    model: string,
    body: Body,
    road: Road<Body>,
  ): Promise<UpstreamReply> {
    const { provider } = call;
    const known = road.learned.of(provider, model);
    const waits: Waits = { attempts: 0, milliseconds: 0 };
    const tried: Lesson<Body>[] = [];
    let sent = withLessons(body, known);
    if (call.needsImage && !road.holdsImage(sent)) throw takesNoImages(provider, model);
    for (let refusals = 0; ; refusals++) {
      const outcome = await this.#openWithRetries(call, model, sent, [...known, ...tried], road, waits);
      if (!(outcome instanceof TeachingRefusal)) {
        road.learned.add(provider, model, tried);
        return outcome;
      }
      const other = withLessons(sent, outcome.lessons);
      if (refusals === MAX_REFUSALS || (call.needsImage && !road.holdsImage(other))) throw outcome.error;
      this.#logger.debug(`${outcome.error.message} Another form of the request is tried.`);
      tried.push(...outcome.lessons);
      sent = other;
    }
  }

  async #openWithRetries<Body extends RequestBody>(
    call: UpstreamCall,
    model: string,
    body: Body,
    known: readonly Lesson<Body>[],
    road: Road<Body>,
    waits: Waits,
  ): Promise<UpstreamReply | TeachingRefusal<Body>> {
    for (;;) {
      const outcome = await this.#attempt(call, model, body, known, road);
      if (!(outcome instanceof RelayError)) return outcome;
      const wait = call.clientRetries ? undefined : retryWait(outcome, waits.attempts);
      if (wait === undefined || waits.milliseconds + wait > RETRY_BUDGET_MS) throw outcome;
      waits.attempts += 1;
      waits.milliseconds += wait;
      this.#logger.warn(`${outcome.message} Now retry ${waits.attempts} of ${MAX_RETRIES}, in ${wait} ms.`);
      await this.#wait(wait, outcome, call);
    }
  }

  /** Ends all waits: what is waiting asks its provider now. */
  endWaits(): void {
    for (const wait of this.#waits) wait.abort();
  }

  async #wait(milliseconds: number, { code, message }: RelayError, call: UpstreamCall): Promise<void> {
    const early = new AbortController();
    this.#waits.add(early);
    call.onWait?.({ until: Date.now() + milliseconds, code, message });
    try {
      await sleep(milliseconds, undefined, { signal: AbortSignal.any([call.signal, early.signal]) });
    } catch (error) {
      if (call.signal.aborted) throw error;
    } finally {
      this.#waits.delete(early);
      call.onWait?.(undefined);
    }
  }

  /**
   * The provider's list of models, unchanged.
   * @throws RelayError that names provider and cause
   */
  async modelList(call: UpstreamCall): Promise<unknown> {
    const { profile } = call.provider;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(MODELS_TIMEOUT_MS)]);
    const reply = await this.#send({ ...call, signal }, 'GET', endpoint(call.provider, '/models'));
    const text = await readText(reply, call.provider);
    if (reply.status === 404 || reply.status === 405) throw noList(profile, reply.status);
    if (reply.status !== 200) throw errorOf(reply, text, profile, 'models', call.apiKey);
    return parseList(text, profile);
  }

  /**
   * What the provider tells about the key's account, unchanged.
   * @param url an address of the provider's own origin
   * @throws RelayError that names provider and cause
   */
  async account(call: UpstreamCall, url: string): Promise<unknown> {
    const { profile } = call.provider;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(MODELS_TIMEOUT_MS)]);
    const reply = await this.#send({ ...call, signal }, 'GET', url);
    const text = await readText(reply, call.provider);
    if (reply.status !== 200) throw errorOf(reply, text, profile, 'account', call.apiKey);
    return parseJson(text);
  }

  /**
   * Asks a model server about its models.
   * @param url an address of the same server
   * @param body of a POST; without one it is a GET
   * @returns the parsed answer; undefined if it is of no use, since the server may not know the route
   */
  async ask(call: UpstreamCall, url: string, body?: object): Promise<unknown> {
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(QUESTION_TIMEOUT_MS)]);
    const bytes = body && new TextEncoder().encode(JSON.stringify(body));
    try {
      const reply = await this.#send({ ...call, signal }, bytes ? 'POST' : 'GET', url, bytes);
      const text = await readText(reply, call.provider);
      if (reply.status === 200) return JSON.parse(text);
      this.#logger.debug(`${call.provider.label}: ${new URL(url).pathname} is answered with ${reply.status}`);
    } catch (error) {
      this.#logger.debug(`${call.provider.label}: ${new URL(url).pathname}: ${messageOf(error)}`);
    }
    return undefined;
  }

  /**
   * Sends one request unchanged and returns the whole reply, whatever its status.
   * @throws RelayError if there is no reply
   */
  async post(call: UpstreamCall, route: Route, body: object): Promise<{ status: number; text: string }> {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const reply = await this.#send(call, 'POST', endpoint(call.provider, route), bytes);
    return { status: reply.status, text: withoutKey(await readText(reply, call.provider), call.apiKey) };
  }

  /** Returns a failure that another attempt may cure; throws anything final. */
  async #attempt<Body extends RequestBody>(
    call: UpstreamCall,
    model: string,
    body: Body,
    known: readonly Lesson<Body>[],
    { route, encoder, refusesRoad, lessonsIn: lessonsFrom }: Road<Body>,
  ): Promise<UpstreamReply | RelayError | TeachingRefusal<Body>> {
    const { profile } = call.provider;
    const url = endpoint(call.provider, route);
    const sentAt = performance.now();
    const reply = await this.#send(call, 'POST', url, encoder.encode(body)).catch((error: unknown) =>
      retryableOrThrow(error, performance.now() - sentAt, profile.name),
    );
    if (reply instanceof RelayError) return reply;
    if (reply.status >= 200 && reply.status < 300) return reply;
    const text = await readText(reply, call.provider);
    const error = errorOf(reply, text, profile, model, call.apiKey);
    if (refusesRoad(reply.status, text, body)) {
      throw new WireRefusal(error.code, error.message, { status: error.status, cause: error });
    }
    const isTaught = TEACHES.has(error.code) || missesItem(text);
    const lessons = isTaught ? lessonsFrom(body, text, known) : [];
    if (lessons.length > 0) return new TeachingRefusal(lessons, error);
    // A provider's internal failure may come with any status (Groq, 2026-11: 400 "tool_use_failed").
    if (RETRIED.has(reply.status) || error.code === 'upstream_error') return error;
    throw error;
  }

  async #send(
    call: UpstreamCall,
    method: 'GET' | 'POST',
    url: string,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<UpstreamReply> {
    const { signal, provider } = call;
    const { preset } = provider;
    const apiKey = sendableKey(call);
    // None of the client's headers go upstream: they hold workspace metadata.
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': this.#userAgent };
    Object.assign(headers, preset.headers, keyHeader(preset, apiKey));
    if (body !== undefined) {
      headers['accept'] = 'text/event-stream';
      headers['content-type'] = 'application/json';
    }
    try {
      return await this.#transport({ method, url, headers, signal, ...(body === undefined ? {} : { body }) });
    } catch (cause) {
      const isLate = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
      if (signal.aborted && !isLate) throw new RelayError('cancelled', 'The client left.', { cause });
      throw noReply(provider.profile.name, provider.baseUrl, cause);
    }
  }
}

/** How requests of one API are sent, and what their refusals teach. */
interface Road<Body> {
  route: Route;
  encoder: BodyEncoder;
  learned: LearnedForms<Body>;
  lessonsIn(body: Body, answer: string, known: readonly Lesson<Body>[]): Lesson<Body>[];
  holdsImage(body: Body): boolean;
  /** Whether the refusal concerns the API itself, so that the other one should be tried. */
  refusesRoad(status: number, answer: string, body: Body): boolean;
}

/** The waiting time that all attempts of one request share. */
interface Waits {
  attempts: number;
  milliseconds: number;
}

/** The provider refused a request that it might accept in another form. */
class TeachingRefusal<Body> {
  readonly lessons: readonly Lesson<Body>[];
  readonly error: RelayError;

  constructor(lessons: readonly Lesson<Body>[], error: RelayError) {
    this.lessons = lessons;
    this.error = error;
  }
}

/**
 * The key that may go to this provider. A client's ChatGPT sign-in may only go to OpenAI.
 * @throws RelayError if there is no other key and the provider may need one
 */
function sendableKey({ apiKey, provider }: UpstreamCall): string | undefined {
  const isConfigured = apiKey !== undefined && provider.apiKeys.includes(apiKey);
  if (isConfigured || !isForeignSignIn(apiKey, provider.baseUrl)) return apiKey;
  return insteadOfSignIn(provider);
}

function keyHeader({ keyHeader: name }: Preset, apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  return name === undefined ? { authorization: `Bearer ${apiKey}` } : { [name]: apiKey };
}

/** @param waitedMs since the request was sent: after longer than all waits together, the provider was at work on it */
function retryableOrThrow(error: unknown, waitedMs: number, name: string): RelayError {
  if (!(error instanceof RelayError && isBrokenConnection(error))) throw error;
  if (waitedMs > RETRY_BUDGET_MS) throw closedAtWork(name, waitedMs, error.cause);
  return error;
}

/** Milliseconds to wait before another attempt; undefined if there is to be none. */
function retryWait(error: RelayError, attempt: number): number | undefined {
  const isFinal = error.code === 'insufficient_quota' || error.code === 'context_length_exceeded';
  if (isFinal || attempt >= MAX_RETRIES) return undefined;
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return FIRST_BACKOFF_MS * 2 ** attempt;
}

/** The whole body; of an error, only what arrived within a limit. */
async function readText(reply: UpstreamReply, provider: Provider): Promise<string> {
  const isError = reply.status >= 300;
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of reply.body) {
      text += decoder.decode(bytes, { stream: true });
      if (isError && text.length > MAX_ERROR_BODY_CHARS) break;
    }
  } catch (cause) {
    // For an error, the status already says most.
    if (!isError) throw noReply(provider.profile.name, provider.baseUrl, cause);
  }
  return text + decoder.decode();
}

/** The error for a model that was learned to take no images. */
function takesNoImages({ profile }: Provider, model: string): RelayError {
  return new RelayError('invalid_prompt', `${profile.name} takes no images for ${model}.`);
}

/** Some servers answer requests but have no list. */
function noList({ name }: Profile, status: number): RelayError {
  return new RelayError(
    'not_found',
    `${name} lists no models at this address (HTTP ${status}). Where requests fail too, check the base URL (often it ends in /v1).`,
  );
}

function parseList(text: string, profile: Profile): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RelayError(
      'upstream_error',
      `${profile.name} answered /models with something that is not JSON.`,
      { cause },
    );
  }
}
