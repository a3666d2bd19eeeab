import type { Json } from '../../../json.ts';
import { allCalls, allMatches, type LeakFamily, objectIn } from './family.ts';

const FUNCTION = /<function=([^>]+)>([\s\S]*?)<\/function>/g;
const PARAMETER = /<parameter=([^>]+)>\n?([\s\S]*?)\n?<\/parameter>/g;

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
    const body = block.replace(/^<(seed:)?tool_call>|<\/(seed:)?tool_call>$/g, '');
    return allCalls(
      allMatches(body, FUNCTION)?.map(([, name = '', inner = '']) => {
        const object = objectIn(inner);
        if (object !== undefined) return { name, arguments: object };
        const fields = inner.trim() === '' ? [] : allMatches(inner, PARAMETER);
        if (fields === undefined) return undefined;
        const entries = fields.map(([, key = '', value = '']): [string, Json] => [key.trim(), value]);
        return { name, arguments: Object.fromEntries(entries), isUntyped: true };
      }),
    );
  },
};
