/**
 * Ids that sort by birth, as some clients sort what they get by its ids (Haystack 3.4, 2026-11: parallel calls).
 * The id of an item holds that of its response, so that an item can be found again without an index of all items.
 */
import { randomUUID } from 'node:crypto';

/** Hexadecimal digits of a unique id, and of the number of an item within its response. */
const UNIQUE = 32;
const NUMBER = 4;
const ITEM_ID = new RegExp(`^[a-z]+_([0-9a-f]{${UNIQUE}})[0-9a-f]{${NUMBER},}$`);

let lastTime = 0;
let counter = 0;

/** `prefix_` and a UUID of version 7 (time, counter, random) without its dashes. */
export function newId(prefix: string): string {
  const now = Date.now();
  // A clock that was set back, or more ids in a millisecond than can be counted, must not break the order.
  counter = now > lastTime ? 0 : counter + 1;
  if (counter > 0xfff) counter = 0;
  lastTime = now > lastTime ? now : lastTime + (counter === 0 ? 1 : 0);
  // The second half of a UUID of version 4: of those Node keeps some in store, where other random bytes cost a call.
  const random = randomUUID().slice(19).replace('-', '');
  return `${prefix}_${hex(lastTime, 12)}7${hex(counter, 3)}${random}`;
}

/** Makes the ids of one response's items, in order; a call's own id (`call_...`) has nothing to do with them. */
export function itemIds(responseId: string): (prefix: string) => string {
  const unique = responseId.slice(-UNIQUE);
  let number = 0;
  return (prefix) => (prefix === 'call' ? newId(prefix) : `${prefix}_${unique}${hex(number++, NUMBER)}`);
}

/** The response that an item of this id belongs to; undefined for an id that is not of our making. */
export function responseOfItem(itemId: string): string | undefined {
  const unique = ITEM_ID.exec(itemId)?.[1];
  return unique === undefined ? undefined : `resp_${unique}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
