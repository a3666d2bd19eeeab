import { invokeCalls, type LeakFamily } from './family.ts';

/** MiniMax M2, and models that write Anthropic's old format: a tag for each call and each argument. */
export const INVOKE: LeakFamily = {
  name: 'MiniMax',
  marks: [
    { open: '<minimax:tool_call>', close: '</minimax:tool_call>' },
    { open: '<function_calls>', close: '</function_calls>' },
    { open: '<tool_calls>', close: '</tool_calls>' },
    { open: '<invoke name=', close: '</invoke>' },
  ],
  read: (block) =>
    invokeCalls(
      block.replace(
        /^<(minimax:tool_call|function_calls|tool_calls)>|<\/(minimax:tool_call|function_calls|tool_calls)>$/g,
        '',
      ),
    ),
};
