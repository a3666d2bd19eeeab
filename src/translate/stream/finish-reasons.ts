/** What a provider's `finish_reason` means for the response. */

export type Finish = 'complete' | 'length' | 'content_filter' | 'context_overflow' | 'error';

/** Words that end an answer early, first match wins; in any case and with any separators. */
const EARLY: readonly (readonly [reason: RegExp, finish: Finish])[] = [
  [/context_?(window|length)|window_exceeded/, 'context_overflow'],
  // `model_length`: Mistral, 2026-11.
  [/^(length|max_?(output_?|new_?|completion_?)?tokens|model_length|token_?limit|max_?length)$/, 'length'],
  // `sensitive`: GLM, 2026-11; the others are Gemini's.
  [
    /content_?filter|^(sensitive|(image_)?safety|(image_)?recitation|blocklist|(image_)?prohibited_content|spii|guardrail\w*)$/,
    'content_filter',
  ],
  // DeepSeek's `insufficient_system_resource`, Gemini's `malformed_function_call`, vLLM's `abort` and
  // `repetition_truncation`, and whatever else can only mean that something went wrong.
  [
    /error|fail|abort|cancel|time_?out|timed_out|incomplete|malformed|insufficient|truncat|interrupt|overload|unexpected_tool|too_many|no_image|^(other|language)$/,
    'error',
  ],
];

/** Every other reason (`stop`, `tool_calls`, `eos`, whatever comes tomorrow) ends a complete response. */
export function finishOf(reason: string): Finish {
  const word = reason
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_');
  return EARLY.find(([pattern]) => pattern.test(word))?.[1] ?? 'complete';
}
