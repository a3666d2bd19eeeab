import { type LeakFamily, objectIn } from './family.ts';

const OPENS = [
  '<|channel|>commentary to=',
  '<|start|>assistant<|channel|>commentary to=',
  '<|start|>assistant to=',
];
const CALL =
  /to=([\w.:/-]+)\s*(?:<\|channel\|>\s*\w+\s*)?(?:<\|constrain\|>\s*\w+\s*|json\s*)?<\|message\|>([\s\S]*?)(?:<\|call\|>\s*)?$/;

/** gpt-oss: a message on the commentary channel, addressed to a function. */
export const GPT_OSS: LeakFamily = {
  name: 'gpt-oss',
  marks: OPENS.map((open) => ({ open, close: null })),
  read: (block) => {
    const [, name = '', text = ''] = CALL.exec(block) ?? [];
    const args = objectIn(text);
    return args === undefined ? undefined : [{ name, arguments: args }];
  },
};
