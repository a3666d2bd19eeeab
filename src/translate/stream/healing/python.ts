import { pythonCalls } from '../text/python-literals.ts';
import { type BlockMark, type LeakFamily, withoutEndTokens } from './family.ts';

const TAG = '<|python_tag|>';
const FENCE: BlockMark = { open: '```tool_code\n', close: '```' };
const TAGS: readonly BlockMark[] = [
  // Llama 3.2 and 4.
  { open: TAG, close: null },
  // Gemini and Gemma 3.
  FENCE,
  { open: '<tool_code>', close: '</tool_code>' },
  // LFM2.
  { open: '<|tool_call_start|>', close: '<|tool_call_end|>' },
  // OLMo 3.
  { open: '<function_calls>', close: '</function_calls>' },
  { open: '<tool_call>', close: '</tool_call>' },
];

/** Calls as Python code with literals as arguments: `[run(x="a"), run(x="b")]`. */
export const PYTHON: LeakFamily = {
  name: 'Python',
  marks: TAGS,
  starts: /^\s*(?:print\s*\(\s*)?\[?\s*[A-Za-z_][\w.-]*\s*\(/,
  read: (block) => {
    const mark = TAGS.find(({ open }) => block.startsWith(open));
    const body = block.slice(mark?.open.length ?? 0).trimEnd();
    const close = mark?.close ?? '';
    if (close !== '' && body.endsWith(close)) return pythonCalls(body.slice(0, -close.length));
    return pythonCalls(withoutEndTokens(body));
  },
};
