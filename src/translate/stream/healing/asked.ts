/** Whether the user asks how calls are written: the answer then shows calls that must not run. */
import type { ResponsesRequest } from '../../../wire/responses.ts';

const CALLS = /\b(?:tool|function)[ _-]?(?:call(?:s|ing)?|use)\b|工具调用|函数调用/i;
const SYNTAX =
  /\b(?:syntax|format|markup|examples?|looks? like|written|how\b.{0,80}\b(?:write|emit|format))\b|语法|格式|例子|示例/i;
const QUESTION =
  /[?？]\s*$|^\s*(?:please )?(?:show|explain|describe|what|which|how|why|give|tell|print)\b|什么|怎么|如何/i;
const SENTENCES = /[^\n.!?。！？]+[.!?。！？]?/g;
/** More than this is a paste, not a question. */
const MAX_READ = 20_000;

/** @param question the user's words */
export function asksAboutCalls(question: string): boolean {
  if (!CALLS.test(question)) return false;
  const sentences = question.match(SENTENCES) ?? [];
  return sentences.some((text) => CALLS.test(text) && SYNTAX.test(text) && QUESTION.test(text));
}

/** What the user said last, for all that the model did since. */
export function lastQuestion(input: ResponsesRequest['input']): string {
  if (typeof input === 'string') return input.slice(0, MAX_READ);
  const item = input.findLast(({ type, role }) => (type ?? 'message') === 'message' && role === 'user');
  const content = item?.content;
  const parts = Array.isArray(content) ? content : [];
  const texts = parts.map((part) => (typeof part.text === 'string' ? part.text : ''));
  return (typeof content === 'string' ? content : texts.join('\n')).slice(0, MAX_READ);
}
