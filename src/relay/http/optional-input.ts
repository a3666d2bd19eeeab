/** Requests whose `input` may be left out, because what they are about may already be stored. */
import { asObject } from '../../json.ts';
import { parseRequest } from '../../wire/request-schema.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';

/** @throws RelayError `invalid_request`, whose `param` names the first field that is wrong */
export function parseOptionalInput(body: unknown): ResponsesRequest {
  const fields = asObject(body);
  if (fields === undefined || !isEmpty(fields['input'])) return parseRequest(body);
  // A placeholder for it lets the rest be checked.
  return { ...parseRequest({ ...fields, input: [{ role: 'user', content: '' }] }), input: [] };
}

function isEmpty(input: unknown): boolean {
  return (input ?? '') === '' || (Array.isArray(input) && input.length === 0);
}
