/**
 * VS Code's own models as a Chat Completions provider: the relay sends its request to `vscode://lm`, and is answered
 * with a list, a stream of chunks, or an error, as over HTTP.
 */
import { messageOf } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import type { UpstreamReply, UpstreamTransport } from '../../relay/transport.ts';
import type { ChatRequest } from '../../wire/chat.ts';
import { AnswerChunks } from './answer-chunks.ts';
import { failureOf, type ModelFailure, noSuchModel } from './failures.ts';
import type { AnswerPart, LanguageModel, LanguageModels, ModelRequest } from './language-model.ts';
import { modelList } from './model-list.ts';
import { textOfRequest, toModelRequest } from './model-request.ts';

/**
 * Counts that take longer than this are not waited for: the relay ends an answer that goes on long after its finish.
 */
const COUNT_MS = 2_000;

/** Requests to VS Code's models go to them, all others to `network`. */
export function withLanguageModels(
  network: UpstreamTransport,
  models: LanguageModels,
  logger: Pick<Logger, 'debug'>,
): UpstreamTransport {
  const own = createLanguageModelTransport(models, logger);
  return (request) => (request.url.startsWith('vscode:') ? own(request) : network(request));
}

function createLanguageModelTransport(
  models: LanguageModels,
  logger: Pick<Logger, 'debug'>,
): UpstreamTransport {
  return async ({ method, url, body, signal }) => {
    signal.throwIfAborted();
    const offered = await models.list();
    if (method === 'GET' && url.endsWith('/models')) return json(200, modelList(offered));
    if (method !== 'POST' || !url.endsWith('/chat/completions')) return json(404, { error: `no ${url}` });
    const request = JSON.parse(decoder.decode(body)) as ChatRequest;
    const model = offered.find(({ id }) => id === request.model);
    if (model === undefined) return refusal(noSuchModel(request.model, offered.length));
    return answer(model, request, signal, logger);
  };
}

/** Rejects only if the client has left. */
async function answer(
  model: LanguageModel,
  body: ChatRequest,
  signal: AbortSignal,
  logger: Pick<Logger, 'debug'>,
): Promise<UpstreamReply> {
  // If VS Code does not tell, images are tried: a model that cannot see will say so.
  const request = toModelRequest(body, model.takesImages ?? true);
  try {
    const parts = new PartReader(model.send(request, signal), signal);
    // Most failures come instead of the first part; the reply is then an error, and the relay can react to it.
    const first = await parts.next();
    return reply(200, 'text/event-stream', stream({ model, request, parts, first, signal, logger }));
  } catch (error) {
    signal.throwIfAborted();
    return refusal(failureOf(error));
  }
}

interface Answering {
  model: LanguageModel;
  request: ModelRequest;
  parts: PartReader;
  first: IteratorResult<AnswerPart>;
  signal: AbortSignal;
  logger: Pick<Logger, 'debug'>;
}

async function* stream(answering: Answering): AsyncGenerator<Uint8Array> {
  const { parts, first, signal } = answering;
  const chunks = new AnswerChunks();
  try {
    for (let next = first; !next.done; next = await parts.next()) {
      const chunk = chunks.chunk(next.value);
      if (chunk !== undefined) yield event(chunk);
    }
    signal.throwIfAborted();
    for (const chunk of chunks.end(await usageOf(chunks, answering))) yield event(chunk);
    yield encoder.encode('data: [DONE]\n\n');
  } catch (error) {
    signal.throwIfAborted();
    const { status, body } = failureOf(error);
    yield event({ error: { ...body.error, status } });
  } finally {
    parts.end();
  }
}

/** The parts of an answer, until the client leaves: a model that ignores cancellation keeps nobody waiting. */
class PartReader {
  readonly #iterator: Promise<AsyncIterator<AnswerPart>>;
  #giveUp: (reason: unknown) => void = () => {};

  constructor(answered: Promise<AsyncIterable<AnswerPart>>, signal: AbortSignal) {
    this.#iterator = answered.then((parts) => parts[Symbol.asyncIterator]());
    signal.addEventListener('abort', () => this.#giveUp(signal.reason), { once: true });
  }

  next(): Promise<IteratorResult<AnswerPart>> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#iterator.then((parts) => parts.next()).then(resolve, reject);
    });
  }

  /** Stops reading. It is no failure if the answer is already over or never came. */
  end(): void {
    this.#iterator.then((parts) => parts.return?.()).catch(() => undefined);
  }
}

/** The counts that came with the answer, else the tokenizer's; undefined if it does not count. */
async function usageOf(
  chunks: AnswerChunks,
  { model, request, signal, logger }: Answering,
): Promise<JsonObject | undefined> {
  if (chunks.usage !== undefined) return chunks.usage;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(COUNT_MS)]);
  const counts = [textOfRequest(request), chunks.text].map((text) => model.countTokens(text, soon));
  try {
    const [prompt_tokens = 0, completion_tokens = 0] = await Promise.race([Promise.all(counts), late(soon)]);
    return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  } catch (error) {
    signal.throwIfAborted();
    logger.debug(`VS Code: ${model.id} counts no tokens: ${messageOf(error)}`);
    return undefined;
  }
}

function late(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

// ---------------------------------------------------------------------------------------------- replies

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function event(chunk: object): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`);
}

function refusal({ status, body }: ModelFailure): UpstreamReply {
  return json(status, body);
}

function json(status: number, value: object): UpstreamReply {
  return reply(status, 'application/json', once(encoder.encode(JSON.stringify(value))));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function reply(status: number, contentType: string, body: AsyncIterable<Uint8Array>): UpstreamReply {
  return { status, headers: { 'content-type': contentType }, body };
}
