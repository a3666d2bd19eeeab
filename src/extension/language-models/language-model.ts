/**
 * VS Code's own language models as plain values, so that only the calls themselves depend on VS Code: a request
 * describes messages, an answer is a stream of parts.
 */
import type { JsonObject } from '../../json.ts';

export interface LanguageModels {
  /** What VS Code offers now, in its order; possibly empty. Never rejects. */
  list(): Promise<readonly LanguageModel[]>;
}

export interface LanguageModel {
  /** `vendor/id`, because two vendors may use the same id. */
  id: string;
  /** Who offers it, e.g. `copilot`. */
  vendor: string;
  /** A name for people. */
  name: string;
  /** The most tokens that a request may have. */
  maxInputTokens: number;
  /** Whether it calls tools, and whether it takes images; undefined if VS Code does not tell. */
  callsTools: boolean | undefined;
  takesImages: boolean | undefined;
  /**
   * Sends a request; for the very first one VS Code asks the user for consent.
   * @throws what VS Code or the model throws (see `failures.ts`), before the first part or in the stream
   */
  send(request: ModelRequest, signal: AbortSignal): Promise<AsyncIterable<AnswerPart>>;
  /** Counts by the model's own tokenizer. @throws what the model's provider throws */
  countTokens(text: string, signal: AbortSignal): Promise<number>;
}

export interface ModelRequest {
  messages: readonly ModelMessage[];
  tools: readonly ModelTool[];
  /** `required`: one of the tools must be called. */
  toolMode: 'auto' | 'required';
  /** Everything else in the request, as fields of Chat Completions. */
  options: JsonObject;
}

/** There is no role for instructions, which become a user message. */
export interface ModelMessage {
  role: 'user' | 'assistant';
  parts: readonly MessagePart[];
}

export type MessagePart =
  | { kind: 'text'; text: string }
  | { kind: 'image'; mimeType: string; base64: string }
  | { kind: 'call'; callId: string; name: string; input: JsonObject }
  | { kind: 'result'; callId: string; text: string };

export interface ModelTool {
  name: string;
  description: string;
  inputSchema: JsonObject;
}

export type AnswerPart =
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; text: string }
  | { kind: 'call'; callId: string; name: string; input: object }
  /** Counts, under the names that the model's provider uses. */
  | { kind: 'usage'; usage: JsonObject };
