import type { Json } from '../../../json.ts';
import { allCalls, allMatches, type LeakedCall, type LeakFamily, objectIn } from './family.ts';

const FUNCTION = /<function=([^>]+)>([\s\S]*?)<\/function>/g;
const PARAMETER = /<parameter=([^>]+)>\n?([\s\S]*?)\n?<\/parameter>/g;
/** With closing tags that the model forgot, as it often does (2026): the next tag, or the end, closes as well. */
const OPEN_FUNCTION = /<function=([^>]+)>([\s\S]*?)(?:<\/function>|(?=<function=)|$)/g;
const OPEN_PARAMETER = /<parameter=([^>]+)>\n?([\s\S]*?)(?:\n?<\/parameter>|(?=\n?<parameter=)|\n?$)/g;

/**
 * Qwen 3 Coder, Seed-OSS and Nemotron: `<function=NAME><parameter=KEY>VALUE</parameter></function>`, mostly between
 * tags. Llama writes a JSON object in place of the parameters.
 */
export const QWEN_CODER: LeakFamily = {
  name: 'Qwen Coder',
  marks: [
    { open: '<tool_call>', close: '</tool_call>' },
    { open: '<seed:tool_call>', close: '</seed:tool_call>' },
    { open: '<function=', close: '</function>' },
  ],
  starts: /^\s*<function=|^[^\s<>]+\s*>/,
  read: (block) => {
    return calls(block.replace(TAGS, ''), FUNCTION, PARAMETER);
  },
  readEnd: (block) => {
    const body = block.trimEnd().replace(TAGS, '');
    const isClosed = /<\/(?:function|(?:seed:)?tool_call)>\s*$/.test(block);
    return (
      calls(body, FUNCTION, PARAMETER) ?? (isClosed ? calls(body, OPEN_FUNCTION, OPEN_PARAMETER) : undefined)
    );
  },
};

const TAGS = /^<(seed:)?tool_call>|<\/(seed:)?tool_call>$/g;

function calls(text: string, functions: RegExp, parameters: RegExp): LeakedCall[] | undefined {
  return allCalls(
    allMatches(text, functions)?.map(([, name = '', inner = '']) => {
      const object = objectIn(inner);
      if (object !== undefined) return { name, arguments: object };
      const fields = inner.trim() === '' ? [] : allMatches(inner, parameters);
      if (fields === undefined) return undefined;
      const entries = fields.map(([, key = '', value = '']): [string, Json] => [key.trim(), value]);
      return { name, arguments: Object.fromEntries(entries), isUntyped: true };
    }),
  );
}
