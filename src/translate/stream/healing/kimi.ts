import { allCalls, allMatches, type LeakFamily, objectIn } from './family.ts';

const CALL = /<\|tool_call_begin\|>([\s\S]*?)<\|tool_call_argument_begin\|>([\s\S]*?)<\|tool_call_end\|>/g;

/** Kimi K2: special tokens around id and arguments; the id holds the name (`functions.NAME:0`). */
export const KIMI: LeakFamily = {
  name: 'Kimi',
  marks: [
    { open: '<|tool_calls_section_begin|>', close: '<|tool_calls_section_end|>', isAroundCalls: true },
    { open: '<|tool_call_section_begin|>', close: '<|tool_call_section_end|>', isAroundCalls: true },
    { open: '<|tool_call_begin|>', close: '<|tool_call_end|>' },
  ],
  starts: /^\s*(?:<\|tool_call_begin\|>|[\w.:/-]+\s*<\|tool_call_argument_begin)/,
  read: (block) => {
    const body = block.replace(/<\|tool_calls?_section_(begin|end)\|>/g, '');
    return allCalls(
      allMatches(body, CALL)?.map(([, id = '', text = '']) => {
        const args = objectIn(text);
        return args === undefined ? undefined : { name: id.trim(), arguments: args };
      }),
    );
  },
};
