/** Which model of a list a name means: the one rule of relay, catalog and doctor. */
/**
 * The name as an upstream takes it, found in its list although the list may not show it literally: in other letter
 * case, without the tag that is implied (Ollama's `:latest`, 2026-11), or as a variant of a listed model
 * (OpenRouter's `:free` and `:nitro`, Hugging Face's `:provider`).
 * @param impliedTag the tag that the upstream gives a name without one; undefined where it knows no tags
 * @returns undefined where the upstream lists nothing of that name
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

/** A name without the tag that it would imply. */
export function withoutTag(id: string, tag: string | undefined): string {
  return tag !== undefined && id.endsWith(`:${tag}`) ? id.slice(0, -tag.length - 1) : id;
}
