/**
 * Text for a terminal: a provider's words and the names of its models may hold control sequences, which could rewrite
 * what stands on the screen, and marks that reverse a line. They are shown as JSON writes them, so that JSON stays JSON.
 */
export function printable(text: string): string {
  return text.replace(/\r(?!\n)|[^\P{Cc}\r\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
