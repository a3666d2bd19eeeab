/** Finds providers by what people type who do not know their names. */

/** The keyword that the text begins, whole or by one of its words; undefined when none does, or too little is typed. */
export function matchingKeyword(keywords: readonly string[], typed: string): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text.length < 2) return undefined;
  return keywords.find(
    (keyword) => keyword.startsWith(text) || keyword.split(' ').some((word) => word === text),
  );
}
