/** The stream of a Responses endpoint, as OpenAI's own is: numbers, item ids, and padding that hides how long a text is. */

const RESPONSE = {
  id: 'resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b',
  object: 'response',
  created_at: 1_700_000_000,
  model: 'scripted-model',
  error: null,
};
const ITEM_ID = 'msg_68af4033a0fc819384a0b1d0b4c1a9b805438e46b5f69a3b';
const PLACE = { item_id: ITEM_ID, output_index: 0, content_index: 0 };
const PADDING = 'Zk3q9TbX0aLw7R';

export function nativeStart(): string {
  const response = { ...RESPONSE, status: 'in_progress', output: [], usage: null };
  const item = { id: ITEM_ID, type: 'message', status: 'in_progress', content: [], role: 'assistant' };
  const part = { type: 'output_text', annotations: [], logprobs: [], text: '' };
  return [
    event('response.created', 0, { response }),
    event('response.in_progress', 1, { response }),
    event('response.output_item.added', 2, { output_index: 0, item }),
    event('response.content_part.added', 3, { ...PLACE, part }),
  ].join('');
}

/** @param at which of the deltas it is, from 0 */
export function nativeLine(at: number, delta: string): string {
  const obfuscation = PADDING.slice(0, (at % PADDING.length) + 1);
  return event('response.output_text.delta', at + 4, { ...PLACE, delta, logprobs: [], obfuscation });
}

/** @param count of the deltas */
export function nativeEnd(count: number, text: string): string {
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  const item = { id: ITEM_ID, type: 'message', status: 'completed', content: [part], role: 'assistant' };
  const usage = {
    input_tokens: 10_000,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 2_000,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 12_000,
  };
  const response = { ...RESPONSE, status: 'completed', output: [item], usage };
  return [
    event('response.output_text.done', count + 4, { ...PLACE, text, logprobs: [] }),
    event('response.content_part.done', count + 5, { ...PLACE, part }),
    event('response.output_item.done', count + 6, { output_index: 0, item }),
    event('response.completed', count + 7, { response }),
  ].join('');
}

function event(type: string, sequence_number: number, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`;
}
