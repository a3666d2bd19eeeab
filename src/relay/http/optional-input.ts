/** Requests of which `input` may be left out: what they are about may be stored already. */
import { asObject } from '../../json.ts';
import { parseRequest } from '../../wire/request-schema.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';

/** @throws RelayError `invalid_request`, whose `param` names the first field that is wrong */
export function parseOptionalInput(body: unknown): ResponsesRequest {
  const fields = asObject(body);
  if (fields === undefined || !isEmpty(fields['input'])) return parseRequest(body);
  // Something stands in for it while the rest is checked.
  return { ...parseRequest({ ...fields, input: [{ role: 'user', content: '' }] }), input: [] };
}

function isEmpty(input: unknown): boolean {
  return (input ?? '') === '' || (Array.isArray(input) && input.length === 0);
}
