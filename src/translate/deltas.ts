/** What a chunk's delta says, in whichever of the known places a provider put it. */
import type { ChatDelta } from './chat.ts';
import type { ReasoningField } from './profile.ts';
import { detailsText } from './reasoning-details.ts';
import type { Json, JsonObject } from './responses.ts';

export interface ReasoningDelta {
  text: string;
  field: ReasoningField;
  details: readonly Json[];
}

/** Reasoning of a delta, once: gateways send the same text under two names (dialect facts, section 7). */
export function reasoningOf(delta: ChatDelta): ReasoningDelta | undefined {
  const details = delta.reasoning_details ?? [];
  if (details.length > 0) {
    const text = delta.reasoning || delta.reasoning_content || detailsText(details);
    return { text, field: 'reasoning_details', details };
  }
  if (delta.reasoning_content) return { text: delta.reasoning_content, field: 'reasoning_content', details };
  if (delta.reasoning) return { text: delta.reasoning, field: 'reasoning', details };
  if (!Array.isArray(delta.content)) return undefined;
  // Mistral, 2026-11: content is a list whose thinking blocks hold lists of text parts.
  const text = delta.content.map(thinkingText).join('');
  return text === '' ? undefined : { text, field: 'thinking_block', details };
}

export function textOf(delta: ChatDelta): string {
  const { content } = delta;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(plainText).join('');
}

function plainText(part: Json): string {
  if (typeof part === 'string') return part;
  return isObject(part) && part['type'] !== 'thinking' && typeof part['text'] === 'string'
    ? part['text']
    : '';
}

function thinkingText(part: Json): string {
  if (!isObject(part) || part['type'] !== 'thinking') return '';
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  return Array.isArray(thinking) ? thinking.map(plainText).join('') : '';
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
