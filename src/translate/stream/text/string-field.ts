/**
 * Reads one string field out of a JSON object while the text of the object arrives in fragments, so that a custom
 * tool's input can be streamed as it comes. A fragment may end anywhere, even inside an escape.
 */

import { parseJson } from '../../../json.ts';

type State = 'before' | 'value' | 'after' | 'lost';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Undefined if the text is too short to tell. */
type Expectation = (text: string) => boolean | undefined;

/** No model writes more than this before the value. */
const MAX_HEAD = 200;

export class StringFieldReader {
  /** The part of the value that has arrived. */
  value = '';
  /** The name of the field. */
  readonly field: string;
  readonly #head: RegExp;
  readonly #isExpected: Expectation | undefined;
  #state: State = 'before';
  #rest = '';
  /** The beginning of the value, while it is not known to be what is expected. */
  #held = '';

  /** @param isExpected about the beginning of the value; a value that is not expected is not read */
  constructor(field: string, isExpected?: Expectation) {
    this.field = field;
    this.#isExpected = isExpected;
    this.#head = new RegExp(`^\\s*\\{\\s*"${field}"\\s*:\\s*"`);
  }

  /** True once the closing quote has arrived. */
  get isComplete(): boolean {
    return this.#state === 'after';
  }

  /**
   * Whether the text after the closing quote fits an object, or is empty. If the model forgot to escape a quote, it
   * does not: the value ends at that quote and is only the beginning of what was meant.
   */
  get isSound(): boolean {
    if (this.#state !== 'after') return false;
    return this.#rest.trim() === '' || parseJson(`{"":""${this.#rest}`) !== undefined;
  }

  /** @returns the text that this fragment adds to the value */
  feed(fragment: string): string {
    if (this.#state === 'lost') return '';
    this.#rest += fragment;
    if (this.#state === 'after') return '';
    if (this.#state === 'before' && !this.#enterValue()) return '';
    const added = this.#expected(this.#readValue());
    this.value += added;
    return added;
  }

  #expected(added: string): string {
    if (this.#isExpected === undefined || this.value !== '') return added;
    this.#held += added;
    const isExpected = this.#isExpected(this.#held);
    // One that ends too early is none.
    if (isExpected === false || (isExpected === undefined && this.isComplete)) this.#state = 'lost';
    return isExpected === true ? this.#held : '';
  }

  #enterValue(): boolean {
    const head = this.#head.exec(this.#rest);
    if (head === null) {
      // Another field comes first, or this is not an object: `freeTextOf` decides once everything has arrived.
      const isOther = this.#rest.length > MAX_HEAD || /:\s*\S/.test(this.#rest);
      if (isOther) this.#state = 'lost';
      return false;
    }
    this.#rest = this.#rest.slice(head[0].length);
    this.#state = 'value';
    return true;
  }

  #readValue(): string {
    const text = this.#rest;
    let read = '';
    let from = 0;
    for (;;) {
      const stop = nextSpecial(text, from);
      read += text.slice(from, stop);
      if (stop === text.length) return this.#keep(read, '');
      if (text[stop] === '"') {
        this.#state = 'after';
        return this.#keep(read, text.slice(stop + 1));
      }
      const decoded = decodeEscape(text, stop);
      if (decoded === undefined) return this.#keep(read, text.slice(stop));
      read += decoded.text;
      from = decoded.end;
    }
  }

  #keep(read: string, rest: string): string {
    this.#rest = rest;
    return read;
  }
}

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) return at;
  }
  return text.length;
}

/** The escape that begins at `at`; undefined while part of it is missing (a high surrogate waits for the low one). */
function decodeEscape(text: string, at: number): { text: string; end: number } | undefined {
  const kind = text[at + 1];
  if (kind === undefined) return undefined;
  if (kind !== 'u') return { text: SIMPLE_ESCAPES[kind] ?? kind, end: at + 2 };
  const hex = text.slice(at + 2, at + 6);
  if (hex.length < 4) return undefined;
  const unit = Number.parseInt(hex, 16);
  if (Number.isNaN(unit)) return { text: '\ufffd', end: at + 6 };
  const isHigh = unit >= 0xd800 && unit <= 0xdbff;
  if (!isHigh) return { text: String.fromCharCode(unit), end: at + 6 };
  const low = text.slice(at + 6, at + 12);
  if (low.length < 6 && '\\u'.startsWith(low.slice(0, 2))) return undefined;
  const lowUnit = low.startsWith('\\u') ? Number.parseInt(low.slice(2), 16) : Number.NaN;
  if (lowUnit >= 0xdc00 && lowUnit <= 0xdfff)
    return { text: String.fromCharCode(unit, lowUnit), end: at + 12 };
  return { text: '\ufffd', end: at + 6 };
}
