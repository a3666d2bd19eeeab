import { jsonCalls, type LeakFamily } from './family.ts';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** Hermes, Qwen 2.5 and 3, and many that were trained on their format: JSON between tags. */
export const HERMES: LeakFamily = {
  name: 'Hermes',
  marks: [
    { open: OPEN, close: CLOSE },
    // Hunyuan and MiniMax M1: several calls between one pair of tags.
    { open: '<tool_calls>', close: '</tool_calls>' },
  ],
  read: (block) =>
    jsonCalls(block.replace(/^<tool_calls?>|<\/tool_calls?>$/g, '').replaceAll(`${CLOSE}${OPEN}`, '\n')),
};
