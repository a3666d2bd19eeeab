import assert from 'node:assert/strict';
import type { Responses } from 'openai/resources/responses/responses';
import type { ErrorCode } from '../../../src/errors.ts';
import {
  eventErrorCode,
  type ListedErrorCode,
  responseErrorCode,
} from '../../../src/translate/errors/other-clients.ts';

/** Fails to compile where OpenAI's own types do not know a code of ours. */
const asOpenAi = (code: ListedErrorCode): Responses.ResponseError['code'] => code;

describe('the codes of a failed response, for clients other than Codex', () => {
  const CODES: [code: ErrorCode, inResponse: ListedErrorCode, inEvent: string][] = [
    ['rate_limit_exceeded', 'rate_limit_exceeded', 'rate_limit_exceeded'],
    ['insufficient_quota', 'rate_limit_exceeded', 'insufficient_quota'],
    ['context_length_exceeded', 'invalid_prompt', 'context_length_exceeded'],
    ['upstream_unauthorized', 'invalid_prompt', 'invalid_prompt'],
    ['model_not_found', 'invalid_prompt', 'invalid_prompt'],
    ['upstream_error', 'server_error', 'server_error'],
    ['upstream_stalled', 'server_error', 'server_error'],
    ['server_is_overloaded', 'server_error', 'server_error'],
    ['cancelled', 'server_error', 'server_error'],
  ];
  for (const [code, inResponse, inEvent] of CODES) {
    it(`${code} is ${inResponse} in the response, ${inEvent} in the error event`, () => {
      assert.equal(asOpenAi(responseErrorCode(code)), inResponse);
      assert.equal(eventErrorCode(code), inEvent);
    });
  }
});
