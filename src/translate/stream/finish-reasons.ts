/** What a provider's `finish_reason` means for the response. */

export type Finish = 'complete' | 'length' | 'content_filter' | 'context_overflow' | 'error';

const FINISH: Readonly<Record<string, Finish>> = {
  length: 'length',
  max_tokens: 'length',
  // Mistral, 2026-11.
  model_length: 'length',
  content_filter: 'content_filter',
  // GLM, 2026-11.
  sensitive: 'content_filter',
  model_context_window_exceeded: 'context_overflow',
  network_error: 'error',
  // DeepSeek, 2026-11.
  insufficient_system_resource: 'error',
  // Mistral and OpenRouter, 2026-11.
  error: 'error',
};

/** Every other reason (`stop`, `tool_calls`, `eos`, whatever comes tomorrow) ends a complete response. */
export function finishOf(reason: string): Finish {
  return (Object.hasOwn(FINISH, reason) ? FINISH[reason] : undefined) ?? 'complete';
}
