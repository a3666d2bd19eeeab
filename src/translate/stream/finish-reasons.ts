/** What a provider's `finish_reason` means for the response. */

export type Finish = 'complete' | 'length' | 'content_filter' | 'context_overflow' | 'error';

/** The first match wins; reasons are matched in lower case, with words joined by `_`. */
const MEANINGS: readonly (readonly [reason: RegExp, finish: Finish])[] = [
  [/context_?(window|length)|window_exceeded/, 'context_overflow'],
  // `model_length`: Mistral, 2026-11.
  [
    /^(length(_limit)?|max_?(output_?|new_?|completion_?)?tokens?|model_length|token_?limit|max_?length)(_reached|_exceeded)?$/,
    'length',
  ],
  // `sensitive`: GLM, 2026-11; `refusal`: Anthropic's; the others are Gemini's.
  [
    /content_?filter|safety_?(filter|check|block\w*)|moderat|policy|^(sensitive|filtered|blocked|refusal|(image_)?safety|(image_)?recitation|blocklist|(image_)?prohibited_content|spii|model_armor|guardrail\w*)$/,
    'content_filter',
  ],
  // A limit of the provider's, not of the answer's length.
  [/rate_?limit|quota|throttl/, 'error'],
  // DeepSeek's `insufficient_system_resource`, Gemini's `malformed_function_call`, vLLM's `abort` and
  // `repetition_truncation`, and others that can only mean that something went wrong.
  [
    /error|fail|abort|cancel|time_?out|timed_out|incomplete|malformed|insufficient|truncat|interrupt|overload|preempt|abnormal|unavailable|exception|disconnect|kill|crash|unexpected_tool|too_many|no_image|^(other|language)$/,
    'error',
  ],
  [
    /^(stop(_\w+)?|(tool|function)_?(calls?|use)|end(_\w+)?|eos(_\w+)?|completed?|done|finish(ed)?|normal)$/,
    'complete',
  ],
];

/** The meaning of a reason, in any spelling (`MAX_TOKENS`, `maxTokens`); undefined for an unknown word. */
export function finishOf(reason: string): Finish | undefined {
  const word = reason
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z]+/g, '_')
    .replace(/^(_|finish_reason_)+|_+$/g, '');
  return MEANINGS.find(([pattern]) => pattern.test(word))?.[1];
}

/**
 * Words for an answer that goes on. xAI and old Ollama (2026-11) write an empty reason, or "null", on every chunk;
 * Gemini's own API has a word for it.
 */
const GOES_ON =
  /^(null|none|nil|undefined|\w*unspecified|continue|(in|not|un)[_ ]?(progress|finished)|running|generating|streaming|pending)$/i;

/** The reason that a choice gives, as text; undefined if it gives none. */
export function finishReasonOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const reason = value.trim();
  return reason === '' || GOES_ON.test(reason) ? undefined : reason;
}
