import { allOf, jsonCalls, type LeakFamily } from './family.ts';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';
const BETWEEN = /<\/tool_call>\s*<tool_call>/;

/** Hermes, Qwen 2.5 and 3, and many models trained on their format: JSON between tags. */
export const HERMES: LeakFamily = {
  name: 'Hermes',
  marks: [
    { open: OPEN, close: CLOSE },
    // Hunyuan and MiniMax M1: several calls between one pair of tags.
    { open: '<tool_calls>', close: '</tool_calls>' },
  ],
  starts: /^\s*(?:<tool_call>\s*)?(?:```\w*\s*)?[[{]/,
  read: (block) => {
    const body = block.replace(/^<tool_calls?>|<\/tool_calls?>$/g, '').trim();
    if (!body.startsWith(OPEN) || !body.endsWith(CLOSE)) return jsonCalls(body);
    return allOf(body.slice(OPEN.length, -CLOSE.length).split(BETWEEN).map(jsonCalls));
  },
};
