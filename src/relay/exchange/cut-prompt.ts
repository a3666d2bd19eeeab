/**
 * Notices servers that cut a prompt without saying so. Ollama, 2026-11: nine tenths of Codex's first prompt never
 * reached the model, the turn succeeded, and only the token count gave it away.
 */
import { asObject, type JsonObject } from '../../json.ts';
import { windowSettingOf } from '../../providers/model-servers.ts';
import type { ChatMessage } from '../../wire/chat.ts';
import type { Exchange, Outcome, Translation } from './exchange.ts';

/**
 * Text has three to five characters a token, and even tables with much white space hardly more than eight. With more
 * than this, part of the prompt was not read; a server that cuts Codex's smallest prompt to half shows at least
 * fifteen.
 */
const MOST_CHARS_PER_TOKEN = 10;
/** Codex's own instructions and tools are longer than this; shorter prompts allow no conclusion. */
const LEAST_CHARS = 20_000;

interface CutPromptOptions {
  /** Says a warning once for each key. */
  warnOnce: (message: string, key: string) => void;
}

/** Warns, once for a model and its server, when the provider counted far fewer tokens than Codex's prompt holds. */
export function warnOfCutPrompt(
  { client }: Exchange,
  { attempt, response }: Outcome,
  { warnOnce }: CutPromptOptions,
): void {
  if (!client.isCodex || response.usage === null) return;
  const { target, translation } = attempt;
  const { input_tokens, input_tokens_details: details } = response.usage;
  // Some providers count cached tokens separately. `cached_tokens` is capped at `input_tokens` here, so when the two
  // are equal the real total is unknown.
  if (details.cached_tokens >= input_tokens) return;
  const tokens = input_tokens + details.cached_tokens + details.cache_write_tokens;
  if (!isCut(translation, tokens)) return;
  const { profile, provider, model } = target;
  const setting = windowSettingOf(provider.preset.server);
  const cure = `Give the server a larger context window${setting === undefined ? '' : ` (${setting})`}`;
  warnOnce(
    `${profile.name} counted only ${tokens} tokens in a prompt of ${promptChars(translation)} characters for ${model}: it has most likely cut the prompt, and the model does not see all of it. ${cure}; Codex needs 32,768 tokens or more.`,
    `cut prompt ${provider.baseUrl} ${model}`,
  );
}

function isCut(translation: Translation, tokens: number): boolean {
  const chars = promptChars(translation);
  return chars >= LEAST_CHARS && chars > tokens * MOST_CHARS_PER_TOKEN;
}

/** Characters of the prompt; images count for nothing. */
function promptChars({ wire, body }: Translation): number {
  const { tools } = body;
  const said =
    wire === 'chat'
      ? body.messages.reduce((sum, message) => sum + messageChars(message), 0)
      : body.input.reduce((sum, item) => sum + itemChars(item), textLength(body['instructions']));
  return said + (tools === undefined ? 0 : JSON.stringify(tools).length);
}

function messageChars(message: ChatMessage): number {
  const { content } = message;
  const parts = typeof content === 'string' ? [{ text: content }] : (content ?? []);
  const text = parts.reduce((sum, part) => {
    return sum + ('text' in part && typeof part.text === 'string' ? part.text.length : 0);
  }, 0);
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  return calls.reduce((sum, call) => sum + call.function.arguments.length, text);
}

function itemChars({ content, output, arguments: given, input }: JsonObject): number {
  return [content, output, given, input].reduce<number>((sum, held) => {
    if (!Array.isArray(held)) return sum + textLength(held);
    return held.reduce<number>((total, part) => total + textLength(asObject(part)?.['text']), sum);
  }, 0);
}

function textLength(value: unknown): number {
  return typeof value === 'string' ? value.length : 0;
}
