/** Reads the fields of a delta that hold text or thinking: a string, an object with one, or a list of such parts. */
import { isObject, type Json } from '../../json.ts';
import type { ChatDelta } from '../../wire/chat.ts';

/** Types of content parts that hold thinking. Mistral, 2026-11: `thinking`, which holds a list of text parts. */
const THOUGHT_TYPES = /^(redacted_)?(thinking|reasoning|thought)/;

/** The fields in which a part may hold its text. */
const TEXT_NAMES = [
  'text',
  'thinking',
  'reasoning',
  'reasoning_content',
  'reasoningContent',
  'reasoningText',
  'thought',
  'content',
  'summary',
  'value',
] as const;

const MAX_DEPTH = 4;

/** Whether a delta may hold thinking outside of its text. Runs for every delta, most of which hold none. */
export function mayThink(delta: ChatDelta): boolean {
  return Boolean(
    delta.reasoning_content ||
      delta.reasoning ||
      delta.reasoning_details ||
      delta.reasoning_text ||
      delta.thinking ||
      delta.thought ||
      delta.thinking_blocks ||
      (delta.content && typeof delta.content !== 'string'),
  );
}

/** The text of a delta. */
export function textOf({ content }: ChatDelta): string {
  if (typeof content === 'string') return content;
  return content ? plainText(content) : '';
}

/** The refusal of a delta, from its own field or from the parts of its content. */
export function refusalOf({ content, refusal }: ChatDelta): string {
  if (refusal || typeof content !== 'object' || content === null) return refusal ?? '';
  const parts = Array.isArray(content) ? content : [content];
  return parts
    .map((part) => (isObject(part) && typeof part['refusal'] === 'string' ? part['refusal'] : ''))
    .join('');
}

/** The thinking in the parts of a delta's content. */
export function thinkingIn({ content }: ChatDelta): string {
  if (Array.isArray(content))
    return content
      .filter(isThought)
      .map((part) => thoughtText(part))
      .join('');
  return content && isThought(content) ? thoughtText(content) : '';
}

/** The text of a field that holds thinking, whatever its shape. */
export function thoughtText(value: Json | undefined, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return '';
  if (Array.isArray(value)) return value.map((part) => thoughtText(part, depth + 1)).join('');
  for (const name of TEXT_NAMES) {
    const text = thoughtText(value[name], depth + 1);
    if (text !== '') return text;
  }
  return '';
}

function plainText(content: Json): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(plainText).join('');
  if (!isObject(content) || isThought(content)) return '';
  const { text, content: inner } = content;
  if (typeof text === 'string') return text;
  // A text with annotations beside it.
  if (isObject(text) && typeof text['value'] === 'string') return text['value'];
  return typeof inner === 'string' ? inner : '';
}

function isThought(part: Json): boolean {
  if (!isObject(part)) return false;
  const { type, thought } = part;
  // Gemini, 2026-11: a text part with a mark. Bedrock: a name, and no type.
  const isMarked = thought === true || isObject(part['reasoningContent']);
  return (typeof type === 'string' && THOUGHT_TYPES.test(type)) || isMarked;
}
