/** Roughly how large a request is, before it is known who answers it. */
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';

/** As in `count-input.ts`; here the JSON is still that of the Responses API. */
const BYTES_PER_TOKEN = 4;

/** @param history the items before the request's own */
export function roughTokens(history: readonly InputItem[], request: ResponsesRequest): number {
  const { instructions, input, tools } = request;
  return Math.ceil(JSON.stringify([history, instructions, input, tools]).length / BYTES_PER_TOKEN);
}
