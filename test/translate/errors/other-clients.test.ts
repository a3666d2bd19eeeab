import assert from 'node:assert/strict';
import type { Responses } from 'openai/resources/responses/responses';
import type { ErrorCode } from '../../../src/errors.ts';
import {
  type ListedErrorCode,
  type ResponseErrorCode,
  responseErrorCode,
} from '../../../src/translate/errors/other-clients.ts';

/** Fails to compile where OpenAI's own types do not know a code of ours. */
const asOpenAi = (code: ListedErrorCode): Responses.ResponseError['code'] => code;

describe('the code of a failed response, for clients other than Codex', () => {
  const CODES: [code: ErrorCode, told: ResponseErrorCode][] = [
    ['rate_limit_exceeded', 'rate_limit_exceeded'],
    ['insufficient_quota', 'insufficient_quota'],
    ['context_length_exceeded', 'context_length_exceeded'],
    ['upstream_unauthorized', 'invalid_prompt'],
    ['model_not_found', 'invalid_prompt'],
    ['upstream_error', 'server_error'],
    ['upstream_stalled', 'server_error'],
    ['server_is_overloaded', 'server_error'],
    ['cancelled', 'server_error'],
  ];
  for (const [code, told] of CODES) {
    it(`${code} is told as ${told}`, () => assert.equal(responseErrorCode(code), told));
  }

  for (const code of ['server_error', 'rate_limit_exceeded', 'invalid_prompt'] as const) {
    it(`${code} is in OpenAI's list`, () => assert.equal(asOpenAi(code), code));
  }
});
