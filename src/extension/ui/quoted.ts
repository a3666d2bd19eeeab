/**
 * Makes words of others (providers, names of models, files) safe where VS Code gives characters a meaning: otherwise a
 * provider could put links, pictures and commands into our own views.
 */

/**
 * Text as Markdown, on one line, that shows exactly this text. MarkdownString's `appendText` joins all words with
 * non-breaking spaces, so that lines break inside words.
 */
export function asMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!<>|~$&:@]/g, '\\$&');
}

/** A name as code in Markdown. Nothing inside can end the code or the table cell. */
export function asCode(name: string): string {
  return `\`${name.replace(/[\s`|]+/g, ' ').trim()}\``;
}

/** Text for a notification, where `[label](address)` would be a link. */
export function asMessage(text: string): string {
  return text.replaceAll('](', '] (');
}
