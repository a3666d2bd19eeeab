import { createHash } from 'node:crypto';
import type { AnswerKey } from '../../translate/request/conversation.ts';

/**
 * Identifies an assistant turn by what every client sends back of it: its text, and its calls with their names,
 * arguments and ids (Kimi's ids alone, `functions.name:0`, are the same in every conversation). Clients trim
 * texts and re-encode arguments, so white space around text and inside JSON does not count.
 * @returns 64 hexadecimal digits
 */
export function answerFingerprint(turn: AnswerKey): string {
  const text = turn.text.replaceAll('\r\n', '\n').trim();
  const calls = turn.calls.map((call) => [call.callId, call.name, compactJson(call.arguments)]);
  return createHash('sha256')
    .update(JSON.stringify([text, calls]))
    .digest('hex');
}

function compactJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // Models write broken JSON too; it is compared as it is.
    return text.trim();
  }
}
