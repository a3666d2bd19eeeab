/** A terminal as far as Codex needs one: characters where the cursor put them, and answers to what is asked. */

const ESCAPE = '\u001b';
const BELL = '\u0007';
/** After the escape character; a question in `]` extends to the bell, or to the next escape character. */
const COMMAND = /^\[([0-9;?<>=]*)[ -/]*([@-~])/;
const OTHER = /^([()][A-Za-z0-9]|[^[\]()])/;

/** What Codex asks at its start, and waits for: colours, cursor and abilities. */
const ANSWERS: ReadonlyMap<string, string> = new Map([
  [']10;?', ']10;rgb:ffff/ffff/ffff\u001b\\'],
  [']11;?', ']11;rgb:0000/0000/0000\u001b\\'],
  ['[6n', '[1;1R'],
  ['[?u', '[?0u'],
  ['[c', '[?62;c'],
  ['[?1007$p', '[?1007;2$y'],
]);

export class Screen {
  readonly #columns: number;
  readonly #cells: string[][];
  #row = 0;
  #column = 0;
  /** A command whose end has not arrived, with its escape character. */
  #rest = '';

  constructor(rows: number, columns: number) {
    this.#columns = columns;
    this.#cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  }

  /** Its lines, without the blanks at their ends. */
  get text(): string {
    return this.#cells.map((row) => row.join('').trimEnd()).join('\n');
  }

  /** @returns what the terminal answers */
  write(output: string): string {
    const [words = '', ...commands] = (this.#rest + output).split(ESCAPE);
    this.#rest = '';
    this.#say(words);
    let answers = '';
    for (const [at, command] of commands.entries()) {
      const length = lengthOf(command, at === commands.length - 1);
      if (length === undefined) {
        this.#rest = ESCAPE + command;
        break;
      }
      const sequence = command.slice(0, length);
      const answer = ANSWERS.get(sequence.replace(BELL, ''));
      if (answer !== undefined) answers += ESCAPE + answer;
      const [, numbers = '', name = ''] = COMMAND.exec(sequence) ?? [];
      this.#obey(name, numbers.split(';').map(Number));
      this.#say(command.slice(length));
    }
    return answers;
  }

  #say(words: string): void {
    for (const character of words) {
      if (character === '\r') this.#column = 0;
      else if (character === '\n') this.#row = Math.min(this.#cells.length - 1, this.#row + 1);
      else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
      else this.#put(character);
    }
  }

  #put(character: string): void {
    const row = this.#cells[this.#row];
    if (row !== undefined && this.#column < this.#columns) row[this.#column] = character;
    this.#column += 1;
  }

  #obey(command: string, [first = 0, second = 0]: number[]): void {
    const row = this.#cells[this.#row];
    switch (command) {
      case 'H':
        this.#row = Math.max(0, first - 1);
        this.#column = Math.max(0, second - 1);
        break;
      case 'A':
        this.#row = Math.max(0, this.#row - Math.max(1, first));
        break;
      case 'B':
        this.#row = Math.min(this.#cells.length - 1, this.#row + Math.max(1, first));
        break;
      case 'C':
        this.#column += Math.max(1, first);
        break;
      case 'G':
        this.#column = Math.max(0, first - 1);
        break;
      case 'K':
        row?.fill(' ', first === 2 ? 0 : this.#column);
        break;
      case 'J':
        if (first === 0) row?.fill(' ', this.#column);
        for (const below of this.#cells.slice(first === 0 ? this.#row + 1 : 0)) below.fill(' ');
        break;
    }
  }
}

/** How long the command is; undefined where its end has not arrived. */
function lengthOf(text: string, isLast: boolean): number | undefined {
  if (!text.startsWith(']')) return (COMMAND.exec(text) ?? OTHER.exec(text))?.[0].length;
  const bell = text.indexOf(BELL);
  if (bell !== -1) return bell + 1;
  return isLast ? undefined : text.length;
}
