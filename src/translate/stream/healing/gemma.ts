import { type Json, type JsonObject, parseObject } from '../../../json.ts';
import { allCalls, allMatches, type LeakedCall, type LeakFamily } from './family.ts';

/** FunctionGemma, and Gemma 4: `call:NAME{key:value}`, with strings between marks of their own and bare keys. */
export const GEMMA: LeakFamily = {
  name: 'Gemma',
  marks: [
    { open: '<start_function_call>', close: '<end_function_call>' },
    { open: '<|tool_call>', close: '<tool_call|>' },
  ],
  starts: /^\s*call:[\w.:-]+\s*\{/,
  read: (block) =>
    allCalls(
      allMatches(block, BLOCK)?.map(([, name = '', body = '']): LeakedCall | undefined => {
        const args = argumentsIn(body);
        return args === undefined ? undefined : { name, arguments: args };
      }),
    ),
};

const BLOCK =
  /(?:<start_function_call>|<\|tool_call>)\s*call:([\w.:-]+)\s*(\{[\s\S]*\})\s*(?:<end_function_call>|<tool_call\|>)/g;
const STRING = /<escape>([\s\S]*?)<escape>|<\|"\|>([\s\S]*?)<\|"\|>/g;
const KEY = /("(?:[^"\\]|\\.)*")|([{,]\s*)([A-Za-z_][\w-]*)(?=\s*:)/g;

function argumentsIn(text: string): JsonObject | undefined {
  const strings = text.replace(STRING, (_, first?: string, second?: string): string =>
    JSON.stringify((first ?? second ?? '') satisfies Json),
  );
  return parseObject(
    strings.replace(KEY, (whole: string, _string, before?: string, key?: string) =>
      key === undefined ? whole : `${before}"${key}"`,
    ),
  );
}
