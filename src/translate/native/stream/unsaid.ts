/** What of a message's parts is still to be said. */
import type { ShapedPart } from './item-shape.ts';

export function textOf(parts: readonly { text: string }[]): string {
  return parts.map(({ text }) => text).join('');
}

/** The parts without `said` at their beginning; none if they begin with something else. */
export function without(parts: readonly ShapedPart[], said: string): ShapedPart[] {
  if (said === '') return [...parts];
  const rest = unsaid(parts, said);
  return parts.flatMap((part, at) => (rest?.[at] ? { ...part, text: rest[at] } : []));
}

/** The text of each part that comes after `said`, however that was divided; undefined if they begin with something else. */
export function unsaid(parts: readonly ShapedPart[], said: string): string[] | undefined {
  let left = said;
  const rest = parts.map(({ text }) => {
    const taken = text.startsWith(left) ? left : text;
    if (!left.startsWith(taken)) return text;
    left = left.slice(taken.length);
    return text.slice(taken.length);
  });
  return left === '' ? rest : undefined;
}
