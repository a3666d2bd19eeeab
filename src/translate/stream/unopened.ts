/**
 * Thinking that is closed but was never opened: some chat templates open it in the prompt, so that the answer contains
 * only its end. Everything before the closing tag is then thinking, unless the text is about the tag.
 */

/** Closing tags that are unambiguous, with their opening tags. */
const CLOSES: ReadonlyMap<string, string> = new Map([
  ['</think>', '<think>'],
  ['</thinking>', '<thinking>'],
  ['</seed:think>', '<seed:think>'],
  ['[/THINK]', '[THINK]'],
  ['◁/think▷', '◁think▷'],
]);

/** No tag is longer. */
export const MAX_CLOSE = 16;

const CLOSE = new RegExp([...CLOSES.keys()].map((tag) => tag.replace(/[[\]]/g, '\\$&')).join('|'), 'g');

/** The position of a closing tag in a text. */
export interface Close {
  start: number;
  end: number;
}

export function holdsClose(text: string): boolean {
  return text.search(CLOSE) !== -1;
}

/** Where at the end of a text a closing tag may begin; the text's length if none can. */
function partialClose(text: string): number {
  for (let at = Math.max(0, text.length - MAX_CLOSE + 1); at < text.length; at++) {
    const rest = text.slice(at);
    for (const tag of CLOSES.keys()) if (tag.startsWith(rest)) return at;
  }
  return text.length;
}

/**
 * The first tag that closes thinking and is not merely mentioned.
 * @param before what was said before the text
 * @param isWhole whether nothing follows the text
 * @returns `undecided` if only what follows the tag can tell
 */
export function closeIn(text: string, before: string, isWhole: boolean): Close | 'undecided' | undefined {
  for (const { 0: tag, index: start } of text.matchAll(CLOSE)) {
    const end = start + tag.length;
    const behind = text.slice(end);
    if (!isWhole && behind.trim() === '') return 'undecided';
    if (!isMention(before + text.slice(0, start), tag, behind)) return { start, end };
  }
  return undefined;
}

/** Whether a text merely mentions the tag: in code, in quotes, in the middle of a sentence, or as one of a pair. */
function isMention(before: string, tag: string, behind: string): boolean {
  if (/[`'"(«“‘]$/.test(before) || /^[`.,;:!?)]/.test(behind)) return true;
  if (/[ \t]$/.test(before) && /^[ \t]+\p{Ll}/u.test(behind)) return true;
  const isInCode = before.split('```').length % 2 === 0;
  return isInCode || countOf(CLOSES.get(tag) ?? '', before) > countOf(tag, before);
}

function countOf(tag: string, text: string): number {
  return text.split(tag).length - 1;
}

/** What a delta adds to the text; `answer` is set if it closed thinking that had already gone out as text. */
export interface WatchedText {
  text: string;
  answer?: string;
}

/** Watches text that is sent at once, and cannot be taken back, for a tag that shows it was thinking. */
export class UnopenedWatch {
  /** The end of the text, in which a tag may begin or may only be mentioned. */
  #held = '';

  /** @param said the text that was already sent */
  read(delta: string, said: { readonly text: string } | undefined): WatchedText {
    if (this.#held === '' && !/[<[◁]/.test(delta)) return { text: delta };
    const text = this.#held + delta;
    const close = closeIn(text, said?.text ?? '', false);
    if (close === undefined || close === 'undecided') {
      const from = close === undefined ? partialClose(text) : text.search(CLOSE);
      this.#held = text.slice(from);
      return { text: text.slice(0, from) };
    }
    this.#held = '';
    return split(text, close);
  }

  /** Returns what is still held back when the text ends. */
  end(said: { readonly text: string } | undefined): WatchedText {
    const text = this.#held;
    this.#held = '';
    const close = closeIn(text, said?.text ?? '', true);
    return close === undefined || close === 'undecided' ? { text } : split(text, close);
  }
}

function split(text: string, { start, end }: Close): WatchedText {
  return { text: text.slice(0, start), answer: text.slice(end).trimStart() };
}
