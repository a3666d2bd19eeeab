/** Roughly how large a request is, before it is known who answers it. */
import type { InputItem, ResponsesRequest } from '../../wire/responses.ts';

/** The rule of thumb for all guesses of the relay, which has no provider's tokenizer. */
export const BYTES_PER_TOKEN = 4;

/** By the JSON of the Responses API. @param history the items before the request's own */
export function roughTokens(history: readonly InputItem[], request: ResponsesRequest): number {
  const { instructions, input, tools } = request;
  return Math.ceil(JSON.stringify([history, instructions, input, tools]).length / BYTES_PER_TOKEN);
}
