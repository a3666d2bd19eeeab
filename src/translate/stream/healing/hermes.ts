import { allOf, jsonCalls, type LeakedCall, type LeakFamily, objectIn } from './family.ts';

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
  starts: /^\s*(?:<tool_call>\s*)?(?:```\w*\s*)?(?:[\w.:-]+\s*)?[[{]/,
  read: (block) => {
    const body = block.replace(/^<tool_calls?>|<\/tool_calls?>$/g, '').trim();
    if (!body.startsWith(OPEN) || !body.endsWith(CLOSE)) return calls(body, block.endsWith(CLOSE));
    return allOf(
      body
        .slice(OPEN.length, -CLOSE.length)
        .split(BETWEEN)
        .map((piece) => calls(piece, true)),
    );
  },
};

/** @param isClosed whether a closing tag shows that nothing is missing at the end but a brace */
function calls(text: string, isClosed: boolean): LeakedCall[] | undefined {
  const named = NAMED.exec(text);
  if (named !== null) {
    const [, name = '', rest = ''] = named;
    const args = objectIn(rest);
    return args === undefined ? undefined : [{ name, arguments: args }];
  }
  // Qwen 2.5 and 3 often forget the brace around the call.
  return jsonCalls(text) ?? (isClosed && text.trim().startsWith('{') ? jsonCalls(`${text}}`) : undefined);
}

/** The name before the arguments instead of in them. */
const NAMED = /^\s*([\w.:-]+)\s*(\{[\s\S]*)$/;
