import { invokeCalls, type LeakFamily } from './family.ts';

/** MiniMax M2, and models that write Anthropic's old format: a tag for each call and each argument. */
export const INVOKE: LeakFamily = {
  name: 'MiniMax',
  marks: [
    { open: '<antml:function_calls>', close: '</antml:function_calls>', isAroundCalls: true },
    { open: '<antml:invoke name=', close: '</antml:invoke>' },
    { open: '<minimax:tool_call>', close: '</minimax:tool_call>', isAroundCalls: true },
    { open: '<function_calls>', close: '</function_calls>', isAroundCalls: true },
    { open: '<tool_calls>', close: '</tool_calls>' },
    { open: '<invoke name=', close: '</invoke>' },
  ],
  starts: /^\s*<(?:antml:)?invoke\s|^["']?[\w.:/-]+["']?\s*>/,
  read: (block) =>
    invokeCalls(
      block
        .replace(/<(\/?)antml:/g, '<$1')
        .replace(
          /^<(minimax:tool_call|function_calls|tool_calls)>|<\/(minimax:tool_call|function_calls|tool_calls)>$/g,
          '',
        ),
    ),
};
