/** The one place where events become text. */
import { randomUUID } from 'node:crypto';
import type { ResponseEvent } from '../../wire/responses.ts';
import { wellFormedJson } from '../../wire/well-formed-json.ts';

type TextDelta = Extract<ResponseEvent, { type: 'response.output_text.delta' }>;

/** What `JSON.stringify` gives of a well-formed event. */
export function eventJson(event: ResponseEvent): string {
  if (event.type === 'response.output_text.delta') return textDeltaJson(event);
  return 'response' in event ? responseEventJson(event) : wellFormedJson(event);
}

/** Placeholder for the tools until their text replaces it; random, so no string of a client equals it. */
const TOOLS = randomUUID();
const encodedTools = new WeakMap<readonly object[], string>();

/** Every event with a response echoes the request's tools, so these are encoded only once. */
function responseEventJson(event: Extract<ResponseEvent, { response: object }>): string {
  const { tools } = event.response;
  if (tools.length === 0) return wellFormedJson(event);
  const text = encodedTools.get(tools) ?? wellFormedJson(tools);
  encodedTools.set(tools, text);
  const rest = wellFormedJson({ ...event, response: { ...event.response, tools: TOOLS } });
  return rest.replace(`"${TOOLS}"`, () => text);
}

/** Takes half the time of `JSON.stringify`: most events are text deltas, which differ in only two fields. */
function textDeltaJson(event: TextDelta): string {
  const { type, sequence_number, item_id, output_index, content_index, delta } = event;
  return `{"type":"${type}","sequence_number":${sequence_number},"item_id":"${item_id}","output_index":${output_index},"content_index":${content_index},"delta":${wellFormedJson(delta)},"logprobs":[]}`;
}
