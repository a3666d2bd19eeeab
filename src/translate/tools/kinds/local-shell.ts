import { objectText } from '../json-arguments.ts';
import type { CallKind } from '../kind.ts';

/** The shell tool that OpenAI's models know without a declaration; it occurs only in histories that they wrote. */
export const LOCAL_SHELL: CallKind = {
  callType: 'local_shell_call',
  outputTypes: ['local_shell_call_output'],
  defaultName: 'local_shell',
  replay: (item) => objectText(item.action),
};
