/** What each kind of input item means in a Chat conversation. Items of unknown kinds keep their text. */

import type { InputItem } from '../../wire/responses.ts';
import { COMPACTION_TYPES } from '../compaction.ts';
import type { CallKind } from '../tools/kind.ts';
import { CALL_KINDS } from '../tools/kinds/index.ts';

export type ItemKind =
  | { role: 'message' | 'reasoning' | 'agent-message' | 'compaction' | 'ignored' }
  | { role: 'call' | 'output'; call: CallKind };

const ITEM_KINDS: ReadonlyMap<string, ItemKind> = new Map<string, ItemKind>([
  ['message', { role: 'message' }],
  ['reasoning', { role: 'reasoning' }],
  ['agent_message', { role: 'agent-message' }],
  ...COMPACTION_TYPES.map((type): [string, ItemKind] => [type, { role: 'compaction' }]),
  // In the history, the item with the resulting summary follows it.
  ['compaction_trigger', { role: 'ignored' }],
  // Tools in the history: `ToolTable` reads them.
  ['additional_tools', { role: 'ignored' }],
  ['item_reference', { role: 'ignored' }],
  ...CALL_KINDS.flatMap((call): [string, ItemKind][] => [
    [call.callType, { role: 'call', call }],
    ...call.outputTypes.map((type): [string, ItemKind] => [type, { role: 'output', call }]),
  ]),
]);

/** The kind of an item; undefined for one that this relay does not know. */
export function kindOf(item: InputItem): ItemKind | undefined {
  return ITEM_KINDS.get(item.type ?? 'message');
}
