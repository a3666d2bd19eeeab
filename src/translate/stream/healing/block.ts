/**
 * A block of text in which a model may have written calls: from an opening mark to the first closing mark at which it
 * can be read in full. The result depends on its characters alone, not on how they were cut into chunks.
 */
import { asObject, isObject, type Json, type JsonObject, parseJson } from '../../../json.ts';
import type { ToolTable } from '../../tools/table.ts';
import { pythonLiteral } from '../text/python-literals.ts';
import type { LeakedCall, LeakFamily } from './family.ts';
import type { Mark } from './marks.ts';

/** A call that can be made: a declared tool by its upstream name, the arguments as JSON. */
export interface HealedCall {
  name: string;
  arguments: string;
}

/** What became of a block. */
export interface BlockEnd {
  /** The block, unchanged. */
  text: string;
  /** Undefined if the block is plain text. */
  calls: readonly HealedCall[] | undefined;
  /** Name of the family whose syntax it has; empty if it is plain text. */
  family: string;
  /** What came after the block and is still to be read. */
  rest: string;
}

/** This many characters after the opening mark are enough to tell whether calls begin there. */
const HEAD = 200;

export class OpenBlock {
  readonly #mark: Mark;
  readonly #tools: ToolTable;
  #text: string;
  /** The end of the block, in which its closing mark may have begun. */
  #tail = '';
  #isBegun = false;

  constructor(mark: Mark, tools: ToolTable) {
    this.#mark = mark;
    this.#tools = tools;
    this.#text = mark.open;
  }

  /** The whole block, unchanged. */
  get text(): string {
    return this.#text;
  }

  /** @returns undefined while the block is open */
  read(delta: string): BlockEnd | undefined {
    const before = this.#text.length;
    this.#text += delta;
    return this.#atClose(before, delta) ?? (this.#mayGoOn(this.#text.length) ? undefined : this.#rejected());
  }

  /** Ends the block because the answer ended, complete. */
  end(): BlockEnd {
    const { close, isAroundCalls = false } = this.#mark;
    const text = this.#text;
    const isWhole = close === null || isAroundCalls;
    const whole = isWhole
      ? this.#whole(text, close ?? '')
      : this.#readBy((family) => family.readEnd?.(text), text);
    if (whole !== undefined) return whole;
    return this.#starts(text) && !isAroundCalls ? textOnly(text) : this.#rejected();
  }

  #atClose(before: number, delta: string): BlockEnd | undefined {
    const { open, close } = this.#mark;
    if (close === null) return undefined;
    const window = this.#tail + delta;
    this.#tail = window.slice(Math.max(0, window.length - close.length + 1));
    if (!window.includes(close)) return undefined;
    const text = this.#text;
    const from = Math.max(open.length, before - close.length + 1);
    for (let at = text.indexOf(close, from); at !== -1; at = text.indexOf(close, at + 1)) {
      const end = at + close.length;
      if (!this.#mayGoOn(end)) return this.#rejected();
      const block = text.slice(0, end);
      const whole = this.#whole(block, '');
      if (whole !== undefined) return { ...whole, rest: text.slice(end) };
      if (this.#starts(block)) continue;
      const isOpenedAgain = block.includes(open, open.length);
      return isOpenedAgain ? this.#rejected() : { ...textOnly(block), rest: text.slice(end) };
    }
    return undefined;
  }

  /**
   * Whether the text after the opening mark may be the beginning of calls, looking at the first `length` characters.
   */
  #mayGoOn(length: number): boolean {
    const isShort = length <= this.#mark.open.length + HEAD;
    this.#isBegun ||= !isShort && this.#starts(this.#text);
    return isShort || this.#isBegun;
  }

  #starts(block: string): boolean {
    const { open, families } = this.#mark;
    const head = block.slice(open.length, open.length + HEAD);
    return families.some(({ starts }) => starts.test(head));
  }

  /** The mark was prose, or is followed by calls that are complete by themselves: what follows it is read again. */
  #rejected(): BlockEnd {
    const { open } = this.#mark;
    return { ...textOnly(open), rest: this.#text.slice(open.length) };
  }

  /** The result if the block can be read in full; it is text if it calls undeclared tools. */
  #whole(block: string, close: string): BlockEnd | undefined {
    return this.#readBy((family) => family.read(block + close), block);
  }

  #readBy(read: (family: LeakFamily) => LeakedCall[] | undefined, block: string): BlockEnd | undefined {
    let isRead = false;
    for (const family of this.#mark.families) {
      const leaked = read(family);
      if (leaked === undefined) continue;
      isRead = true;
      const calls = leaked.map((call) => declared(call, this.#tools));
      if (calls.every((call) => call !== undefined)) return readBy(family, block, calls);
    }
    return isRead ? textOnly(block) : undefined;
  }
}

function readBy({ name }: LeakFamily, text: string, calls: readonly HealedCall[]): BlockEnd {
  return { text, calls, family: name, rest: '' };
}

function textOnly(text: string): BlockEnd {
  return { text, calls: undefined, family: '', rest: '' };
}

function declared(
  { name, arguments: given, isUntyped, isBare }: LeakedCall,
  tools: ToolTable,
): HealedCall | undefined {
  const tool = tools.resolve(name);
  const { textField = null } = tool?.kind ?? {};
  const args = typeof given === 'string' && textField !== null ? { [textField]: given } : given;
  if (tool === undefined || typeof args === 'string') return undefined;
  const schema = tools.parametersOf(tool.upstreamName);
  if (isBare && !fits(schema, args)) return undefined;
  return { name: tool.upstreamName, arguments: JSON.stringify(isUntyped ? typedBy(schema, args) : args) };
}

/** Whether the arguments are those that the schema names, and none is missing. */
function fits(schema: JsonObject | undefined, args: JsonObject): boolean {
  const properties = asObject(schema?.['properties']) ?? {};
  const required = schema?.['required'];
  return (
    Object.keys(args).every((key) => Object.hasOwn(properties, key)) &&
    (!Array.isArray(required) || required.every((key) => Object.hasOwn(args, String(key))))
  );
}

/** Converts strings to the types that the schema asks for, where they represent such values. */
function typedBy(schema: JsonObject | undefined, args: JsonObject): JsonObject {
  const properties = asObject(schema?.['properties']);
  const entries = Object.entries(args).map(([key, value]): [string, Json] => {
    if (typeof value !== 'string' || allowsText(properties?.[key])) return [key, value];
    // `null` is a value, too.
    const readings = [parseJson(value), pythonLiteral(value), value];
    return [key, readings.find((reading) => reading !== undefined) ?? null];
  });
  return Object.fromEntries(entries);
}

/** Whether a value may be a string. */
function allowsText(property: Json | undefined): boolean {
  if (!isObject(property)) return true;
  const { type, anyOf, oneOf, enum: values } = property;
  if (type !== undefined) return type === 'string' || (Array.isArray(type) && type.includes('string'));
  if (Array.isArray(values)) return values.some((value) => typeof value === 'string');
  const union = anyOf ?? oneOf;
  return Array.isArray(union) && union.some(allowsText);
}
