/**
 * How many tokens the input of a request is, as a guess: the relay has no provider's tokenizer. Counted are the
 * messages, tools and response format that the target would be sent, in its dialect, by one rule: four bytes of their
 * JSON are a token, an image is a thousand.
 */
import { isObject } from '../../json.ts';
import type { ChatRequest } from '../../wire/chat.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';
import { translate } from './answer-from.ts';
import type { Client } from './exchange.ts';
import { recallItems, recallResponses } from './recall.ts';
import type { RelayParts } from './respond.ts';
import { route } from './route.ts';

const BYTES_PER_TOKEN = 4;
/** Of the order that providers charge for a screenshot; the bytes of an image say nothing of its tokens. */
const TOKENS_PER_IMAGE = 1000;

/** Sends nothing to the target. @throws RelayError where the request could not be sent to anyone */
export async function countInput(
  asked: ResponsesRequest,
  client: Client,
  parts: RelayParts,
): Promise<number> {
  const history = await recallResponses(asked, parts.history);
  const request = await recallItems(asked, history, parts.history);
  const [target] = await route(request, client, parts);
  const { translation } = await translate(request, target, history, parts);
  return guessedTokens(translation.body);
}

function guessedTokens({ messages, tools, response_format }: ChatRequest): number {
  let images = 0;
  const json = JSON.stringify({ messages, tools, response_format }, (_key, value: unknown) => {
    if (!isObject(value) || value['type'] !== 'image_url') return value;
    images += 1;
    return undefined;
  });
  return Math.ceil(Buffer.byteLength(json) / BYTES_PER_TOKEN) + images * TOKENS_PER_IMAGE;
}
