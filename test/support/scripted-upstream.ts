/**
 * A Chat Completions provider that answers from a script, over real HTTP on 127.0.0.1. Tests script what it
 * says, down to single bytes, and read what it received. Nothing here waits for a clock: a reply pauses only
 * on a promise that the test holds.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChatChunk, ChatDelta, ChatRequest, ChatUsage } from '../../src/wire/chat.ts';

/**
 * One step of a reply's body. A chunk goes out as one `data:` line; text is written as it is; bytes are written
 * as they are and reach the client as a read of their own; a promise holds the rest until it settles; `CUT`
 * resets the connection.
 */
export type BodyStep = ChatChunk | string | Uint8Array | Promise<unknown> | typeof CUT;

/** Resets the connection at this place in a body. */
export const CUT = Symbol('cut');

/** The line that ends a stream. */
export const DONE = 'data: [DONE]\n\n';

export interface ScriptedReply {
  /** Default 200. */
  status?: number;
  /** Default `content-type: text/event-stream`. */
  headers?: Readonly<Record<string, string>>;
  body: readonly BodyStep[];
}

/** One reply per chat request, in order, or a function of the request. */
export type Script =
  | readonly ScriptedReply[]
  | ((request: ReceivedChat, index: number) => ScriptedReply | Promise<ScriptedReply>);

export interface ReceivedChat {
  /** As sent, e.g. `/v1/chat/completions`. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body's text, and the same parsed. */
  text: string;
  body: ChatRequest;
  /** Resolves to true when the client closed the connection before the reply was complete, else to false. */
  clientLeft: Promise<boolean>;
}

export interface ScriptedUpstream {
  /** Base URL with the `/v1` path. */
  readonly url: string;
  /** Chat requests in order of arrival. */
  readonly chats: readonly ReceivedChat[];
  /** Resolves with the chat request of that index, now or when it arrives. */
  chat(index: number): Promise<ReceivedChat>;
  /** How often the model list was asked for. */
  readonly modelRequests: number;
  /** Closes every connection and frees the port. */
  stop(): Promise<void>;
}

/** What a server answers on a route beside chat; undefined where the route is none of its own. */
export type OtherRoutes = (request: {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body. */
  text: string;
}) => ScriptedReply | undefined | Promise<ScriptedReply | undefined>;

/**
 * Starts an upstream whose `GET /models` lists `models` (ids, or entries as a provider writes them) and whose chat
 * replies follow `script`.
 * @param routes answers first, the list of models included
 */
export async function startScriptedUpstream(
  script: Script,
  models: readonly (string | { id: string })[] = ['scripted-model'],
  routes: OtherRoutes = () => undefined,
): Promise<ScriptedUpstream> {
  const chats: ReceivedChat[] = [];
  const arrivals: PromiseWithResolvers<ReceivedChat>[] = [];
  let modelRequests = 0;

  const arrival = (index: number) => {
    arrivals[index] ??= Promise.withResolvers<ReceivedChat>();
    return arrivals[index];
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', method = '' } = request;
    const isChat = path.endsWith('/chat/completions');
    const isList = method === 'GET' && path.endsWith('/models');
    if (isList) modelRequests += 1;
    if (!isChat) {
      const other = await routes({ method, path, headers: request.headers, text: await readText(request) });
      if (other !== undefined) return send(response, other);
    }
    if (isList) {
      const data = models.map((model) => ({
        object: 'model',
        created: 0,
        owned_by: 'scripted',
        ...(typeof model === 'string' ? { id: model } : model),
      }));
      return send(response, jsonReply({ object: 'list', data }));
    }
    const clientLeft = whenClientLeft(response);
    if (method !== 'POST' || !isChat) {
      return send(response, errorReply(404, `scripted upstream has no ${method} ${path}`));
    }
    const text = await readText(request);
    const chat = { path, headers: request.headers, text, body: JSON.parse(text) as ChatRequest, clientLeft };
    const index = chats.push(chat) - 1;
    arrival(index).resolve(chat);
    return send(response, await scriptedReply(script, chat, index));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A mistake in a script must be seen by the test: it becomes the reply.
      if (response.headersSent) response.destroy();
      else send(response, errorReply(500, `script failed: ${error}`)).catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    chats,
    chat: (index) => arrival(index).promise,
    get modelRequests() {
      return modelRequests;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What `script` answers to the chat request of that index. */
export async function scriptedReply(
  script: Script,
  chat: ReceivedChat,
  index: number,
): Promise<ScriptedReply> {
  const reply = typeof script === 'function' ? await script(chat, index) : script[index];
  return reply ?? errorReply(500, `the script has no reply for chat request ${index + 1}`);
}

// --------------------------------------------------------------------------------------------- building replies

/** A stream of these steps that ends with `[DONE]`. */
export function streamReply(...steps: readonly (BodyStep | readonly BodyStep[])[]): ScriptedReply {
  return { body: [...(steps.flat() as BodyStep[]), DONE] };
}

/** A blocking answer. */
export function jsonReply(body: unknown, status = 200): ScriptedReply {
  return { status, headers: { 'content-type': 'application/json' }, body: [JSON.stringify(body)] };
}

/** An error in the envelope that most providers use. */
export function errorReply(
  status: number,
  message: string,
  more: { code?: string; type?: string; headers?: Readonly<Record<string, string>> } = {},
): ScriptedReply {
  const { headers, ...fields } = more;
  const reply = jsonReply({ error: { message, ...fields } }, status);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** One delta per piece of `text`, then `finish_reason: stop`. */
export function textChunks(...pieces: readonly string[]): ChatChunk[] {
  return [...pieces.map((content) => deltaChunk({ content })), finishChunk('stop')];
}

/** One delta per piece, no finish: an answer or tool calls follow. */
export function reasoningChunks(
  pieces: readonly string[],
  field: 'reasoning_content' | 'reasoning' = 'reasoning_content',
): ChatChunk[] {
  return pieces.map((piece) => deltaChunk({ [field]: piece }));
}

export interface ScriptedCall {
  id: string;
  name: string;
  /** An object, or JSON text as the model wrote it. */
  arguments: object | string;
}

/** Calls in OpenAI's streaming shape, arguments in two pieces each, then `finish_reason: tool_calls`. */
export function toolCallChunks(...calls: readonly ScriptedCall[]): ChatChunk[] {
  const deltas = calls.flatMap(({ id, name, arguments: given }, index) => {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    const half = Math.ceil(text.length / 2);
    return [
      { index, id, type: 'function', function: { name, arguments: '' } },
      { index, function: { arguments: text.slice(0, half) } },
      { index, function: { arguments: text.slice(half) } },
    ];
  });
  return [...deltas.map((delta) => deltaChunk({ tool_calls: [delta] })), finishChunk('tool_calls')];
}

/** The last chunk of a stream whose request asked for usage. */
export function usageChunk(promptTokens: number, completionTokens: number, more: ChatUsage = {}): ChatChunk {
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...more,
  };
  return { ...envelope(), choices: [], usage };
}

export function deltaChunk(delta: ChatDelta): ChatChunk {
  return { ...envelope(), choices: [{ index: 0, delta, finish_reason: null }] };
}

export function finishChunk(reason: string): ChatChunk {
  return { ...envelope(), choices: [{ index: 0, delta: {}, finish_reason: reason }] };
}

/** The bytes of chunks as a provider frames them, `[DONE]` included, for `splitBytes` or a script's own framing. */
export function sseBytes(chunks: readonly ChatChunk[], newline: '\n' | '\r\n' = '\n'): Uint8Array {
  const lines = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'];
  return Buffer.from(lines.map((line) => `data: ${line}${newline}${newline}`).join(''));
}

/** Cuts bytes at ascending offsets; every piece is written and read on its own. */
export function splitBytes(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const edges = [0, ...offsets, bytes.length];
  return edges.slice(1).map((end, piece) => bytes.subarray(edges[piece], end));
}

function envelope() {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'scripted-model',
  };
}

// ------------------------------------------------------------------------------------------------------ plumbing

async function send(response: ServerResponse, reply: ScriptedReply): Promise<void> {
  response.writeHead(reply.status ?? 200, reply.headers ?? { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  for (const step of reply.body) {
    if (response.destroyed) return;
    if (step === CUT) {
      response.socket?.resetAndDestroy();
      return;
    }
    if (step instanceof Promise) {
      await Promise.race([step, closed]);
    } else if (step instanceof Uint8Array) {
      response.write(step);
      await nextTurn();
    } else if (!response.write(typeof step === 'string' ? step : `data: ${JSON.stringify(step)}\n\n`)) {
      await Promise.race([new Promise((resolve) => response.once('drain', resolve)), closed]);
    }
  }
  response.end();
}

function whenClientLeft(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => response.once('close', () => resolve(!response.writableFinished)));
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
