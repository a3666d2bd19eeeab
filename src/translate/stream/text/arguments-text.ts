/**
 * The arguments of a call as they arrive in fragments, which should make up one JSON object. Models and gateways make
 * mistakes; what can be understood without doubt is mended, however the fragments are cut: control characters and
 * invalid escapes inside strings, an object inside a string, text after the object. An open string or brace is never
 * closed, because half a call must not run. Each character is looked at only once: a call of a megabyte comes in tiny
 * deltas, and `isWhole` may be asked after each.
 */
import { isObject, parseJson, parseObject } from '../../../json.ts';
import { LooseJson } from './loose-json.ts';
import { Snapshots } from './snapshots.ts';

/**
 * `before` the first character; `inside` the object; after its end (`closed`); `other` if the text begins with anything
 * but a brace.
 */
type State = 'before' | 'inside' | 'closed' | 'other';

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/** Nobody wraps arguments more often than this by mistake. */
const MAX_WRAPPERS = 3;

const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export class ArgumentsText {
  /** What can be sent on: mended, and never changed except by appending. */
  text = '';
  /** What the current fragment adds to `text`. */
  #added = '';
  #state: State = 'before';
  #depth = 0;
  #isInString = false;
  /** Which quote opened the string; models that write Python use single ones, too. */
  #quote = DOUBLE_QUOTE;
  readonly #loose = new LooseJson();
  /** The last non-blank character outside of strings. */
  #lastOutside = '';
  /** Where the string that was opened last begins. */
  #stringAt = 0;
  /** An incomplete escape. */
  #escape = '';
  /** What cannot be sent on yet: a beginning that may be a placeholder, or something that is not an object. */
  #held = '';
  /** What came after the object. */
  #rest = '';
  #isValid: boolean | undefined;
  #snapshots: Snapshots | undefined = new Snapshots();

  /** True while nothing but white space has arrived. */
  get isBlank(): boolean {
    return this.#state === 'before' && this.#snapshots?.isSuspected !== true;
  }

  /** True if exactly one non-empty JSON object has arrived, which cannot grow. */
  get isWhole(): boolean {
    if (this.#state !== 'closed' || this.isPlaceholder || this.#snapshots?.isSuspected) return false;
    this.#isValid ??= Object.keys(parseObject(this.text) ?? {}).length > 0;
    return this.#isValid;
  }

  /**
   * Gateways to Anthropic's API, 2026-11: `{}` may be a placeholder for arguments that follow, or the arguments
   * themselves.
   */
  get isPlaceholder(): boolean {
    return this.#state === 'closed' && this.#held !== '';
  }

  /** Whether the object may continue with this fragment, judging by its first character. */
  canGoOnWith(fragment: string): boolean {
    const start = fragment.trimStart();
    if (this.#state === 'closed') return false;
    if (this.#isInString || !start.startsWith('{')) return true;
    return this.#state !== 'inside' || /[:,[]/.test(this.#lastOutside);
  }

  /** @returns what the fragment adds to `text` */
  append(fragment: string): string {
    if (fragment === '') return '';
    const fresh = this.#snapshots === undefined ? fragment : this.#snapshots.take(fragment);
    if (this.#snapshots?.isOver) this.#snapshots = undefined;
    return this.#read(fresh);
  }

  /**
   * To be called when no more will arrive.
   * @returns the arguments: as JSON if they could be understood, else unchanged; they begin with `text`. Undefined if
   *   they were cut off.
   */
  end(): string | undefined {
    const snapshot = this.#snapshot();
    if (snapshot !== undefined) return snapshot;
    const pending = this.#snapshots?.end() ?? '';
    this.#snapshots = undefined;
    this.#read(pending);
    switch (this.#state) {
      case 'before':
        return '{}';
      case 'closed':
        return this.isPlaceholder ? '{}' : this.text + this.#surplus();
      case 'inside':
        return this.#endsInStrayQuote() ? this.text + this.#escape : undefined;
      case 'other':
        return otherArguments(this.#held);
    }
  }

  /** The last fragment, if it is a complete object and the joined fragments are not. */
  #snapshot(): string | undefined {
    const snapshots = this.#snapshots;
    if (!snapshots?.isSuspected || isObject(parseJson(snapshots.joined))) return undefined;
    return mendedObject(snapshots.last);
  }

  #read(fragment: string): string {
    this.#added = '';
    let at = 0;
    while (at < fragment.length) {
      if (this.#state === 'inside')
        at = this.#isInString ? this.#inString(fragment, at) : this.#outside(fragment, at);
      else at = this.#aside(fragment, at);
    }
    this.text += this.#added;
    return this.#added;
  }

  /** Reads text before or after the object, or text without an object. */
  #aside(fragment: string, from: number): number {
    if (this.#state === 'closed') {
      const rest = fragment.slice(from);
      const start = rest.search(/\S/);
      if (this.isPlaceholder && this.#rest.trim() === '' && rest[start] === '{') {
        this.#restart();
        return from + start;
      }
      this.#rest += rest;
      return fragment.length;
    }
    if (this.#state === 'other') {
      this.#held += fragment.slice(from);
      return fragment.length;
    }
    const start = fragment.slice(from).search(/\S/);
    if (start === -1) return fragment.length;
    this.#state = fragment[from + start] === '{' ? 'inside' : 'other';
    if (this.#state === 'other') return from + start;
    this.#depth = 1;
    // Held back until it is known whether the object is empty.
    this.#held = '{';
    return from + start + 1;
  }

  #restart(): void {
    this.#state = 'before';
    this.#held = '';
    this.#rest = '';
  }

  #outside(fragment: string, from: number): number {
    for (let at = from; at < fragment.length; at++) {
      switch (fragment.charCodeAt(at)) {
        case SINGLE_QUOTE:
          if (!this.#mayOpenString(fragment.slice(from, at))) break;
          this.#openString(fragment.slice(from, at), SINGLE_QUOTE);
          return at + 1;
        case DOUBLE_QUOTE:
          this.#openString(fragment.slice(from, at), DOUBLE_QUOTE);
          return at + 1;
        case 0x5c: // \
          // The quotes of the first name are escaped, so those of everything are.
          if (this.#held === '' || fragment.slice(from, at).trim() !== '') break;
          this.#state = 'other';
          this.#held += fragment.slice(from);
          return fragment.length;
        case 0x7b: // {
        case 0x5b: // [
          this.#depth += 1;
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.#depth -= 1;
          if (this.#depth > 0) break;
          this.#state = 'closed';
          // An empty object stays held back.
          if (this.#held === '' || fragment.slice(from, at).trim() !== '')
            this.#send(fragment.slice(from, at + 1));
          return at + 1;
      }
    }
    const rest = fragment.slice(from);
    this.#lastOutside = rest.trimEnd().at(-1) ?? this.#lastOutside;
    if (this.#held !== '' && rest.trim() === '') this.#held += rest;
    else this.#send(rest);
    return fragment.length;
  }

  #openString(before: string, quote: number): void {
    this.#send(`${before}"`);
    this.#isInString = true;
    this.#quote = quote;
    this.#stringAt = this.text.length + this.#added.length;
  }

  /** Anywhere else, a single quote is an apostrophe in text that is not JSON. */
  #mayOpenString(before: string): boolean {
    return /^[{[,:]?$/.test(before.trimEnd().at(-1) ?? this.#lastOutside);
  }

  #send(text: string): void {
    this.#added += this.#loose.take(this.#held + text);
    this.#held = '';
  }

  #inString(fragment: string, from: number): number {
    if (this.#escape !== '') return this.#inEscape(fragment, from);
    for (let at = from; at < fragment.length; at++) {
      const code = fragment.charCodeAt(at);
      if (code === this.#quote) {
        this.#added += `${fragment.slice(from, at)}"`;
        this.#isInString = false;
        this.#lastOutside = '"';
        return at + 1;
      }
      if (code === 0x5c || code < 0x20 || code === DOUBLE_QUOTE) {
        this.#added += fragment.slice(from, at);
        if (code === DOUBLE_QUOTE) this.#added += '\\"';
        else if (code === 0x5c) this.#escape = '\\';
        else this.#added += controlEscape(fragment.charAt(at));
        return at + 1;
      }
    }
    this.#added += fragment.slice(from);
    return fragment.length;
  }

  /** Reads the next character of an escape. If JSON does not know the escape, a literal backslash was meant. */
  #inEscape(fragment: string, at: number): number {
    const read = this.#escape + fragment.charAt(at);
    if (read === "\\'" && this.#quote === SINGLE_QUOTE) this.#added += "'";
    else if (read === '\\n' || read === '\\"' || /^\\(["\\/bfnrt]|u[0-9a-f]{4})$/i.test(read))
      this.#added += read;
    else if (/^\\u[0-9a-f]{0,3}$/i.test(read)) {
      this.#escape = read;
      return at + 1;
    } else {
      this.#added += `\\${this.#escape}`;
      this.#escape = '';
      // The character that broke the escape is read normally: a quote ends the string.
      return at;
    }
    this.#escape = '';
    return at + 1;
  }

  /** What followed the object and must not be dropped: another object. */
  #surplus(): string {
    const rest = this.#rest.trim();
    if (rest === '') return this.#rest;
    const raw = this.text.trim();
    if (this.isWhole && (isCopies(rest, raw) || !rest.includes('{'))) return '';
    return this.#rest;
  }

  /**
   * Whether the open string was opened by a quote that should have been escaped. The text was then broken earlier, but
   * its end shows that it was not cut off.
   */
  #endsInStrayQuote(): boolean {
    if (!this.#isInString) return false;
    const quote = this.#stringAt - 1;
    return (
      !/[:,{[]\s*$/.test(this.text.slice(Math.max(0, quote - 20), quote)) && this.text.trimEnd().endsWith('}')
    );
  }
}

function controlEscape(character: string): string {
  return CONTROL_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Whether `rest` consists of copies of `text`, the last one possibly incomplete. */
function isCopies(rest: string, text: string): boolean {
  let at = 0;
  while (rest.startsWith(text, at)) at += text.length;
  return text.startsWith(rest.slice(at).trim());
}

/** For arguments that do not begin with an object: the object in them, if there is one. Undefined if they were cut off. */
function otherArguments(raw: string): string | undefined {
  const text = raw.trim();
  if (isNothing(text)) return '{}';
  const object = objectIn(text);
  if (object !== undefined) return object;
  const isHalf = ESCAPED.test(text) ? isCut(unescaped(text) ?? '"') : /^["[]/.test(text) && isCut(text);
  return isHalf ? undefined : raw;
}

/** An object whose quotes are escaped, as inside a string. */
const ESCAPED = /^\{\s*\\/;

function unescaped(text: string): string | undefined {
  const value = parseJson(`"${text.replace(/[\n\r\t]/g, (found) => CONTROL_ESCAPES[found] ?? found)}"`);
  return typeof value === 'string' ? value : undefined;
}

const HEAD = /^(?:(?:```|~~~)\w*\s*|(?:json|null|""|\[\]|<[|｜][^<>]*[|｜]>)\s*(?=\{))/;

function isNothing(text: string): boolean {
  return text === '' || text === 'null' || text === '[]' || text === '""';
}

/**
 * The object in a code fence, in a string, in a string inside that, or after an empty value that held its place, a
 * special token or the name of the language.
 */
function objectIn(text: string, levels = MAX_WRAPPERS): string | undefined {
  const inner = text.replace(HEAD, '').trimStart();
  if (ESCAPED.test(inner)) return levels === 0 ? undefined : objectIn(unescaped(inner) ?? '', levels - 1);
  if (inner.startsWith('{')) return mendedObject(inner);
  const value = inner.startsWith('"')
    ? parseJson(inner.endsWith('```') ? inner.slice(0, -3) : inner)
    : undefined;
  if (typeof value !== 'string' || levels === 0) return undefined;
  const unwrapped = value.trim();
  return isNothing(unwrapped) ? '{}' : objectIn(unwrapped, levels - 1);
}

/**
 * Codex reads a list as the fields of the arguments in order, so `["ls"]` might run (0.110 to 0.171). As a string, it
 * is refused and the model is told.
 */
export function withoutPositions(whole: string): string {
  return whole.trimStart().startsWith('[') ? JSON.stringify(whole) : whole;
}

/** The text as one JSON object, mended if necessary; undefined if it is not one. */
export function mendedObject(text: string): string | undefined {
  const start = text.trimStart();
  if (isObject(parseJson(start))) return start;
  if (!start.startsWith('{')) return undefined;
  const inner = new ArgumentsText();
  inner.append(start);
  return inner.isWhole ? inner.end() : undefined;
}

/** Whether the text ends inside a list or string. */
function isCut(text: string): boolean {
  const probe = new ArgumentsText();
  probe.append(`{"":${text}`);
  probe.append('}');
  return !probe.isWhole && probe.end() === undefined;
}
