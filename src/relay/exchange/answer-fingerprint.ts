import { createHash } from 'node:crypto';
import type { Answer, AnswerKey, Entry } from '../../translate/request/conversation.ts';

/**
 * Identifies an answer by the parts that every client sends back: its text, its calls with their names, arguments and
 * ids, and what the user had said before. None of these is enough on its own: Kimi's ids (`functions.name:0`) are the
 * same in every conversation, and so is a first call of `ls`. Clients trim texts and re-encode arguments, so white
 * space around text and inside JSON does not count.
 * @param asked what the user said last before the answer (see `questionsOf`)
 * @returns 64 hexadecimal digits
 */
export function answerFingerprint(answer: AnswerKey, asked: string): string {
  return digest([normalText(asked), normalText(answer.text), answer.calls.map(callIdentity)]);
}

/**
 * Identifies a call in the same way, for an answer whose text the client rewrote.
 * @returns its call_id, so that a person can find the record, and 64 hexadecimal digits
 */
export function callFingerprint(call: AnswerKey['calls'][number], asked: string): string {
  return `${call.callId} ${digest([normalText(asked), callIdentity(call)])}`;
}

/** The user's last words before each answer; the key `undefined` is the answer that is still to come. */
export function questionsOf(entries: readonly Entry[]): Map<Answer | undefined, string> {
  const questions = new Map<Answer | undefined, string>();
  let asked = '';
  for (const entry of entries) {
    if (entry.kind === 'user') asked = textOf(entry.content);
    else if (entry.kind === 'answer') questions.set(entry, asked);
  }
  return questions.set(undefined, asked);
}

function textOf(content: Extract<Entry, { kind: 'user' }>['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function callIdentity(call: AnswerKey['calls'][number]): string[] {
  return [call.callId, call.name, compactJson(call.arguments)];
}

function normalText(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function compactJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // Models write broken JSON too; it is compared as it is.
    return text.trim();
  }
}
