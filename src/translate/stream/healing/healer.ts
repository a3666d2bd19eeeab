/**
 * Finds calls that a model wrote into its text because no server on the way read them, and makes calls of them:
 * only where a block has its whole syntax, is made of nothing but calls, and each calls a declared tool. Text is held
 * back from where a block may begin. The calls wait for the end of the answer: the provider may send them as calls
 * as well, and from a cut answer none is offered.
 */
import { parseJson } from '../../../json.ts';
import type { ToolTable } from '../../tools/table.ts';
import { type BlockEnd, type HealedCall, OpenBlock } from './block.ts';
import { firstMark, mayHoldMark, strayLength } from './marks.ts';

export interface Healed {
  calls: readonly HealedCall[];
  /** Names of the families whose syntax was found. */
  families: readonly string[];
  /** What was held back and is text after all. */
  text: string;
}

/** The text that was said so far, without what is held back. */
type SaidText = { readonly text: string } | undefined;

export class Healer {
  readonly #tools: ToolTable;
  readonly #calls: HealedCall[] = [];
  readonly #families = new Set<string>();
  /** What became calls, and what was dropped behind it, as it came. */
  readonly #dropped: string[] = [];
  /** The end of the text, while a mark may begin there. */
  #held = '';
  #block: OpenBlock | undefined;
  #isAfterCall = false;

  constructor(tools: ToolTable) {
    this.#tools = tools;
  }

  /** True while nothing of a call was found. */
  get isIdle(): boolean {
    return this.#calls.length === 0 && this.#block === undefined;
  }

  /** What came and waits. */
  get waiting(): string {
    return this.#block?.text ?? this.#held;
  }

  /** @returns the text that can be said */
  read(delta: string, said: SaidText): string {
    const isQuiet = this.#block === undefined && this.#held === '' && !this.#isAfterCall;
    if (isQuiet && !mayHoldMark(delta)) return delta;
    const text = this.#held + delta;
    this.#held = '';
    return this.#readOn(text, said);
  }

  /** What is held back because a mark may begin there; from here on, it is text. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /**
   * @param isWhole whether the answer came to its end
   * @param made the calls that the provider sent as such: none of them is made twice
   */
  end(isWhole: boolean, made: readonly HealedCall[], said: SaidText): Healed {
    if (!isWhole) {
      const text = this.#dropped.join('') + (this.#block?.text ?? '') + this.flush();
      return { calls: [], families: [], text };
    }
    let text = '';
    while (this.#block !== undefined) {
      const end = this.#block.end();
      text += this.#close(end);
      text += this.#readOn(end.rest, { text: (said?.text ?? '') + text });
    }
    return { calls: this.#unmade(made), families: [...this.#families], text: text + this.flush() };
  }

  #unmade(made: readonly HealedCall[]): HealedCall[] {
    const known = new Set(
      made.map((call) =>
        keyOf({ arguments: call.arguments, name: this.#tools.resolve(call.name)?.upstreamName ?? call.name }),
      ),
    );
    return this.#calls.filter((call) => {
      const key = keyOf(call);
      return !known.has(key) && known.add(key);
    });
  }

  /** @returns the text that can be said */
  #readOn(text: string, said: SaidText): string {
    let fresh = '';
    let rest = text;
    while (rest !== '') {
      if (this.#block !== undefined) {
        const end = this.#block.read(rest);
        if (end === undefined) return fresh;
        fresh += this.#close(end);
        rest = end.rest;
      } else if (this.#isAfterCall) {
        rest = this.#skipStrays(rest);
      } else {
        const before = (said?.text ?? '') + fresh;
        const found = firstMark(rest, before);
        if (found === undefined) return fresh + rest;
        const { at, mark } = found;
        fresh += rest.slice(0, at);
        if (mark === undefined) {
          this.#held = rest.slice(at);
          return fresh;
        }
        this.#block = new OpenBlock(mark, this.#tools);
        rest = rest.slice(at + mark.open.length);
      }
    }
    return fresh;
  }

  /** @returns what is to be read as text */
  #skipStrays(text: string): string {
    const { length, mayGoOn } = strayLength(text);
    this.#dropped.push(text.slice(0, length));
    this.#isAfterCall = mayGoOn;
    if (!mayGoOn) return text.slice(length);
    this.#held = text.slice(length);
    return '';
  }

  /** @returns the text that the block is */
  #close({ text, calls, family }: BlockEnd): string {
    this.#block = undefined;
    if (calls === undefined) return text;
    this.#calls.push(...calls);
    this.#families.add(family);
    this.#dropped.push(text);
    this.#isAfterCall = true;
    return '';
  }
}

/** What two calls have in common that are one. */
function keyOf({ name, arguments: args }: HealedCall): string {
  return `${name} ${JSON.stringify(parseJson(args) ?? args)}`;
}
