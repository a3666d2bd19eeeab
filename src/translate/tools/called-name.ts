import type { ToolName } from './kind.ts';
import type { ToolTable } from './table.ts';

/** The name of a call, which may come whole, in fragments, repeated, or each time with everything before. */
export class CalledName {
  text = '';
  readonly #tools: ToolTable;
  /** Whether the name may continue, because another declared name begins with it. */
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
    const isOne =
      this.#tools.resolve(joined) !== undefined ||
      this.#tools.hasLonger(joined) ||
      this.#tools.guess(joined) !== undefined;
    if (fragment === this.text) return isOne && !this.isDeclared ? joined : this.text;
    if (isOne) return joined;
    if (fragment.startsWith(this.text)) return fragment;
    // A declared name needs nothing added; an invented one is shown in full.
    return this.isDeclared ? this.text : joined;
  }
}
