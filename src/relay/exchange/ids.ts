/**
 * Ids that sort by creation time, because some clients sort what they get by id (Haystack 3.4, 2026-11: parallel
 * calls). The id of an item contains that of its response, so that items can be found again without an index.
 */
import { randomUUID } from 'node:crypto';

/** Numbers of hexadecimal digits: of a unique id, and of an item's number within its response. */
const UNIQUE = 32;
const NUMBER = 4;
const ITEM_ID = new RegExp(`^[a-z]+_([0-9a-f]{${UNIQUE}})[0-9a-f]{${NUMBER},}$`);

let lastTime = 0;
let counter = 0;

/** `prefix_` and a UUID of version 7 (time, counter, random) without its dashes. */
export function newId(prefix: string): string {
  const now = Date.now();
  // Neither a clock that is set back nor too many ids in one millisecond may break the order.
  counter = now > lastTime ? 0 : counter + 1;
  if (counter > 0xfff) counter = 0;
  lastTime = now > lastTime ? now : lastTime + (counter === 0 ? 1 : 0);
  // Half of a version 4 UUID: Node caches the random bytes for those, while `randomBytes` costs a call each time.
  const random = randomUUID().slice(19).replace('-', '');
  return `${prefix}_${hex(lastTime, 12)}7${hex(counter, 3)}${random}`;
}

/** Makes the ids of one response's items, in order; a call's own id (`call_...`) has nothing to do with them. */
export function itemIds(responseId: string): (prefix: string) => string {
  const unique = responseId.slice(-UNIQUE);
  let number = 0;
  return (prefix) => (prefix === 'call' ? newId(prefix) : `${prefix}_${unique}${hex(number++, NUMBER)}`);
}

/** The response that the item with this id belongs to; undefined for an id that we did not make. */
export function responseOfItem(itemId: string): string | undefined {
  const unique = ITEM_ID.exec(itemId)?.[1];
  return unique === undefined ? undefined : `resp_${unique}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
