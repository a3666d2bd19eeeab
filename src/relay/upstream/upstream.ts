/** Calls to the provider: the request, the retries before its first byte, and errors as `RelayError`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Preset } from '../../providers/index.ts';
import { type ListedModel, readModelList } from '../../providers/model-list.ts';
import { upstreamError } from '../../translate/errors/upstream.ts';
import type { Profile } from '../../translate/profile.ts';
import { refusedFields, withoutFields } from '../../translate/request/refused-fields.ts';
import type { ChatRequest } from '../../wire/chat.ts';
import { endpoint, type Provider } from '../routing/provider.ts';
import { encodeChatRequest } from './chat-body.ts';
import { withoutKey } from './redact.ts';
import type { UpstreamReply, UpstreamTransport } from './transport.ts';

const MAX_RETRIES = 2;
/** Codex retries as well: all waiting of one request together stays below this. */
const RETRY_BUDGET_MS = 20_000;
const FIRST_BACKOFF_MS = 500;
const RETRIED = new Set([408, 425, 429, 498, 500, 502, 503, 504, 520, 522, 524, 529]);
/** A kept connection that the provider had closed meanwhile, or one that broke before any answer. */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const MODELS_TIMEOUT_MS = 10_000;
const MAX_ERROR_BODY_CHARS = 64 * 1024;

export interface UpstreamCall {
  provider: Provider;
  /** The key to use; undefined sends none. */
  apiKey: string | undefined;
  signal: AbortSignal;
  /** True for a client that tries again by itself: then the relay does not, or attempts multiply. */
  clientRetries?: boolean;
}

export class Upstream {
  readonly #transport: UpstreamTransport;
  readonly #userAgent: string;
  readonly #logger: Logger;
  /** Fields that a provider refused, by base URL and model. */
  readonly #refused = new Map<string, Set<string>>();

  constructor(transport: UpstreamTransport, userAgent: string, logger: Logger) {
    this.#transport = transport;
    this.#userAgent = userAgent;
    this.#logger = logger;
  }

  /**
   * Opens a streamed completion; resolves with a 2xx reply whose body has not been read.
   * @throws RelayError when the provider refuses, cannot be reached, or stays overloaded
   */
  async complete(call: UpstreamCall, model: string, body: ChatRequest): Promise<UpstreamReply> {
    const key = `${call.provider.baseUrl} ${model}`;
    const known = withoutFields(body, this.#refused.get(key) ?? []);
    const outcome = await this.#completeWithRetries(call, model, known);
    if (!(outcome instanceof Refusal)) return outcome;
    this.#remember(key, outcome.fields, call.provider, model);
    const second = await this.#completeWithRetries(call, model, withoutFields(known, outcome.fields));
    if (second instanceof Refusal) throw second.error;
    return second;
  }

  async #completeWithRetries(
    call: UpstreamCall,
    model: string,
    body: ChatRequest,
  ): Promise<UpstreamReply | Refusal> {
    const { profile } = call.provider;
    let waited = 0;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#attempt(call, model, body);
      if (!(outcome instanceof RelayError)) return outcome;
      const wait = call.clientRetries ? undefined : retryWait(outcome, attempt);
      if (wait === undefined || waited + wait > RETRY_BUDGET_MS) throw outcome;
      waited += wait;
      this.#logger.warn(
        `${profile.name}: ${outcome.code} (HTTP ${outcome.status}), retry ${attempt + 1} of ${MAX_RETRIES} in ${wait} ms`,
      );
      await sleep(wait, undefined, { signal: call.signal });
    }
  }

  #remember(key: string, fields: readonly string[], { profile }: Provider, model: string): void {
    const refused = this.#refused.get(key) ?? new Set();
    for (const field of fields) refused.add(field);
    this.#refused.set(key, refused);
    this.#logger.warn(`${profile.name} refuses ${fields.join(', ')} for ${model}: sent without from now on`);
  }

  /** The models that the provider lists. */
  async models(call: UpstreamCall): Promise<ListedModel[]> {
    const { profile } = call.provider;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(MODELS_TIMEOUT_MS)]);
    const reply = await this.#send({ ...call, signal }, 'GET', endpoint(call.provider, '/models'));
    const text = await readText(reply, call.provider);
    if (reply.status !== 200) throw errorOf(reply, text, profile, 'models', call.apiKey);
    return readModelList(parseList(text, profile));
  }

  /** A failure that another attempt may cure is returned; anything final is thrown. */
  async #attempt(
    call: UpstreamCall,
    model: string,
    body: ChatRequest,
  ): Promise<UpstreamReply | RelayError | Refusal> {
    const { profile } = call.provider;
    const reply = await this.#send(
      call,
      'POST',
      endpoint(call.provider, '/chat/completions'),
      encodeChatRequest(body),
    ).catch(retryableOrThrow);
    if (reply instanceof RelayError) return reply;
    if (reply.status >= 200 && reply.status < 300) return reply;
    const text = await readText(reply, call.provider);
    const error = errorOf(reply, text, profile, model, call.apiKey);
    const refused = refusedFields(body, reply.status, text);
    if (refused.length > 0) return new Refusal(refused, error);
    // A provider's own trouble may hide behind any status (Groq, 2026-11: 400 "tool_use_failed").
    if (RETRIED.has(reply.status) || error.code === 'upstream_error') return error;
    throw error;
  }

  async #send(
    call: UpstreamCall,
    method: 'GET' | 'POST',
    url: string,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<UpstreamReply> {
    const { apiKey, signal, provider } = call;
    const { preset } = provider;
    // Nothing of the client's headers goes upstream: they hold workspace metadata (see the Codex facts).
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
      throw unreachable(provider, cause);
    }
  }
}

/** The provider refused fields that the request can do without. */
class Refusal {
  readonly fields: readonly string[];
  readonly error: RelayError;

  constructor(fields: readonly string[], error: RelayError) {
    this.fields = fields;
    this.error = error;
  }
}

function keyHeader({ keyHeader: name }: Preset, apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  return name === undefined ? { authorization: `Bearer ${apiKey}` } : { [name]: apiKey };
}

function retryableOrThrow(error: unknown): RelayError {
  const isBroken = error instanceof RelayError && BROKEN_CONNECTION.has(networkCode(error.cause) ?? '');
  if (isBroken) return error;
  throw error;
}

function unreachable(provider: Provider, cause: unknown): RelayError {
  const { host } = new URL(provider.baseUrl);
  const code = networkCode(cause);
  const reason = code === undefined ? '' : ` (${code})`;
  return new RelayError(
    'upstream_unreachable',
    `${provider.profile.name} cannot be reached at ${host}${reason}. Check the address, the network and the proxy.`,
    { cause },
  );
}

/** The system's own word for it (ECONNREFUSED, CERT_HAS_EXPIRED), from wherever the transport hides it. */
function networkCode(cause: unknown): string | undefined {
  for (let at = cause; at instanceof Error; at = at.cause) {
    const code: unknown = Reflect.get(at, 'code');
    if (typeof code === 'string') return code;
    if (at.name === 'TimeoutError') return 'no answer in time';
  }
  return undefined;
}

/** Milliseconds to wait before another attempt; undefined when there is none. */
function retryWait(error: RelayError, attempt: number): number | undefined {
  const isFinal = error.code === 'insufficient_quota' || error.code === 'context_length_exceeded';
  if (isFinal || attempt >= MAX_RETRIES) return undefined;
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return FIRST_BACKOFF_MS * 2 ** attempt;
}

function errorOf(
  reply: UpstreamReply,
  body: string,
  profile: Profile,
  model: string,
  apiKey: string | undefined,
): RelayError {
  if (reply.status >= 300 && reply.status < 400) {
    return new RelayError(
      'invalid_prompt',
      `${profile.name} redirects to another address (HTTP ${reply.status}); the key does not follow. Set the base URL to the new address.`,
    );
  }
  const failure = {
    status: reply.status,
    body: withoutKey(body, apiKey),
    retryAfterSeconds: askedWait(reply),
  };
  return upstreamError(failure, profile, model);
}

/** Seconds; `Retry-After` is a number of them or a date, OpenAI and Azure send milliseconds beside it. */
function askedWait(reply: UpstreamReply): number | undefined {
  const milliseconds = Number(reply.header('retry-after-ms') || Number.NaN);
  const after = reply.header('retry-after') || 'unknown';
  const seconds = Number(after);
  const untilDate = (Date.parse(after) - Date.now()) / 1000;
  const wait = [milliseconds / 1000, seconds, untilDate].find(Number.isFinite);
  return wait === undefined ? undefined : Math.max(0, Math.ceil(wait));
}

/** The whole body; of an error, what arrived of it within a limit. */
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
    // Of an error the status says most.
    if (!isError) throw unreachable(provider, cause);
  }
  return text + decoder.decode();
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
