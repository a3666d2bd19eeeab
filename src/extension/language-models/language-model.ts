/**
 * VS Code's own language models in plain values, so that everything about them but the calls themselves is free of
 * VS Code: a request is a description of messages, an answer a stream of parts.
 */
import type { JsonObject } from '../../json.ts';

export interface LanguageModels {
  /** What VS Code offers now, in its order; an empty list where there is none. Never rejects. */
  list(): Promise<readonly LanguageModel[]>;
}

export interface LanguageModel {
  /** `vendor/id`: the ids of two vendors may be the same. */
  id: string;
  /** Who offers it, e.g. `copilot`. */
  vendor: string;
  /** A name for people. */
  name: string;
  /** The most tokens that a request may have. */
  maxInputTokens: number;
  /** Whether it calls tools, and whether it takes images; undefined where VS Code does not tell. */
  callsTools: boolean | undefined;
  takesImages: boolean | undefined;
  /**
   * Sends a request; the first of all makes VS Code ask its user for consent.
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
  /** What else the request says, in the words of Chat Completions. */
  options: JsonObject;
}

/** There is no role for instructions: they come as a message of the user. */
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
  /** Counts as the model's provider spells them. */
  | { kind: 'usage'; usage: JsonObject };
