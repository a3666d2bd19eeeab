import type { Json } from '../../../json.ts';
import { allMatches, type LeakFamily } from './family.ts';

const HEAD = /^<tool_call>\s*([^\s<]+)\s*/;
const FIELD = /<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g;

/** GLM 4.5 and later: the name, then a pair of tags for each argument. */
export const GLM: LeakFamily = {
  name: 'GLM',
  marks: [{ open: '<tool_call>', close: '</tool_call>' }],
  starts: /^\s*[^\s<]+\s*<arg_key>/,
  read: (block) => {
    const [head = '', name = ''] = HEAD.exec(block) ?? [];
    const body = block.slice(head.length).replace(/<\/tool_call>$/, '');
    // A bare word between the tags may be anything.
    const fields = name === '' ? undefined : allMatches(body, FIELD);
    if (fields === undefined) return undefined;
    const entries = fields.map(([, key = '', value = '']): [string, Json] => [key.trim(), value]);
    return [{ name, arguments: Object.fromEntries(entries), isUntyped: true }];
  },
};
