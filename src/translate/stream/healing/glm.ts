import type { Json } from '../../../json.ts';
import { allMatches, type LeakFamily } from './family.ts';

const HEAD = /^<tool_call>\s*([\w.:-]+)\s*/;
const FIELD = /<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g;

/** GLM 4.5 and later: the name, then a pair of tags for each argument. */
export const GLM: LeakFamily = {
  name: 'GLM',
  marks: [
    { open: '<tool_call>', close: '</tool_call>' },
    // LongCat prefixes all tags.
    { open: '<longcat_tool_call>', close: '</longcat_tool_call>' },
  ],
  starts: /^\s*[\w.:-]+\s*<(?:(?:longcat_)?arg_key>|\/(?:longcat_)?tool_call>)/,
  read: (tagged) => {
    const block = tagged.startsWith('<longcat_') ? tagged.replace(/<(\/?)longcat_/g, '<$1') : tagged;
    const [head = '', name = ''] = HEAD.exec(block) ?? [];
    if (name === '') return undefined;
    const body = block.slice(head.length).replace(/<\/tool_call>$/, '');
    const fields = body === '' ? [] : allMatches(body, FIELD);
    if (fields === undefined) return undefined;
    const entries = fields.map(([, key = '', value = '']): [string, Json] => [key.trim(), value]);
    return [{ name, arguments: Object.fromEntries(entries), isUntyped: true }];
  },
};
