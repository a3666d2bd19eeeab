/** Which model of a list a name means: the same rule for relay, catalog and doctor. */

/**
 * The name as the upstream takes it, found in its list even if it is not there literally: in different letter case,
 * without an implied tag (Ollama's `:latest`, 2026-11), or as a variant of a listed model (OpenRouter's `:free` and
 * `:nitro`, Hugging Face's `:provider`).
 * @param impliedTag the tag that the upstream gives to a name without one; undefined if it has no tags
 * @returns undefined if the upstream lists nothing with that name
 */
export function impliedName(
  name: string,
  listed: readonly { id: string }[],
  impliedTag: string | undefined,
): string | undefined {
  const exact = listed.find(({ id }) => id === name);
  if (exact !== undefined) return exact.id;
  const plain = (id: string) => withoutTag(id, impliedTag).toLowerCase();
  const same = listed.filter(({ id }) => plain(id) === plain(name));
  if (same.length === 1) return same[0]?.id;
  const colon = name.lastIndexOf(':');
  if (colon <= 0 || impliedTag !== undefined) return undefined;
  const base = name.slice(0, colon).toLowerCase();
  return listed.some(({ id }) => id.toLowerCase() === base) ? name : undefined;
}

/** A name without the tag that is implied anyway. */
export function withoutTag(id: string, tag: string | undefined): string {
  return tag !== undefined && id.endsWith(`:${tag}`) ? id.slice(0, -tag.length - 1) : id;
}
