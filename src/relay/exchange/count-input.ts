/**
 * Guesses how many tokens the input of a request takes: the relay has no provider's tokenizer. It counts the messages,
 * tools and response format that would be sent to the target, in its dialect, by one rule: four bytes of their JSON are
 * a token, an image is a thousand.
 */
import { isObject } from '../../json.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';
import type { Client, Translation } from './exchange.ts';
import { prepare } from './prepare.ts';
import { recallItems, recallResponses } from './recall.ts';
import type { RelayParts } from './respond.ts';
import { BYTES_PER_TOKEN } from './rough-tokens.ts';
import { route } from './route.ts';
import { threadsOf } from './threads.ts';

/** Roughly what providers charge for a screenshot; the byte size of an image says nothing about its tokens. */
const TOKENS_PER_IMAGE = 1000;
const IMAGES: ReadonlySet<unknown> = new Set(['image_url', 'input_image']);

/** Sends nothing to the target. @throws RelayError where the request could not be sent to anyone */
export async function countInput(
  asked: ResponsesRequest,
  client: Client,
  parts: RelayParts,
): Promise<number> {
  const history = await recallResponses(asked, parts.history);
  const request = await recallItems(asked, history, parts.history);
  const [target] = await route(request, client, threadsOf(request, client, history), {
    ...parts,
    budget: undefined,
  });
  const { translation } = await prepare(request, target, history, parts);
  return guessedTokens(translation);
}

function guessedTokens({ wire, body }: Translation): number {
  const { tools } = body;
  const read =
    wire === 'chat'
      ? { messages: body.messages, tools, response_format: body['response_format'] }
      : { instructions: body['instructions'], input: body.input, tools, text: body['text'] };
  let images = 0;
  const json = JSON.stringify(read, (_key, value: unknown) => {
    if (!isObject(value) || !IMAGES.has(value['type'])) return value;
    images += 1;
    return undefined;
  });
  return Math.ceil(Buffer.byteLength(json) / BYTES_PER_TOKEN) + images * TOKENS_PER_IMAGE;
}
