import { allCalls, type LeakFamily, objectIn } from './family.ts';

const OPENS = [
  '<|end|><|start|>assistant<|channel|>commentary to=',
  '<|start|>assistant<|channel|>commentary to=',
  '<|start|>assistant<|channel|>analysis to=',
  '<|channel|>commentary to=',
  '<|channel|>analysis to=',
  '<|start|>assistant to=',
];
/** What is left of them if the prompt holds their beginning, or if a server removes special tokens. */
const REMAINDERS = [
  'to=functions.',
  'assistant<|channel|>commentary to=',
  'commentary to=functions.',
  'assistantcommentary to=functions.',
  'analysis to=functions.',
];
/** One call, or what separates two: `NAME <|constrain|>json<|message|>{...}<|call|>`. */
const CALL =
  /^([\w.:/-]+)\s*(?:<\|channel\|>\s*\w+\s*)?(?:<\|constrain\|>\s*\w+\s*|(?:json|code)\s*)?(?:<\|message\|>|(?=\{))([\s\S]*?)(?:<\|(?:call|end|return)\|>\s*)*$/;

/** gpt-oss: messages on the commentary channel (rarely on that for analysis), each addressed to a function. */
export const GPT_OSS: LeakFamily = {
  name: 'gpt-oss',
  marks: [
    ...OPENS.map((open) => ({ open, close: null })),
    ...REMAINDERS.map((open) => ({ open, close: null, isFirst: true })),
  ],
  starts: /^[\w.:/-]+[^<{]*(?:<\||\{)/,
  read: (block) => {
    const [before, ...pieces] = block.split(OPEN);
    if (before !== '') return undefined;
    return allCalls(
      pieces.map((piece) => {
        const [, name = '', text = ''] = CALL.exec(piece) ?? [];
        const args = objectIn(text);
        return args === undefined ? undefined : { name, arguments: args };
      }),
    );
  },
};

const OPEN =
  /(?:<\|end\|>)?(?:(?:<\|start\|>)?assistant)?<\|channel\|>(?:commentary|analysis) to=|<\|start\|>assistant to=|^(?:(?:assistant)?commentary |analysis )?to=/;
