/**
 * The arguments of a call while they arrive in fragments: meant to be the text of one JSON object. Models and
 * gateways err, and what can be understood without doubt is mended, the same wherever the fragments are cut: control
 * characters and invalid escapes inside strings, an object inside a string, what follows the object. An open string
 * or brace is never closed: half a call must not run. Each character is looked at once: a call of a megabyte comes
 * in tiny deltas, and whether it is whole may be asked after every one.
 */
import { isObject, parseJson } from '../../../json.ts';
import { Snapshots } from './snapshots.ts';

/**
 * `before` its first character; `inside` the object, or behind its end (`closed`); `other` where it begins with
 * anything but a brace.
 */
type State = 'before' | 'inside' | 'closed' | 'other';

const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export class ArgumentsText {
  /** What can be sent on: mended, and only ever added to. */
  text = '';
  /** What the fragment that is being read adds to it. */
  #added = '';
  #state: State = 'before';
  #depth = 0;
  #isInString = false;
  /** The last character outside of strings that is no white space. */
  #lastOutside = '';
  /** Where the string that was opened last begins. */
  #stringAt = 0;
  /** An escape whose end has not arrived. */
  #escape = '';
  /** What cannot be sent on yet: the beginning, while it may be a placeholder, or what is no object. */
  #held = '';
  /** What came behind the object. */
  #rest = '';
  #isValid: boolean | undefined;
  #snapshots: Snapshots | undefined = new Snapshots();

  /** True where nothing but white space has arrived. */
  get isBlank(): boolean {
    return this.#state === 'before' && this.#snapshots?.isSuspected !== true;
  }

  /** True when all that has arrived is one JSON object that is not empty: it cannot grow. */
  get isWhole(): boolean {
    if (this.#state !== 'closed' || this.isPlaceholder || this.#snapshots?.isSuspected) return false;
    this.#isValid ??= parseJson(this.text) !== undefined;
    return this.#isValid;
  }

  /** Gateways to Anthropic's API, 2026-11: `{}` may be a placeholder for the arguments that follow, or all there is. */
  get isPlaceholder(): boolean {
    return this.#state === 'closed' && this.#held !== '';
  }

  /** Whether the object may go on with this fragment, as far as its first character tells. */
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
   * No more will arrive.
   * @returns the arguments: JSON where they could be understood, else as they came; they begin with `text`.
   *   Undefined where they were cut off.
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

  /** The last fragment, where it is a whole object and the fragments joined are none. */
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

  /** Before the object, behind it, or where there is none. */
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
    // Held until it is known whether the object is an empty one.
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
        case 0x22: // "
          this.#send(fragment.slice(from, at + 1));
          this.#isInString = true;
          this.#stringAt = this.text.length + this.#added.length;
          return at + 1;
        case 0x7b: // {
        case 0x5b: // [
          this.#depth += 1;
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.#depth -= 1;
          if (this.#depth > 0) break;
          this.#state = 'closed';
          // An empty object stays held.
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

  #send(text: string): void {
    this.#added += this.#held + text;
    this.#held = '';
  }

  #inString(fragment: string, from: number): number {
    if (this.#escape !== '') return this.#inEscape(fragment, from);
    for (let at = from; at < fragment.length; at++) {
      const code = fragment.charCodeAt(at);
      if (code === 0x22) {
        this.#added += fragment.slice(from, at + 1);
        this.#isInString = false;
        this.#lastOutside = '"';
        return at + 1;
      }
      if (code === 0x5c || code < 0x20) {
        this.#added += fragment.slice(from, at);
        if (code === 0x5c) this.#escape = '\\';
        else this.#added += controlEscape(fragment.charAt(at));
        return at + 1;
      }
    }
    this.#added += fragment.slice(from);
    return fragment.length;
  }

  /** One character more of an escape; one that JSON does not know was meant as the backslash that it shows. */
  #inEscape(fragment: string, at: number): number {
    const read = this.#escape + fragment.charAt(at);
    if (read === '\\n' || read === '\\"' || /^\\(["\\/bfnrt]|u[0-9a-f]{4})$/i.test(read)) this.#added += read;
    else if (/^\\u[0-9a-f]{0,3}$/i.test(read)) {
      this.#escape = read;
      return at + 1;
    } else {
      this.#added += `\\${this.#escape}`;
      this.#escape = '';
      // What broke the escape is read as what it is: a quote ends the string.
      return at;
    }
    this.#escape = '';
    return at + 1;
  }

  /** What followed the object, where it may not be dropped: another object, which nobody asked to be lost. */
  #surplus(): string {
    const rest = this.#rest.trim();
    if (rest === '') return this.#rest;
    const raw = this.text.trim();
    if (this.isWhole && (isCopies(rest, raw) || !rest.includes('{'))) return '';
    return this.#rest;
  }

  /**
   * Whether the string that is open was opened by a quote that should have been escaped: the text then was broken
   * before its end, and its end shows that it was not cut.
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

/** Whether `rest` repeats `text`, once or more, the last time perhaps not to its end. */
function isCopies(rest: string, text: string): boolean {
  let at = 0;
  while (rest.startsWith(text, at)) at += text.length;
  return text.startsWith(rest.slice(at).trim());
}

/** Arguments that are no object: a string that holds one is unwrapped once. Undefined where they were cut off. */
function otherArguments(raw: string): string | undefined {
  const text = raw.trim();
  if (text === 'null' || text === '[]' || text === '""') return '{}';
  if (!text.startsWith('"')) return text.startsWith('[') && isCut(text) ? undefined : raw;
  const value = parseJson(text);
  if (typeof value !== 'string') return isCut(text) ? undefined : raw;
  const inner = value.trim();
  if (inner === 'null' || inner === '') return '{}';
  return mendedObject(inner) ?? raw;
}

/**
 * Codex takes a list for the fields of the arguments in their order, so that `["ls"]` may run (0.110 to 0.171): as a
 * string it is refused, and the model is told.
 */
export function withoutPositions(whole: string): string {
  return whole.trimStart().startsWith('[') ? JSON.stringify(whole) : whole;
}

/** The text as one JSON object, mended where it has to be; undefined where it is none. */
export function mendedObject(text: string): string | undefined {
  const start = text.trimStart();
  if (isObject(parseJson(start))) return start;
  if (!start.startsWith('{')) return undefined;
  const inner = new ArgumentsText();
  inner.append(start);
  return inner.isWhole ? inner.end() : undefined;
}

/** Whether a list or a string ends before it is closed. */
function isCut(text: string): boolean {
  const probe = new ArgumentsText();
  probe.append(`{"":${text}`);
  probe.append('}');
  return !probe.isWhole && probe.end() === undefined;
}
