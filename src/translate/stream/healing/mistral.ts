import { allCalls, jsonCalls, type LeakFamily, objectIn } from './family.ts';

const OPEN = '[TOOL_CALLS]';

/** Mistral: a list of JSON objects, or (since 2025) the name and the arguments, to the end of the answer. */
export const MISTRAL: LeakFamily = {
  name: 'Mistral',
  marks: [{ open: OPEN, close: null }],
  read: (block) => {
    const body = block
      .slice(OPEN.length)
      .replace(/<\/s>\s*$/, '')
      .trim();
    if (/^[[{]/.test(body)) return jsonCalls(body);
    return allCalls(
      body.split(OPEN).map((piece) => {
        const [, name = '', text = ''] = CALL.exec(piece) ?? [];
        const args = objectIn(text);
        return args === undefined ? undefined : { name, arguments: args };
      }),
    );
  },
};

const CALL = /^\s*([\w.-]+)\s*(?:\[CALL_ID\]\s*\w+\s*)?(?:\[ARGS\])?\s*(\{[\s\S]*\})\s*$/;
