/**
 * Rewrites a Responses API request in the form that one provider's own endpoint takes. It is built from what is known
 * about each item and field, so that nothing private or unknown is sent. Nothing is stored upstream: a response that
 * the request continues comes from this relay's own history.
 */
import type { JsonObject } from '../../json.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';
import { asSummaryRequest, isUnreadable } from '../compaction.ts';
import { asUsersWords } from '../request/messages.ts';
import { inputItems, type TranslationOptions } from '../request/to-chat-request.ts';
import type { NativeProfile } from './native-profile.ts';
import { NativeTools } from './native-tools.ts';
import { AnswerWriter, type Arranged, arrange, lacksThoughts } from './request/arrange.ts';
import { type EntryOptions, entriesOf, orphanMessage } from './request/entries.ts';
import { format, plainFields, reasoningFields, toolFields } from './request/settings.ts';

export interface NativeOptions extends TranslationOptions {
  native: NativeProfile;
}

/** The request body. */
export interface NativeRequest {
  model: string;
  input: JsonObject[];
  stream: true;
  tools?: readonly JsonObject[];
  [field: string]: unknown;
}

export interface NativeTranslation {
  body: NativeRequest;
  /** Needed again to return calls in the shape in which their tools were declared. */
  tools: NativeTools;
  /** Sentences for the log about omissions and changes that a person may wonder about. */
  notes: string[];
}

/** The same request and options give the same bytes, so that prompt caches keep working. */
export function toNativeRequest(asked: ResponsesRequest, options: NativeOptions): NativeTranslation {
  const request = asSummaryRequest(asked);
  const { profile, native, model, history = [], toolDenylist = new Set(), seal } = options;
  const items = [...history, ...inputItems(request.input)];
  const tools = new NativeTools(items, request.tools ?? [], profile, native, toolDenylist);
  const entryOptions = { profile, native, model, tools, seal };
  const blocks = arrange(items.flatMap((item) => entriesOf(item, entryOptions)));
  const toolSettings = toolFields(request, options, tools);
  const hasTools = toolSettings['tools'] !== undefined || tools.hasToolsInItems;
  const { fields, words } = format(request, options, hasTools);
  const leading = [request.instructions ?? '', words ?? ''].filter((text) => text !== '').join('\n\n');
  const isField = native.instructions === 'field' && leading !== '';
  const body: NativeRequest = {
    model,
    ...(isField ? { instructions: leading } : {}),
    input: writeInput(isField ? '' : leading, blocks, entryOptions),
    stream: true,
    ...toolSettings,
    ...reasoningFields(request, options, lacksThoughts(blocks)),
    ...fields,
    ...plainFields(request, options),
    ...options.extraParams,
  };
  for (const field of options.dropParams ?? []) delete body[field];
  return { body, tools, notes: notesOn(request, options, tools) };
}

function notesOn(request: ResponsesRequest, { profile, model }: NativeOptions, tools: NativeTools): string[] {
  const notes: string[] = [];
  if (tools.surplus > 0) {
    notes.push(`${profile.name} takes at most ${profile.maxTools} tools: ${tools.surplus} were left out`);
  }
  if (inputItems(request.input).some(isUnreadable)) {
    notes.push(
      `a summary of the conversation cannot be opened (another service made it, or it is damaged): ${model} goes on without it`,
    );
  }
  return notes;
}

// --------------------------------------------------------------------------------------------- input

/** @param first instructions to put before all others; empty for none */
function writeInput(first: string, blocks: readonly Arranged[], options: EntryOptions): JsonObject[] {
  const { lateInstructions, instructionRole } = options.native;
  const begins = blocks.findIndex(({ kind }) => kind !== 'instructions');
  const isLeading = (at: number) => begins === -1 || at < begins || lateInstructions === 'fold';
  const instruct = (content: string | JsonObject[]): JsonObject => ({
    type: 'message',
    role: instructionRole,
    content,
  });
  const leading: (string | JsonObject[])[] = first === '' ? [] : [first];
  const writer = new AnswerWriter(options.native);
  const input: JsonObject[] = [];
  for (const [at, block] of blocks.entries()) {
    switch (block.kind) {
      case 'instructions':
        if (isLeading(at)) leading.push(block.content);
        else if (lateInstructions === 'keep') input.push(instruct(block.content));
        else input.push({ type: 'message', role: 'user', content: asUsersWords(textOf(block.content)) });
        break;
      case 'said':
        input.push(block.item);
        break;
      case 'orphan':
        input.push(orphanMessage(block.source, options));
        break;
      case 'answer':
        for (const item of writer.write(block)) input.push(item);
        break;
    }
  }
  // Chat templates with only one place for instructions take only one message there.
  const heads = lateInstructions === 'keep' ? leading : joined(leading);
  return withIds([...heads.map(instruct), ...input], options.native);
}

function joined(contents: readonly (string | JsonObject[])[]): string[] {
  return contents.length === 0 ? [] : [contents.map(textOf).join('\n\n')];
}

function textOf(content: string | JsonObject[]): string {
  if (typeof content === 'string') return content;
  return content
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .filter((text) => text !== '')
    .join('\n');
}

const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  tool_search_call: 'tsc',
  web_search_call: 'ws',
};

/** Meaningless ids that stay the same from one request to the next: the number of their item. */
function withIds(items: readonly JsonObject[], { itemIds }: NativeProfile): JsonObject[] {
  if (itemIds === 'none') return [...items];
  return items.map((item, at) => {
    const prefix = PREFIXES[String(item['type'])];
    const isMeant = itemIds === 'all' || prefix === 'rs';
    return prefix === undefined || !isMeant ? item : { ...item, id: `${prefix}_${at}` };
  });
}
