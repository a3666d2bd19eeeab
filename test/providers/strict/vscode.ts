import { toModelRequest } from '../../../src/extension/language-models/model-request.ts';
import type { ChatRequest } from '../../../src/wire/chat.ts';
import type { StrictFamily } from './rules.ts';

/** What the Language Model API has a place for, and what Copilot's end of it checks. */
export const vscode: StrictFamily = {
  presets: ['vscode'],
  models: ['copilot/gpt-5-mini', 'copilot/claude-sonnet-5'],
  fields: ['max_tokens', 'temperature', 'frequency_penalty', 'presence_penalty'],
  maxTools: 128,
  check: (body) => [
    body.tool_choice !== undefined &&
      body.tool_choice !== 'auto' &&
      body.tool_choice !== 'required' &&
      'tool_choice: there is no such mode',
    unanswered(body),
  ],
};

/** Copilot, 2026-11: the message after a call holds nothing but outputs, those of all calls among them. */
function unanswered(body: ChatRequest): string | undefined {
  const { messages } = toModelRequest(body, true);
  for (const [at, { parts }] of messages.entries()) {
    const calls = parts.flatMap((part) => (part.kind === 'call' ? part.callId : []));
    const next = messages[at + 1]?.parts ?? [];
    const results = next.flatMap((part) => (part.kind === 'result' ? part.callId : []));
    const isAnswered =
      calls.every((callId) => results.includes(callId)) &&
      (calls.length === 0 || results.length === next.length);
    if (!isAnswered)
      return 'Invalid request: Tool call part must be followed by a User message with a LanguageModelToolResultPart with a matching callId.';
  }
  return undefined;
}
