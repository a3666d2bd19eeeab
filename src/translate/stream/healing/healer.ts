/**
 * Finds calls that a model wrote into its text because no server on the way parsed them, and turns them into real
 * calls, but only if a block has the complete syntax, contains nothing but calls, and each of them calls a declared
 * tool. Text is held back from where a block may begin. The calls wait for the end of the answer, because the provider
 * may also send them as real calls, and a cut answer must not offer any.
 */
import { parseJson } from '../../../json.ts';
import type { ToolTable } from '../../tools/table.ts';
import { type BlockEnd, type HealedCall, OpenBlock } from './block.ts';
import { type FoundMark, firstMark, mayHoldMark, startMark, strayLength } from './marks.ts';
import { isMention } from './mentions.ts';

export interface Healed {
  calls: readonly HealedCall[];
  /** Names of the families whose syntax was found. */
  families: readonly string[];
  /** Text that was held back but is not a call. */
  text: string;
}

/** Blocks of calls with nothing said between them; only what follows can show that they are merely shown. */
interface Group {
  /** What was said before them. */
  before: string;
  /** Their raw text, with what was dropped between and after them. */
  raw: string;
  /** What was dropped after the last of them. */
  gap: string;
  /** How many calls had been found before. */
  callsBefore: number;
}

/** The text said so far, without what is held back. */
type SaidText = { readonly text: string } | undefined;

export class Healer {
  readonly #tools: ToolTable;
  /** What the user asked. */
  readonly #question: string;
  readonly #mayBeBare: boolean;
  /** Whether nothing but white space has been read. */
  #isAtStart = true;
  readonly #calls: HealedCall[] = [];
  /** The family of each call. */
  readonly #families: string[] = [];
  /** The raw text of what became calls for certain, and of what was dropped after them. */
  readonly #dropped: string[] = [];
  /** The newest blocks of calls. */
  #group: Group | undefined;
  /** What was said before the block that is open. */
  #before = '';
  /** White space before that, if nothing else was said. */
  #lead = '';
  /** The end of the text, as long as a mark may begin there. */
  #held = '';
  #block: OpenBlock | undefined;
  /** Whether the user wrote its mark. */
  #isTalkedAbout = false;
  #isAfterCall = false;

  /**
   * @param question what the user asked: a mark in it is talked about, and means no call
   * @param mayBeBare whether an answer that consists of calls without any mark is read as such
   */
  constructor(tools: ToolTable, question: string, mayBeBare: boolean) {
    this.#tools = tools;
    this.#question = question;
    this.#mayBeBare = mayBeBare;
  }

  /** True while no sign of a call has been found. */
  get isIdle(): boolean {
    return this.#calls.length === 0 && this.#block === undefined;
  }

  /** The text that is held back. */
  get waiting(): string {
    return this.#block === undefined ? this.#held : this.#lead + this.#block.text;
  }

  /** @returns the text that can be said */
  read(delta: string, said: SaidText): string {
    const isQuiet = this.#block === undefined && this.#held === '' && !this.#isAfterCall && !this.#isAtStart;
    if (isQuiet && !mayHoldMark(delta)) return delta;
    const text = this.#held + delta;
    this.#held = '';
    return this.#readOn(text, said);
  }

  /** Returns what is held back because a mark might have begun there; it is text now. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    if (held !== '') this.#isAtStart = false;
    return this.#asText(held);
  }

  /**
   * @param isWhole whether the answer is complete
   * @param made the calls that the provider sent as such, which must not be made twice
   */
  end(isWhole: boolean, made: readonly HealedCall[], said: SaidText): Healed {
    if (!isWhole) {
      const raw = this.#dropped.join('') + (this.#group?.raw ?? '');
      this.#group = undefined;
      return { calls: [], families: [], text: raw + this.#lead + (this.#block?.text ?? '') + this.flush() };
    }
    let text = '';
    while (this.#block !== undefined) {
      const end = this.#block.end();
      text += this.#close(end);
      text += this.#readOn(end.rest, { text: (said?.text ?? '') + text });
    }
    // Half a mark at the end is no prose that follows a call.
    this.#group = undefined;
    return { calls: this.#unmade(made), families: [...new Set(this.#families)], text: text + this.flush() };
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
        const read = this.#readText(rest, (said?.text ?? '') + fresh);
        fresh += read.text;
        rest = read.rest;
      }
    }
    return fresh;
  }

  /** @returns the text that can be said, and the rest, which begins inside a block that was opened */
  #readText(text: string, before: string): { text: string; rest: string } {
    if (this.#isAtStart && text.trim() === '') {
      this.#held = text;
      return { text: '', rest: '' };
    }
    let shown = '';
    let found = this.#startMark(text) ?? firstMark(text, before);
    if (this.#group !== undefined && found?.at !== 0) {
      shown = this.#endGroup(text);
      found = firstMark(text, before + shown);
    }
    if (found === undefined) return { text: shown + text, rest: '' };
    const { at, mark } = found;
    // White space that is all there is before calls is not worth a message.
    const lead = before === '' && text.slice(0, at).trim() === '' ? text.slice(0, at) : '';
    const said = shown + text.slice(lead.length, at);
    if (mark === undefined) {
      this.#held = lead + text.slice(at);
      return { text: said, rest: '' };
    }
    this.#isAtStart = false;
    this.#lead = lead;
    this.#before = before + said;
    this.#isTalkedAbout = mark.isFirst !== true && this.#question.includes(mark.open);
    this.#block = new OpenBlock(mark, this.#tools);
    return { text: said, rest: text.slice(at + mark.open.length) };
  }

  #startMark(text: string): FoundMark | undefined {
    if (!this.#isAtStart) return undefined;
    const found = startMark(text, this.#mayBeBare);
    this.#isAtStart = found !== undefined && found.mark === undefined;
    return found;
  }

  /** @returns the rest, to be read as text */
  #skipStrays(text: string): string {
    const { length, mayGoOn } = strayLength(text);
    this.#drop(text.slice(0, length));
    this.#isAfterCall = mayGoOn;
    if (!mayGoOn) return text.slice(length);
    this.#held = text.slice(length);
    return '';
  }

  #drop(stray: string): void {
    if (this.#group === undefined) {
      this.#dropped.push(stray);
      return;
    }
    this.#group.raw += stray;
    this.#group.gap += stray;
  }

  /** @returns the block's text if it is not made of calls */
  #close({ text: block, calls, family }: BlockEnd): string {
    const text = this.#lead + block;
    this.#block = undefined;
    this.#lead = '';
    if (calls === undefined || this.#isTalkedAbout) return this.#asText(text);
    this.#group ??= { before: this.#before, raw: '', gap: '', callsBefore: this.#calls.length };
    this.#group.raw += text;
    this.#group.gap = '';
    this.#calls.push(...calls);
    this.#families.push(...calls.map(() => family));
    this.#isAfterCall = true;
    return '';
  }

  /** @returns the text, with the blocks before it if it shows that they are only mentioned */
  #asText(text: string): string {
    return text === '' ? '' : this.#endGroup(text) + text;
  }

  /** @returns the raw text of the newest blocks if what follows shows that they are only mentioned */
  #endGroup(after: string): string {
    const group = this.#group;
    if (group === undefined) return '';
    this.#group = undefined;
    if (!isMention({ before: group.before, gap: group.gap, after })) {
      this.#dropped.push(group.raw);
      return '';
    }
    this.#calls.length = group.callsBefore;
    this.#families.length = group.callsBefore;
    return group.raw;
  }
}

/** The same for two calls that are one and the same. */
function keyOf({ name, arguments: args }: HealedCall): string {
  return `${name} ${JSON.stringify(parseJson(args) ?? args)}`;
}
