/** A response's output in one line, for tables of what providers send and what is made of it. */
import type { ChatChunk } from '../../src/wire/chat.ts';
import type { OutputItem, ResponsesRequest } from '../../src/wire/responses.ts';
import { assertEventRules } from './event-rules.ts';
import { eventsOf, streamFor } from './translating.ts';

/** A request's tools: `run` is a function, `patch` takes free text. */
export const RUN_AND_PATCH = {
  tools: [
    { type: 'function', name: 'run' },
    { type: 'custom', name: 'patch' },
  ],
};

/** `reasoning(a) message(b) c1:run{"c":1} c2:patch<text> [failed code]`; the end only where it is not completed. */
export function outputOf(
  chunks: readonly ChatChunk[],
  fields: Partial<ResponsesRequest> = {},
  options: Parameters<typeof streamFor>[1] = {},
): string {
  const stream = streamFor({ ...RUN_AND_PATCH, ...fields }, options);
  assertEventRules(eventsOf(stream, chunks));
  const { output, status } = stream.response;
  return [...output.map(itemLine), status === 'completed' ? '' : `[${status} ${stream.error?.code ?? ''}]`]
    .filter(Boolean)
    .join(' ');
}

/** The usage of an answer: `10+5`; empty where none is stated. */
export function usageOf(chunks: readonly ChatChunk[]): string {
  const stream = streamFor(RUN_AND_PATCH);
  eventsOf(stream, chunks);
  const { usage } = stream.response;
  return usage ? `${usage.input_tokens}+${usage.output_tokens}` : '';
}

function itemLine(item: OutputItem): string {
  switch (item.type) {
    case 'message':
      return `message(${item.content.map((part) => ('text' in part ? part.text : part.refusal)).join()})`;
    case 'reasoning':
      return `reasoning(${item.summary.map((part) => part.text).join()})`;
    case 'function_call':
      return `${item.call_id}:${item.name}${item.arguments}`;
    case 'custom_tool_call':
      return `${item.call_id}:${item.name}<${item.input}>`;
    default:
      return item.type;
  }
}
