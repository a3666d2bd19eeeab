import type { ToolName } from './kind.ts';
import type { ToolTable } from './table.ts';

/** The name of a call, which may come whole, in fragments, repeated, or each time with everything before. */
export class CalledName {
  text = '';
  readonly #tools: ToolTable;
  #mayGrow = false;
  #tool: ToolName | undefined;

  constructor(tools: ToolTable) {
    this.#tools = tools;
  }

  /** Whether it is the full name of a declared tool and no other declared name begins with it. */
  get isSettled(): boolean {
    return !this.#mayGrow && this.isDeclared;
  }

  get isDeclared(): boolean {
    return this.#tool !== undefined;
  }

  /** Whether the name may continue, because another declared name begins with it. */
  get mayGrow(): boolean {
    return this.#mayGrow;
  }

  /** Whether the name is a declared tool's and does not go on: this one is that of another. */
  isOtherThan(name: string): boolean {
    const other = this.#tools.resolve(name);
    if (this.#tool === undefined || other === undefined || other === this.#tool) return false;
    return !name.startsWith(this.text) && !this.#isOne(this.text + name);
  }

  /** Whether only both together are the name of a tool. */
  isContinuedBy(fragment: string): boolean {
    if (!this.#mayGrow || this.#tools.resolve(fragment) !== undefined) return false;
    return this.#tools.resolve(this.text + fragment) !== undefined;
  }

  /** @returns false if the name now means a different tool, or none */
  add(fragment: string): boolean {
    if (fragment === '' || (fragment === this.text && this.isSettled)) return true;
    const before = this.#tool;
    const name = this.#with(fragment);
    if (name === this.text) return true;
    const isFirst = this.text === '';
    this.text = name;
    this.#tool = this.#tools.resolve(name);
    this.#mayGrow = this.#tools.hasLonger(name);
    return isFirst || this.#tool === before;
  }

  #with(fragment: string): string {
    if (this.text === '') return fragment;
    const joined = this.text + fragment;
    if (fragment === this.text) return this.#isOne(joined) && !this.isDeclared ? joined : this.text;
    const isGrown = fragment.startsWith(this.text);
    // `functions.` and then `functions.run`.
    if (isGrown && this.text.length > 1 && this.#isOne(fragment) && !this.#tools.isDeclaredOrBegun(joined))
      return fragment;
    if (this.#isOne(joined)) return joined;
    if (isGrown) return fragment;
    // A declared name needs nothing added; an invented one is shown in full.
    return this.isDeclared ? this.text : joined;
  }

  /** Whether a name means a tool, or may do so once it is complete. */
  #isOne(name: string): boolean {
    return (
      this.#tools.resolve(name) !== undefined ||
      this.#tools.hasLonger(name) ||
      this.#tools.guess(name) !== undefined
    );
  }
}
