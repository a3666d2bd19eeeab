/**
 * Finds calls that a model wrote into its text because no server on the way read them, and makes calls of them:
 * only where a block has its whole syntax, is made of nothing but calls, and each calls a declared tool. Text is held
 * back from where a block may begin. The calls wait for the end of the answer: the provider may send them as calls
 * as well, and from a cut answer none is offered.
 */
import { asObject, type Json, type JsonObject, parseJson } from '../../../json.ts';
import type { ToolTable } from '../../tools/table.ts';
import type { LeakedCall, LeakFamily } from './family.ts';
import { LEAK_FAMILIES } from './index.ts';

/** A call that can be made: a declared tool by its upstream name, the arguments as JSON. */
export interface HealedCall {
  name: string;
  arguments: string;
}

export interface Healed {
  calls: readonly HealedCall[];
  /** Names of the families whose syntax was found. */
  families: readonly string[];
  /** What was held back and is text after all. */
  text: string;
}

interface Mark {
  open: string;
  close: string | null;
  families: LeakFamily[];
}

/** All marks, by where they open. */
const MARKS: readonly Mark[] = marksOf(LEAK_FAMILIES);

/** What all of them begin with. */
const FIRST = /[<[]/g;

/** Left behind by Qwen Coder, which may forget to open what it closes. */
const STRAY = '</tool_call>';

export class Healer {
  readonly #tools: ToolTable;
  readonly #calls: HealedCall[] = [];
  readonly #families = new Set<string>();
  /** What became calls, and what was dropped behind it, as it came. */
  readonly #blocks: string[] = [];
  /** The end of the text, while a mark may begin there. */
  #held = '';
  #mark: Mark | undefined;
  /** The block that is open. */
  #block = '';
  /** The end of it, in which its close may have begun. */
  #tail = '';
  #isAfterCall = false;

  constructor(tools: ToolTable) {
    this.#tools = tools;
  }

  /** True while nothing of a call was found. */
  get isIdle(): boolean {
    return this.#calls.length === 0 && this.#mark === undefined;
  }

  /**
   * @param said the text of the answer so far, without what is held back
   * @returns the text that can be said
   */
  read(delta: string, said: { readonly text: string } | undefined): string {
    if (this.#mark !== undefined) return this.#readBlock(delta, said);
    const isQuiet = this.#held === '' && !this.#isAfterCall;
    if (isQuiet && !delta.includes('<') && !delta.includes('[')) return delta;
    const text = this.#held + delta;
    this.#held = '';
    let from = 0;
    if (this.#isAfterCall) {
      const start = text.search(/\S|$/);
      const rest = text.slice(start);
      if (rest !== STRAY && STRAY.startsWith(rest)) return this.#hold(text, '');
      from = rest.startsWith(STRAY) ? start + STRAY.length : start;
      this.#blocks.push(text.slice(0, from));
      this.#isAfterCall = from === text.length;
    }
    return this.#readText(text, from, said);
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
  end(isWhole: boolean, made: readonly HealedCall[]): Healed {
    const mark = this.#mark;
    const block = this.#block;
    this.#mark = undefined;
    const rest = mark?.close === null && isWhole && this.#take(mark, block) ? '' : block;
    if (isWhole) {
      const text = rest + (this.#isAfterCall ? this.flush().trim() : this.flush());
      return { calls: this.#unmade(made), families: [...this.#families], text };
    }
    return { calls: [], families: [], text: this.#blocks.join('') + rest + this.flush() };
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

  #readText(text: string, start: number, said: { readonly text: string } | undefined): string {
    FIRST.lastIndex = start;
    for (let found = FIRST.exec(text); found !== null; found = FIRST.exec(text)) {
      const at = found.index;
      const mark = MARKS.find(({ open }) => text.startsWith(open, at));
      if (mark !== undefined && !isCode((said?.text ?? '') + text.slice(0, at))) {
        this.#mark = mark;
        this.#block = mark.open;
        this.#tail = '';
        return text.slice(start, at) + this.#readBlock(text.slice(at + mark.open.length), undefined);
      }
      const rest = text.slice(at);
      if (mark === undefined && MARKS.some(({ open }) => open.startsWith(rest)))
        return this.#hold(rest, text.slice(start, at));
    }
    return text.slice(start);
  }

  #hold(held: string, text: string): string {
    this.#held = held;
    return text;
  }

  #readBlock(delta: string, said: { readonly text: string } | undefined): string {
    const close = this.#mark?.close ?? null;
    const mark = this.#mark;
    const before = this.#block.length;
    this.#block += delta;
    if (mark === undefined || close === null) return '';
    const window = this.#tail + delta;
    this.#tail = window.slice(Math.max(0, window.length - close.length + 1));
    if (!window.includes(close)) return '';
    const block = this.#block;
    for (let at = block.indexOf(close, before - close.length); at !== -1; at = block.indexOf(close, at + 1)) {
      const end = at + close.length;
      if (!this.#take(mark, block.slice(0, end))) continue;
      this.#mark = undefined;
      this.#block = '';
      this.#isAfterCall = true;
      return this.read(block.slice(end), said);
    }
    return '';
  }

  /** @returns whether the block is made of calls */
  #take(mark: Mark, block: string): boolean {
    for (const family of mark.families) {
      const calls = family.read(block)?.map((call) => this.#declared(call));
      if (calls === undefined || !calls.every((call) => call !== undefined)) continue;
      this.#calls.push(...calls);
      this.#families.add(family.name);
      this.#blocks.push(block);
      return true;
    }
    return false;
  }

  #declared({ name, arguments: args, isUntyped }: LeakedCall): HealedCall | undefined {
    const tool = this.#tools.resolve(name);
    if (tool === undefined) return undefined;
    const typed = isUntyped ? typedBy(this.#tools.parametersOf(tool.upstreamName), args) : args;
    return { name: tool.upstreamName, arguments: JSON.stringify(typed) };
  }
}

/** What two calls have in common that are one. */
function keyOf({ name, arguments: args }: HealedCall): string {
  return `${name} ${JSON.stringify(parseJson(args) ?? args)}`;
}

function marksOf(families: readonly LeakFamily[]): Mark[] {
  const marks = new Map<string, Mark>();
  for (const family of families) {
    for (const { open, close } of family.marks) {
      const known = marks.get(open);
      if (known === undefined) marks.set(open, { open, close, families: [family] });
      else known.families.push(family);
    }
  }
  return [...marks.values()];
}

/** Whether what follows this text stands in a code block, or is quoted: the model then writes about it. */
function isCode(before: string): boolean {
  return before.split('```').length % 2 === 0 || before.endsWith('`');
}

/** Texts as the values that the schema asks for, where they are the text of such values. */
function typedBy(schema: JsonObject | undefined, args: JsonObject): JsonObject {
  const properties = asObject(schema?.['properties']);
  const entries = Object.entries(args).map(([key, value]): [string, Json] => {
    const property = asObject(properties?.[key]);
    const type = property?.['type'];
    const isText =
      property === undefined || type === 'string' || (Array.isArray(type) && type.includes('string'));
    return [key, typeof value !== 'string' || isText ? value : (parseJson(value) ?? value)];
  });
  return Object.fromEntries(entries);
}
