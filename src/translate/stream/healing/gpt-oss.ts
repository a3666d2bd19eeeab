import { allCalls, type LeakFamily, objectIn } from './family.ts';

const OPENS = [
  '<|start|>assistant<|channel|>commentary to=',
  '<|channel|>commentary to=',
  '<|start|>assistant to=',
];
/** One call, or what separates two: `NAME <|constrain|>json<|message|>{...}<|call|>`. */
const CALL =
  /^([\w.:/-]+)\s*(?:<\|channel\|>\s*\w+\s*)?(?:<\|constrain\|>\s*\w+\s*|json\s*)?<\|message\|>([\s\S]*?)(?:<\|(?:call|end|return)\|>\s*)*$/;

/** gpt-oss: messages on the commentary channel, each addressed to a function. */
export const GPT_OSS: LeakFamily = {
  name: 'gpt-oss',
  marks: OPENS.map((open) => ({ open, close: null })),
  starts: /^[\w.:/-]+[^<{]*<\|/,
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

const OPEN = /(?:<\|start\|>assistant)?<\|channel\|>commentary to=|<\|start\|>assistant to=/;
