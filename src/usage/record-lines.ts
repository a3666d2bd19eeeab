/** Reads many lines of a ledger at once, because `JSON.parse` takes most of a second for a million of them. */
import { parseJson } from '../json.ts';
import { decodeRecord, isTime, namesInLine, type UsageRecord } from './record.ts';

/** How many combinations of upstream and model, as written in lines, are remembered. */
const MOST_NAMES = 64;
/** V8 lets longer slices hold on to the text that they were cut from. */
const MOST_OF_THREAD = 12;
/** Longer numbers may not be exact. */
const MOST_DIGITS = 15;

/** Shared: a million lists of nothing cost as much as reading a tenth of the records. */
const NO_REPAIRS: readonly string[] = [];

const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** The fields of a record that recur from line to line, and their text. */
interface Names {
  text: string;
  record: UsageRecord;
}

export class LineReader {
  readonly #names: Names[] = [];
  #text = '';
  #at = 0;
  /** False once a value of the line was read that this reader leaves to `JSON.parse`. */
  #isUsual = true;

  /** The records in whole lines, line ends included; lines that are not records are skipped. */
  recordsIn(text: string): UsageRecord[] {
    const records: UsageRecord[] = [];
    this.#text = text;
    for (let start = 0, end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const record = this.#usual(start, end) ?? this.#any(start, end);
      if (record !== undefined) records.push(record);
      start = end + 1;
    }
    this.#text = '';
    return records;
  }

  #any(start: number, end: number): UsageRecord | undefined {
    const line = this.#text.slice(start, end);
    const record = decodeRecord(parseJson(line));
    if (record !== undefined) this.#learn(line, record);
    return record;
  }

  #learn(line: string, record: UsageRecord): void {
    const text = namesInLine(record);
    if (!line.startsWith(text, line.indexOf(',') + 1)) return;
    if (this.#names.length === MOST_NAMES) this.#names.shift();
    this.#names.push({ text, record });
  }

  /** Reads a line exactly as `encodeRecord` writes it, with known names; undefined for any other line. */
  #usual(start: number, end: number): UsageRecord | undefined {
    this.#isUsual = this.#text.charAt(start) === '[';
    this.#at = start + 1;
    const time = this.#number();
    const names = this.#namesHere();
    if (names === undefined || !isTime(time)) return undefined;
    this.#at += names.text.length;
    const tokens = this.#tokens();
    const attempts = this.#number() ?? 0;
    const firstTokenMs = this.#number();
    const totalMs = this.#number() ?? 0;
    const statedUsd = this.#number();
    const thread = this.#thread(end);
    if (!this.#isUsual || this.#at !== end) return undefined;
    const { upstream, service, model, wire, state } = names.record;
    return {
      time,
      upstream,
      service,
      model,
      wire,
      state,
      tokens,
      repairs: NO_REPAIRS,
      attempts,
      firstTokenMs,
      totalMs,
      statedUsd,
      thread,
    };
  }

  #tokens(): UsageRecord['tokens'] {
    const inputTokens = this.#number();
    const cachedTokens = this.#number() ?? 0;
    const cacheWriteTokens = this.#number() ?? 0;
    const outputTokens = this.#number() ?? 0;
    const reasoningTokens = this.#number() ?? 0;
    if (inputTokens === undefined) return undefined;
    return { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens };
  }

  #namesHere(): Names | undefined {
    for (const names of this.#names) if (this.#text.startsWith(names.text, this.#at)) return names;
    return undefined;
  }

  /** Reads a number, or `null` as undefined, and the comma after it. */
  #number(): number | undefined {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let value = 0;
    let code = text.charCodeAt(at);
    while (code >= ZERO && code <= NINE) {
      value = value * 10 + code - ZERO;
      at += 1;
      code = text.charCodeAt(at);
    }
    const digits = at - start;
    if (code === COMMA) {
      this.#at = at + 1;
      // JSON has no numbers like 007.
      const isOne = digits === 1 || (digits > 0 && digits <= MOST_DIGITS && text.charCodeAt(start) !== ZERO);
      return isOne ? value : this.#unusual();
    }
    if (digits > 0) return this.#fraction(start);
    if (!text.startsWith('null,', at)) return this.#unusual();
    this.#at = at + 5;
    return undefined;
  }

  /** Only the cost stated by a provider has a fraction. */
  #fraction(start: number): number | undefined {
    const end = this.#text.indexOf(',', start);
    const value = parseJson(this.#text.slice(start, end));
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#unusual();
    this.#at = end + 1;
    return value;
  }

  /** Reads the last value and the bracket after it. */
  #thread(end: number): string | undefined {
    const text = this.#text;
    const start = this.#at;
    if (text.charAt(end - 1) !== ']') return this.#unusual();
    this.#at = end;
    if (end - start === 5 && text.startsWith('null', start)) return undefined;
    const [from, to] = [start + 1, end - 2];
    if (text.charCodeAt(start) !== QUOTE || text.charCodeAt(to) !== QUOTE || to - from > MOST_OF_THREAD)
      return this.#unusual();
    const thread = text.slice(from, to);
    return /^\w*$/.test(thread) ? thread : this.#unusual();
  }

  /** Leaves the line to `JSON.parse`. */
  #unusual(): undefined {
    this.#isUsual = false;
  }
}
