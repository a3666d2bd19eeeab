import { allOf, jsonCalls, type LeakFamily, withoutEndTokens } from './family.ts';

const OPEN = '<|python_tag|>';

/** Llama 3.1 to 3.3: JSON after a special token, up to the end of the answer. */
export const LLAMA: LeakFamily = {
  name: 'Llama',
  marks: [{ open: OPEN, close: null }],
  starts: /^\s*(```\w*\s*)?[{[]/,
  read: (block) =>
    allOf(
      block
        .split(OPEN)
        .slice(1)
        .map((piece) => jsonCalls(withoutEndTokens(piece))),
    ),
};
