/**
 * Compaction: a conversation is replaced with the model's summary of it. The client keeps the summary as a `compaction`
 * item, whose `encrypted_content` is opaque to the client and readable for whichever model gets the item later.
 */
import type { InputItem, ResponsesRequest } from '../wire/responses.ts';

/** The last item of an input that asks for a compaction. */
const TRIGGER = 'compaction_trigger';

export const COMPACTION_TRIGGER: InputItem = { type: TRIGGER };

/** The item's names: OpenAI's, and the others that Codex uses for it. */
export const COMPACTION_TYPES = ['compaction', 'compaction_summary', 'context_compaction'];

const SUMMARISE = `Summarise this conversation now, for whoever continues it: of all that was said and done before this message, they will have the user's messages and your summary, nothing else.
Tell what the user wants, with every rule and preference that was stated; what was decided, and why; what was done and found out, with the exact names, paths, commands, values and error messages that are still needed; what is done, what is under way, and which step comes next.
Call no tools, continue no task, and address nobody: your whole answer is the summary.`;

/** Marks the format of what follows: the summary's UTF-8 in base64. */
const PREFIX = 'crs1.';

/** Whether a request wants the conversation compacted instead of an answer. */
export function wantsCompaction({ input }: Pick<ResponsesRequest, 'input'>): boolean {
  return typeof input !== 'string' && input.at(-1)?.type === TRIGGER;
}

/**
 * The request that makes the model write the summary; any other request is returned unchanged. It declares no tools,
 * like Codex's own compaction, and `none` keeps the model from calling those in the history.
 */
export function asSummaryRequest(request: ResponsesRequest): ResponsesRequest {
  if (!wantsCompaction(request) || typeof request.input === 'string') return request;
  const question: InputItem = { type: 'message', role: 'user', content: SUMMARISE };
  return {
    ...request,
    input: [...request.input.slice(0, -1), question],
    tools: [],
    tool_choice: 'none',
    text: null,
    max_output_tokens: null,
  };
}

/** A summary as `encrypted_content`. */
export function sealSummary(summary: string): string {
  const bytes = Array.from(new TextEncoder().encode(summary), (byte) => String.fromCharCode(byte));
  return PREFIX + btoa(bytes.join(''));
}

/** Whether an item holds a summary that only its writer can read. */
export function isUnreadable(item: InputItem): boolean {
  return (
    COMPACTION_TYPES.includes(item.type ?? '') &&
    Boolean(item.encrypted_content) &&
    summaryIn(item) === undefined
  );
}

/** The summary in a `compaction` item; undefined for one that this relay did not write. */
export function summaryIn({ encrypted_content: sealed }: InputItem): string | undefined {
  if (!sealed?.startsWith(PREFIX)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(sealed.slice(PREFIX.length)), (byte) => byte.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // It was damaged on the way.
    return undefined;
  }
}
