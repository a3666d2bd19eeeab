/** Tells people what had to be changed in a request for a provider's own Responses endpoint. */
import { isObject, type JsonObject } from '../../json.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';
import { inputItems } from '../request/to-chat-request.ts';
import type { NativeRequest } from './to-native-request.ts';

interface Sides {
  /** Tools and items by type, as the client sent them and as they are sent on. */
  asked: { tools: ReadonlySet<string>; items: ReadonlyMap<string, number> };
  sent: { tools: ReadonlySet<string>; items: ReadonlyMap<string, number> };
  request: ResponsesRequest;
  body: NativeRequest;
}

/** Short words for the log and the views, each about one thing that Codex sends. */
const REPAIRS: Readonly<Record<string, (sides: Sides) => boolean>> = {
  namespace: lostTool('namespace'),
  'custom-tool': lostTool('custom'),
  'tool-search': lostTool('tool_search'),
  'web-search': lostTool('web_search'),
  'additional-tools': lostItem('additional_tools'),
  'agent-message': lostItem('agent_message'),
  reasoning: lostItem('reasoning'),
  'late-instructions': lostItem('developer'),
  effort: ({ request, body }) => {
    const asked = request.reasoning?.effort;
    return (
      Boolean(asked) && asked !== (isObject(body['reasoning']) ? body['reasoning']['effort'] : undefined)
    );
  },
  include: ({ request, body }) => Boolean(request.include?.length) && body['include'] === undefined,
  'cache-key': ({ request, body }) =>
    Boolean(request.prompt_cache_key) && body['prompt_cache_key'] === undefined,
  history: ({ request }) => Boolean(request.previous_response_id),
};

/** In the order of `REPAIRS`. @param request as the client sent it */
export function requestRepairs(request: ResponsesRequest, body: NativeRequest): string[] {
  const sides = {
    request,
    body,
    asked: { tools: typesIn(request.tools ?? []), items: countsIn(inputItems(request.input)) },
    sent: { tools: typesIn(body.tools ?? []), items: countsIn(body.input) },
  };
  return Object.entries(REPAIRS).flatMap(([name, applies]) => (applies(sides) ? [name] : []));
}

function lostTool(type: string) {
  return ({ asked, sent }: Sides): boolean => asked.tools.has(type) && !sent.tools.has(type);
}

function lostItem(kind: string) {
  return ({ asked, sent }: Sides): boolean => (asked.items.get(kind) ?? 0) > (sent.items.get(kind) ?? 0);
}

function typesIn(tools: readonly (JsonObject | { type: string })[]): Set<string> {
  return new Set(tools.map(({ type }) => String(type)));
}

/** How many items there are of each kind; messages with instructions count by their role. */
function countsIn(items: readonly { type?: unknown; role?: unknown }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, role } of items) {
    const kind = role === 'developer' || role === 'system' ? 'developer' : String(type ?? 'message');
    // An item that holds tools has the role of instructions but is none.
    const name = type === 'additional_tools' ? type : kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
