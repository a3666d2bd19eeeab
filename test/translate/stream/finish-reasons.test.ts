import assert from 'node:assert/strict';
import { type Finish, finishOf } from '../../../src/translate/stream/finish-reasons.ts';

describe('finishOf', () => {
  const REASONS: Record<Finish, string[]> = {
    complete: [
      'stop',
      'STOP',
      'end',
      'eos',
      'end_turn',
      'tool_calls',
      'function_call',
      'stop_sequence',
      'COMPLETE',
      'FINISH_REASON_STOP',
      'eos_token',
      'toolCalls',
    ],
    length: [
      'length',
      'Length',
      'max_tokens',
      'MAX_TOKENS',
      'max_output_tokens',
      'model_length',
      'max-tokens',
      'maxTokens',
      'length_limit',
      'token_limit_reached',
      'MAX_TOKENS_EXCEEDED',
    ],
    content_filter: [
      'content_filter',
      'SAFETY',
      'sensitive',
      'RECITATION',
      'PROHIBITED_CONTENT',
      'SPII',
      'ContentFilter',
      'refusal',
      'safety_filter',
      'moderation',
      'blocked',
    ],
    context_overflow: ['model_context_window_exceeded', 'context_length_exceeded'],
    error: [
      'error',
      'network_error',
      'insufficient_system_resource',
      'abort',
      'ABORTED',
      'cancelled',
      'canceled',
      'timeout',
      'incomplete',
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'repetition_truncation',
      'OTHER',
      'rate_limit',
      'rateLimited',
      'quota_exceeded',
      'abnormal',
      'service_unavailable',
    ],
  };
  for (const [finish, reasons] of Object.entries(REASONS)) {
    for (const reason of reasons) it(`${reason}: ${finish}`, () => assert.equal(finishOf(reason), finish));
  }

  for (const word of ['zenith', 'constructor', 'unstoppable', '']) {
    it(`knows nothing of "${word}"`, () => assert.equal(finishOf(word), undefined));
  }
});
