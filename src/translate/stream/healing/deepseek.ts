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
        isAroundCalls: word === 'tool_calls',
      })),
    ),
  ),
  starts: /^\s*(?:<[|｜]tool[▁_]call[▁_]begin|[\w.:/-]+\s*<[|｜]tool[▁_]sep)/,
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

/** Variants that gateways write around the word (2026-09). */
const DSML_BARS = [...BARS, '‖', '｜｜', '||'] as const;
const DSML_BLOCKS = ['function_calls', 'tool_calls', 'calls'] as const;

/** DeepSeek V3.2 and V4: tags prefixed with a special word; the block around the calls may be missing. */
export const DSML: LeakFamily = {
  name: 'DeepSeek DSML',
  marks: DSML_BARS.flatMap((bar) => [
    ...DSML_BLOCKS.map((word) => ({
      open: `<${bar}DSML${bar}${word}>`,
      close: `</${bar}DSML${bar}${word}>`,
      isAroundCalls: true,
    })),
    { open: `<${bar}DSML${bar}invoke name=`, close: `</${bar}DSML${bar}invoke>` },
  ]),
  starts: /^\s*<[|｜‖]{1,2}DSML[|｜‖]{1,2}invoke\s|^["']?[\w.:/-]+["']?\s*>/,
  read: (block) =>
    invokeCalls(
      block
        .replace(/<(\/?)[|｜‖]{1,2}DSML[|｜‖]{1,2}/g, '<$1')
        .replace(/^<(function_|tool_)?calls>|<\/(function_|tool_)?calls>$/g, ''),
    ),
};
