/**
 * What the scripted servers of this folder share: a model that calls `exec_command` whenever it has tools and the last
 * message is the user's, and answers `Done.` otherwise.
 */
import { isObject, type JsonObject, parseObject } from '../../../../src/json.ts';
import type { ChatChunk, ChatRequest } from '../../../../src/wire/chat.ts';
import {
  type OtherRoutes,
  type ReceivedChat,
  type ScriptedReply,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../../../support/scripted-upstream.ts';
import { callers, schemasOf } from '../rules.ts';

/** A server for `startScriptedUpstream(answer, [], routes)`. */
export interface LocalServer {
  answer: (chat: ReceivedChat) => ScriptedReply;
  routes: OtherRoutes;
}

export const REFUSED = { type: 'invalid_request_error' };

const CALL = { id: 'call_1', name: 'exec_command', arguments: { cmd: 'ls' } };

/** The model's answer. A schema for it is a grammar that leaves no room for calls, whatever `tool_choice` says. */
export function reply(
  body: ChatRequest,
  promptSize: number,
  callChunks: (body: ChatRequest) => ChatChunk[] = () => toolCallChunks(CALL),
): ScriptedReply {
  const isFormatted = body['response_format'] !== undefined;
  const wantsCall = (body.tools ?? []).length > 0 && body.messages.at(-1)?.role === 'user';
  const chunks: ChatChunk[] = isFormatted
    ? textChunks('{"title":"invented"}')
    : wantsCall
      ? callChunks(body)
      : textChunks('Done.');
  const usage = body['stream_options'] === undefined ? [] : [usageChunk(promptSize, 2)];
  return streamReply(chunks, usage);
}

/** Four characters a token, the whole body counted. */
export function promptTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

export function hasImage({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ content }) =>
      Array.isArray(content) && content.some((part) => isObject(part) && part['type'] === 'image_url'),
  );
}

/** The first arguments of the history that are no JSON. */
export function brokenArguments(body: ChatRequest): string | undefined {
  const texts = callers(body).flatMap(({ tool_calls = [] }) =>
    tool_calls.map((call) => call.function.arguments),
  );
  return texts.find((text) => parseObject(text) === undefined);
}

export function hasRootReference({ tools = [] }: ChatRequest): boolean {
  const schemas = tools.flatMap((tool) =>
    isObject(tool.function) && isObject(tool.function['parameters'])
      ? schemasOf(tool.function['parameters'])
      : [],
  );
  return schemas.some(({ $ref }) => $ref === '#');
}

/** llama.cpp's words, which Ollama passes on. */
export function overflow(size: number, window: number): JsonObject {
  return {
    code: 400,
    message: `request (${size} tokens) exceeds the available context size (${window} tokens), try increasing it`,
    type: 'exceed_context_size_error',
    n_prompt_tokens: size,
    n_ctx: window,
  };
}

export const NO_IMAGES = {
  code: 500,
  message: 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
  type: 'server_error',
};
