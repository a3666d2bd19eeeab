/**
 * Words of others (providers, names of models, files) in places where VS Code gives characters a meaning: without
 * this, a provider could put links, pictures and commands into our own views.
 */

/**
 * Text as Markdown, on one line, which shows just the text. MarkdownString's own `appendText` joins all words with
 * hard spaces, which breaks lines inside words.
 */
export function asMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!<>|~$&:@]/g, '\\$&');
}

/** A name as code in Markdown. Nothing inside can end it, and it stays one cell of a table. */
export function asCode(name: string): string {
  return `\`${name.replace(/[\s`|]+/g, ' ').trim()}\``;
}

/** Text for a notification, where `[label](address)` would be a link. */
export function asMessage(text: string): string {
  return text.replaceAll('](', '] (');
}
