import { allCalls, invokeCalls, type LeakedCall, type LeakFamily, objectIn } from './family.ts';

/** The bars and blanks of special tokens, as DeepSeek writes them and as gateways rewrite them. */
const BARS = ['｜', '|'] as const;
const BLANKS = ['▁', '_'] as const;

/** DeepSeek V3, R1 and V3.1: special tokens around each call. */
export const DEEPSEEK: LeakFamily = {
  name: 'DeepSeek',
  marks: BARS.flatMap((bar) =>
    BLANKS.flatMap((blank) =>
      ['tool_calls', 'tool_call'].map((word) => ({
        open: `<${bar}${word}_begin${bar}>`.replaceAll('_', blank),
        close: `<${bar}${word}_end${bar}>`.replaceAll('_', blank),
      })),
    ),
  ),
  read: (block) => {
    const text = block
      .replace(/<[|｜]([^<>|｜]*)[|｜]>/g, (_token, word: string) => `<|${word.replaceAll('▁', '_')}|>`)
      .replace(/^<\|tool_calls_begin\|>|<\|tool_calls_end\|>$/g, '');
    const pieces = text.split('<|tool_call_begin|>');
    return pieces[0]?.trim() === '' ? allCalls(pieces.slice(1).map(call)) : undefined;
  },
};

/** One call: `NAME<sep>{...}` (V3.1), or `function<sep>NAME` with the arguments in a code fence (V3, R1). */
function call(piece: string): LeakedCall | undefined {
  const [body = '', rest = ''] = piece.split('<|tool_call_end|>');
  const [left = '', right] = body.split('<|tool_sep|>');
  if (right === undefined || rest.trim() !== '') return undefined;
  if (left.trim() !== 'function') return named(left, right);
  const [name = ''] = right.split('\n', 1);
  return named(name, right.slice(name.length));
}

function named(name: string, text: string): LeakedCall | undefined {
  const args = objectIn(text);
  return args === undefined ? undefined : { name: name.trim(), arguments: args };
}

/** DeepSeek V3.2 and V4: tags with a word of their own in front. */
export const DSML: LeakFamily = {
  name: 'DeepSeek DSML',
  marks: BARS.flatMap((bar) =>
    [
      ['function_calls>', 'function_calls>'],
      ['tool_calls>', 'tool_calls>'],
      ['invoke name=', 'invoke>'],
    ].map(([open = '', close = '']) => ({
      open: `<${bar}DSML${bar}${open}`,
      close: `</${bar}DSML${bar}${close}`,
    })),
  ),
  read: (block) =>
    invokeCalls(
      block
        .replace(/<(\/?)[|｜]DSML[|｜]/g, '<$1')
        .replace(/^<(function|tool)_calls>|<\/(function|tool)_calls>$/g, ''),
    ),
};
