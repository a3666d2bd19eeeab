/**
 * Finds names in Codex's requests that this relay does not know; their values are never reported. New releases bring
 * new items, tools, fields and headers, and the log tells about them before something goes wrong.
 */
import { parseObject } from '../json.ts';
import { kindOf } from '../translate/request/item-kinds.ts';
import { toolKindOf } from '../translate/tools/kinds/index.ts';
import { ITEM_FIELDS, REQUEST_FIELDS } from '../wire/request-schema.ts';
import { HOSTED_TYPES, type InputItem, type ResponsesRequest, type Tool } from '../wire/responses.ts';

/** Something in a request with an unknown name. */
export interface Unknown {
  what: 'item' | 'content part' | 'tool' | 'field' | 'field of an item' | 'header' | 'value';
  /** Prefixed with the header's name if it is a header's value. */
  name: string;
}

/** Hosted by OpenAI: left out, which the log already says. */
const HOSTED = /^(web_search|image_generation|local_shell|file_search|code_interpreter|computer|mcp$)/;
const PARTS: ReadonlySet<string> = new Set([
  'input_text',
  'input_image',
  'input_file',
  'output_text',
  'refusal',
  'text',
  'summary_text',
  'reasoning_text',
  'encrypted_content',
]);

/** Headers that Codex sends for OpenAI's own servers or for its own use. */
const HEADERS: ReadonlySet<string> = new Set([
  'x-codex-beta-features',
  'x-codex-inference-call-id',
  'x-codex-installation-id',
  'x-codex-parent-thread-id',
  'x-codex-root-turn-id',
  'x-codex-routing-hint',
  'x-codex-turn-metadata',
  'x-codex-turn-state',
  'x-codex-window-id',
  'x-openai-internal-codex-responses-lite',
  'x-openai-memgen-request',
  'x-openai-subagent',
]);
const OF_CODEX = /^x-(codex|openai)-/;

/** The values that the relay understands or can safely ignore. */
const SUBAGENTS: ReadonlySet<string> = new Set([
  'collab_spawn',
  'compact',
  'guardian',
  'memory_consolidation',
  'review',
]);
const REQUEST_KINDS: ReadonlySet<string> = new Set(['turn', 'prewarm', 'compaction']);
const BETA_FEATURES: ReadonlySet<string> = new Set(['remote_compaction_v2', 'terminal_resize_reflow']);

/** With names in lower case. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Each name once. */
export function unknownIn(request: ResponsesRequest, headers: Headers): Unknown[] {
  const found = new Map<string, Unknown>();
  const note = (what: Unknown['what'], name: string) => {
    const unknown = { what, name: asName(name) };
    found.set(`${what} ${unknown.name}`, unknown);
  };
  for (const field in request) if (!REQUEST_FIELDS.has(field)) note('field', field);
  for (const tool of request.tools ?? []) noteTool(tool, note);
  if (typeof request.input !== 'string') for (const item of request.input) noteItem(item, note);
  for (const header in headers) if (OF_CODEX.test(header) && !HEADERS.has(header)) note('header', header);
  for (const [header, value, known] of valuesIn(headers)) {
    if (!known.has(value)) note('value', `${header}: ${asName(value)}`);
  }
  return [...found.values()];
}

type Note = (what: Unknown['what'], name: string) => void;

function noteTool(tool: Tool, note: Note): void {
  for (const member of tool.tools ?? []) noteTool(member, note);
  const isKnown = tool.type === 'namespace' || toolKindOf(tool.type) !== undefined || HOSTED.test(tool.type);
  if (!isKnown) note('tool', tool.type);
}

function noteItem(item: InputItem, note: Note): void {
  // Items for what a provider did itself came from the relay, and come back with all their fields.
  if (HOSTED_TYPES.some((type) => type === item.type)) return;
  if (kindOf(item) === undefined) {
    note('item', item.type ?? '');
    return;
  }
  for (const field in item) if (!ITEM_FIELDS.has(field)) note('field of an item', field);
  for (const tool of item.tools ?? []) noteTool(tool, note);
  if (!Array.isArray(item.content)) return;
  for (const { type } of item.content) if (!PARTS.has(type)) note('content part', type);
}

function valuesIn(headers: Headers): [header: string, value: string, known: ReadonlySet<string>][] {
  const text = (name: string) => String(headers[name] ?? '');
  const kind = parseObject(text('x-codex-turn-metadata'))?.['request_kind'];
  const subagent = text('x-openai-subagent');
  const features = text('x-codex-beta-features').split(',');
  return [
    ...(subagent === '' ? [] : [['x-openai-subagent', subagent, SUBAGENTS] as const]),
    ...(typeof kind === 'string' ? [['request_kind', kind, REQUEST_KINDS] as const] : []),
    ...features.flatMap((feature) =>
      feature.trim() === '' ? [] : [['x-codex-beta-features', feature.trim(), BETA_FEATURES] as const],
    ),
  ].map(([header, value, known]) => [header, value, known]);
}

/** Text that does not look like a name could be anything, so it is not reported. */
function asName(text: string): string {
  return /^[\w.:/ -]{1,80}$/.test(text) ? text : '(no name)';
}
