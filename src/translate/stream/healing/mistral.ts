import { allCalls, allOf, jsonCalls, type LeakedCall, type LeakFamily, objectIn } from './family.ts';

const OPEN = '[TOOL_CALLS]';

/** Mistral: a list of JSON objects, or (since 2025) the name and the arguments, to the end of the answer. */
export const MISTRAL: LeakFamily = {
  name: 'Mistral',
  marks: [{ open: OPEN, close: null }],
  starts: /^\s*(?:[[{]|[\w.-]+\s*[[{])/,
  read: (block) => {
    const body = block
      .slice(OPEN.length)
      .replace(/(?:\[\/TOOL_CALLS\]|<\/s>)\s*$/, '')
      .trim();
    // A string among the arguments may contain the mark.
    if (/^[[{]/.test(body)) return jsonCalls(body) ?? allOf(body.split(OPEN).map(jsonCalls));
    return allCalls(body.split(OPEN).map(named));
  },
};

function named(piece: string): LeakedCall | undefined {
  const [, name = '', text = ''] = CALL.exec(piece) ?? [];
  const args = objectIn(text);
  return args === undefined ? undefined : { name, arguments: args };
}

const CALL = /^\s*([\w.-]+)\s*(?:\[CALL_ID\]\s*\w+\s*)?(?:\[ARGS\])?\s*(\{[\s\S]*\})\s*$/;
