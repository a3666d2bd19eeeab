/** Token usage, from any provider's spelling to the API's: with every detail that Codex parses, in integers. */

import { asObject } from '../../json.ts';
import type { ChatChunk, ChatUsage } from '../../wire/chat.ts';
import type { ResponseUsage } from '../../wire/responses.ts';

/** The usage that a chunk carries, wherever its provider puts it; undefined where there is none. */
export function usageOf(chunk: ChatChunk): ChatUsage | undefined {
  if (chunk.usage) return chunk.usage;
  // Moonshot/Kimi, 2026-11: inside the choice.
  const inChoice = chunk.choices?.[0]?.usage;
  if (inChoice) return inChoice;
  // Groq, 2026-11: in its own envelope.
  const groq = asObject(chunk['x_groq'])?.['usage'];
  return asObject(groq);
}

/** What is not a positive number counts as 0. */
export function toResponseUsage(usage: ChatUsage): ResponseUsage {
  const prompt = asObject(usage['prompt_tokens_details']) ?? asObject(usage['prompt_token_details']) ?? {};
  const completion = asObject(usage['completion_tokens_details']) ?? {};
  const input = count(usage['prompt_tokens']);
  const reasoning = count(completion['reasoning_tokens'] ?? usage['reasoning_tokens']);
  const cached = count(
    usage['cached_tokens'] ??
      prompt['cached_tokens'] ??
      usage['prompt_cache_hit_tokens'] ??
      usage['num_cached_tokens'],
  );
  const written = count(prompt['cache_write_tokens'] ?? prompt['cache_creation_input_tokens']);
  const total = count(usage['total_tokens']);
  const completed = count(usage['completion_tokens']);
  // xAI, 2026-11: completion_tokens does not include the reasoning, as the total shows.
  const isOutside = reasoning > 0 && total === input + completed + reasoning;
  const output = isOutside ? completed + reasoning : completed;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: Math.min(cached, input),
      cache_write_tokens: Math.min(written, input),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: Math.min(reasoning, output) },
    total_tokens: Math.max(total, input + output),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
