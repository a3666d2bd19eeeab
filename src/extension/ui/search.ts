/** Finds providers for people who do not know their names. */

/** The keyword that begins with the text, or has a word that does; undefined if none does or too little is typed. */
export function matchingKeyword(keywords: readonly string[], typed: string): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text.length < 2) return undefined;
  return keywords.find(
    (keyword) => keyword.startsWith(text) || keyword.split(' ').some((word) => word === text),
  );
}
