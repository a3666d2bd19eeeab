/** Input items as the API lists them: clients may send short forms, lists show them in full. */
import { kindOf } from '../../translate/request/item-kinds.ts';
import type { Content, InputItem } from '../../wire/responses.ts';

/** Roles of the items whose resource has a status. */
const WITH_STATUS: ReadonlySet<string | undefined> = new Set(['message', 'call', 'output']);

export function listedItem(item: InputItem): InputItem {
  const role = kindOf(item)?.role;
  const listed = WITH_STATUS.has(role) ? { ...item, status: item.status ?? 'completed' } : item;
  return role === 'message' ? { ...listed, type: 'message', content: parts(item) } : listed;
}

function parts({ role, content }: InputItem): Exclude<Content, string> {
  if (typeof content !== 'string') return content ?? [];
  if (role !== 'assistant') return [{ type: 'input_text', text: content }];
  const part = { type: 'output_text', text: content, annotations: [], logprobs: [] };
  return [part];
}
