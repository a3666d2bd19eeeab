/** Whether the user asks how calls are written: the answer then shows calls that must not run. */
import type { ResponsesRequest } from '../../../wire/responses.ts';
import { holdsMark } from './marks.ts';

const CALLS = /\b(?:tool|function)[ _-]?(?:call(?:s|ing)?|use)\b|工具调用|函数调用/i;
const SYNTAX =
  /\b(?:syntax|format|markup|tokens?|template|examples?|looks? like|written|write|show me)\b|语法|格式|例子|示例/i;
const QUESTION =
  /[?？]|^\s*(?:show|explain|describe|what|which|how|why|write|give|tell|print)\b|什么|怎么|如何/i;
/** More than this is a paste, not a question. */
const MAX_READ = 20_000;

export function asksAboutCalls(input: ResponsesRequest['input']): boolean {
  const text = lastQuestion(input).slice(0, MAX_READ);
  return holdsMark(text) || (CALLS.test(text) && SYNTAX.test(text) && QUESTION.test(text));
}

function lastQuestion(input: ResponsesRequest['input']): string {
  if (typeof input === 'string') return input;
  const content = input.findLast(
    ({ type, role }) => (type ?? 'message') === 'message' && role === 'user',
  )?.content;
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (typeof part.text === 'string' ? part.text : '')).join('\n');
}
