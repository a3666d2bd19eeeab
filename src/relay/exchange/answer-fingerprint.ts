import { createHash } from 'node:crypto';
import type { Answer, AnswerKey, Entry } from '../../translate/request/conversation.ts';

/**
 * Identifies an answer by what every client sends back of it: its text, its calls with their names, arguments and
 * ids, and what the user had said before. None of these will do alone: Kimi's ids (`functions.name:0`) are the same
 * in every conversation, and so is a first call of `ls`. Clients trim texts and re-encode arguments, so white space
 * around text and inside JSON does not count.
 * @param asked what the user said last before the answer (see `questionsOf`)
 * @returns 64 hexadecimal digits
 */
export function answerFingerprint(answer: AnswerKey, asked: string): string {
  return digest([normalText(asked), normalText(answer.text), answer.calls.map(callIdentity)]);
}

/**
 * Identifies a call in the same way, for an answer whose text the client rewrote.
 * @returns its id, by which a person finds the record, and 64 hexadecimal digits
 */
export function callFingerprint(call: AnswerKey['calls'][number], asked: string): string {
  return `${call.callId} ${digest([normalText(asked), callIdentity(call)])}`;
}

/** What the user said last before each of the answers, and before the one that is to come (`undefined`). */
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
