/**
 * Calls and literals as Python writes them, with named arguments only: an argument without a name could be any. Reads
 * data, never code: anything but literals makes the text unreadable.
 */
import type { Json, JsonObject } from '../../../json.ts';

export interface PythonCall {
  /** May be dotted. */
  name: string;
  arguments: JsonObject;
}

/** `a(x=1)`, `[a(x=1), b()]`, `print(a(x=1))`, or one call per line; undefined for anything else. */
export function pythonCalls(text: string): PythonCall[] | undefined {
  const reader = new Reader(text);
  try {
    return reader.calls();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** One literal; undefined for anything else. */
export function pythonLiteral(text: string): Json | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    reader.expectEnd();
    return value;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

/** Deeper than this, no arguments are nested. */
const MAX_DEPTH = 50;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const NUMBER = /[-+]?(?:\d[\d_]*)(?:\.\d*)?(?:[eE][-+]?\d+)?/y;
const NAME = /[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*/y;
const BLANKS = /(?:\s|#[^\n]*\n)*/y;
const STRING_START = /([rRbBuU]{0,2})("""|'''|"|')/y;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  calls(): PythonCall[] {
    const calls = this.#takes('[') ? this.#list(']', () => this.#call()) : [this.#call()];
    for (;;) {
      this.#takes(';');
      if (this.#isEnd) return calls;
      calls.push(this.#call());
    }
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new Unreadable();
    if (this.#takes('[')) return this.#list(']', () => this.value(depth + 1));
    if (this.#takes('(')) return this.#group(depth);
    if (this.#takes('{')) return this.#pairs('}', ':', () => this.#string(), depth);
    const text = this.#string();
    if (text !== undefined) return text;
    const number = this.#match(NUMBER)?.[0];
    if (number !== undefined) return finite(Number(number.replaceAll('_', '')));
    const word = WORDS.get(this.#match(NAME)?.[0] ?? '');
    if (word === undefined) throw new Unreadable();
    return word;
  }

  /** A tuple, or one value in parentheses: only a comma makes a tuple. */
  #group(depth: number): Json {
    if (this.#takes(')')) return [];
    const first = this.value(depth + 1);
    if (this.#takes(')')) return first;
    if (!this.#takes(',')) throw new Unreadable();
    return [first, ...this.#list(')', () => this.value(depth + 1))];
  }

  expectEnd(): void {
    if (!this.#isEnd) throw new Unreadable();
  }

  /** @param mayPrint whether the call may be inside of `print`, which is never inside of another */
  #call(mayPrint = true): PythonCall {
    const name = this.#match(NAME)?.[0];
    if (name === undefined || !this.#takes('(')) throw new Unreadable();
    if (name !== 'print') return { name, arguments: this.#pairs(')', '=', () => this.#match(NAME)?.[0], 0) };
    if (!mayPrint) throw new Unreadable();
    const printed = this.#call(false);
    if (!this.#takes(')')) throw new Unreadable();
    return printed;
  }

  /** The entries up to `end`. */
  #list<Entry>(end: string, read: () => Entry): Entry[] {
    const entries: Entry[] = [];
    while (!this.#takes(end)) {
      entries.push(read());
      if (!this.#takes(',') && !this.#isAt(end)) throw new Unreadable();
    }
    return entries;
  }

  #pairs(end: string, between: string, readKey: () => string | undefined, depth: number): JsonObject {
    const pairs = this.#list(end, (): [string, Json] => {
      const key = readKey();
      if (key === undefined || !this.#takes(between)) throw new Unreadable();
      return [key, this.value(depth + 1)];
    });
    const object = Object.fromEntries(pairs);
    if (Object.keys(object).length < pairs.length) throw new Unreadable();
    return object;
  }

  /** Undefined if no string begins here; neighbouring strings are one. */
  #string(): string | undefined {
    let text: string | undefined;
    for (let start = this.#match(STRING_START); start; start = this.#match(STRING_START)) {
      const [, prefix = '', quote = ''] = start;
      text = (text ?? '') + this.#stringTo(quote, /r/i.test(prefix));
    }
    return text;
  }

  #stringTo(quote: string, isRaw: boolean): string {
    let value = '';
    while (!this.#text.startsWith(quote, this.#at)) {
      const character = this.#text[this.#at];
      if (character === undefined || (character === '\n' && quote.length === 1)) throw new Unreadable();
      if (character !== '\\') {
        value += character;
        this.#at += 1;
        continue;
      }
      ESCAPE.lastIndex = this.#at;
      const [whole = '', unicode, byte, octal, simple = ''] = ESCAPE.exec(this.#text) ?? [];
      if (whole === '') throw new Unreadable();
      this.#at += whole.length;
      const code = unicode ?? byte;
      if (isRaw) value += whole;
      else if (code !== undefined) value += String.fromCharCode(Number.parseInt(code, 16));
      else if (octal !== undefined) value += String.fromCharCode(Number.parseInt(octal, 8));
      else value += ESCAPES[simple] ?? whole;
    }
    this.#at += quote.length;
    return value;
  }

  get #isEnd(): boolean {
    this.#skipBlanks();
    return this.#at >= this.#text.length;
  }

  #isAt(mark: string): boolean {
    this.#skipBlanks();
    return this.#text.startsWith(mark, this.#at);
  }

  #takes(mark: string): boolean {
    if (!this.#isAt(mark)) return false;
    this.#at += mark.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    this.#skipBlanks();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null || found[0] === '') return undefined;
    this.#at += found[0].length;
    return found;
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#text)?.[0].length ?? 0;
  }
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new Unreadable();
  return number;
}
