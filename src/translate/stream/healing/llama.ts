import { jsonCalls, type LeakFamily } from './family.ts';

const OPEN = '<|python_tag|>';

/** Llama 3.1 to 3.3: JSON behind a special token, to the end of the answer. */
export const LLAMA: LeakFamily = {
  name: 'Llama',
  marks: [{ open: OPEN, close: null }],
  read: (block) => jsonCalls(block.slice(OPEN.length).replace(/(<\|(eom_id|eot_id)\|>\s*)+$/, '')),
};
