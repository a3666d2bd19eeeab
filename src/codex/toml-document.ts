/**
 * A TOML file as lines that can be edited individually: everything else stays byte for byte (comments, CRLF, a missing
 * newline at the end, a BOM). Inserting lines and removing them again restores the same bytes.
 */
import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import type { AST } from 'toml-eslint-parser';
import { getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';

/** A file that is not TOML, or that cannot be edited safely. Nothing was changed. */
export class TomlFileError extends Error {
  override readonly name = 'TomlFileError';
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(`line ${line}, column ${column}: ${message}`);
    this.line = line;
    this.column = column;
  }
}

/** A `[header]` or a `key = value`, with its full path from the root and the lines that it covers. */
export interface Entry {
  kind: 'header' | 'array-header' | 'key';
  path: readonly string[];
  /** First and last line, counted from 0. */
  first: number;
  last: number;
  /** The parsed value of a key; undefined for headers. */
  value: unknown;
  /** Whether the key comes before the first header. */
  atRoot: boolean;
  /** The columns of the value in line `first`; only meaningful for a value on one line. */
  valueColumns: readonly [number, number];
}

interface Line {
  text: string;
  /** `\n`, `\r\n`, or empty for a last line without a line end. */
  eol: string;
}

const BOM = '\uFEFF';

/** Line numbers count from 0, and change when lines are inserted or removed. */
export class TomlDocument {
  readonly #bom: string;
  readonly #eol: string;
  #lines: Line[];

  /** @throws TomlFileError if `text` is not TOML. */
  constructor(text: string) {
    this.#bom = text.startsWith(BOM) ? BOM : '';
    this.#lines = splitLines(text.slice(this.#bom.length));
    this.#eol = this.#lines[0]?.eol || '\n';
    parseToml(this.#body());
  }

  get text(): string {
    return this.#bom + this.#body();
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  line(index: number): string {
    return this.#lines[index]?.text ?? '';
  }

  /** All headers and keys in file order, with the document's current line numbers. */
  entries(): Entry[] {
    const [root] = parseRanges(this.#body()).body;
    return root.body.flatMap((node) =>
      node.type === 'TOMLTable' ? tableEntries(node) : [keyEntry(node, [], true)],
    );
  }

  /** Lines that hold only a comment. A `#` inside a multi-line string does not count. */
  commentLines(): number[] {
    const lines = parseRanges(this.#body()).comments.map(({ loc }) => loc.start.line - 1);
    return lines.filter((line) => this.line(line).trimStart().startsWith('#'));
  }

  /** Inserts whole lines before line `index`; `lineCount` appends. */
  insert(index: number, texts: readonly string[]): void {
    const lines = texts.map((text): Line => ({ text, eol: this.#eol }));
    const before = this.#lines[index - 1];
    const inserted = lines.at(-1);
    if (before?.eol === '' && inserted) {
      before.eol = this.#eol;
      inserted.eol = '';
    }
    this.#lines.splice(index, 0, ...lines);
  }

  /** Removes lines `first` to `last`. */
  remove(first: number, last: number): void {
    const removed = this.#lines.splice(first, last - first + 1);
    const end = this.#lines.at(-1);
    if (removed.at(-1)?.eol === '' && end) end.eol = '';
  }

  /** Changes the text of one line; its line ending stays. */
  replace(index: number, text: string): void {
    const line = this.#lines[index];
    if (line) line.text = text;
  }

  /** Whether the document is still TOML, e.g. after a line was restored. */
  isValid(): boolean {
    try {
      parseToml(this.#body());
      return true;
    } catch (error) {
      if (error instanceof TomlFileError) return false;
      throw error;
    }
  }

  #body(): string {
    return this.#lines.map(({ text, eol }) => text + eol).join('');
  }
}

/** Far beyond any real configuration, and far below what recursive code can handle. */
const MAX_DEPTH = 200;

/** The file as values. Large integers become bigint. @throws TomlFileError */
export function parseToml(text: string): Record<string, unknown> {
  const values = parsed(text);
  // Dotted keys nest, too, but the parser does not count them.
  if (isDeeperThan(MAX_DEPTH, values)) throw new TomlFileError('The values are nested too deeply', 1, 1);
  return values;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((entry) => isDeeperThan(levels - 1, entry));
}

function parsed(text: string): Record<string, unknown> {
  try {
    return parse(text.startsWith(BOM) ? text.slice(1) : text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [headline = ''] = error.message.replace('Invalid TOML document: ', '').split('\n');
    throw new TomlFileError(headline, error.line, error.column);
  }
}

/** Whether two TOML files say the same, regardless of order. */
export function sameToml(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right);
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const [, body = '', eol = ''] of text.matchAll(/([^\n]*?)(\r?\n|$)/g)) {
    if (body || eol) lines.push({ text: body, eol });
  }
  return lines;
}

function parseRanges(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: 'latest' });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new TomlFileError(error.message, error.lineNumber, error.column + 1);
  }
}

function tableEntries(table: AST.TOMLTable): Entry[] {
  const path = table.resolvedKey.map(String);
  const header: Entry = {
    kind: table.kind === 'array' ? 'array-header' : 'header',
    path,
    first: table.key.loc.start.line - 1,
    last: table.key.loc.end.line - 1,
    value: undefined,
    atRoot: false,
    valueColumns: [0, 0],
  };
  return [header, ...table.body.map((node) => keyEntry(node, path, false))];
}

function keyEntry(node: AST.TOMLKeyValue, parent: readonly string[], atRoot: boolean): Entry {
  const names = node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
  return {
    kind: 'key',
    path: [...parent, ...names],
    first: node.loc.start.line - 1,
    last: node.loc.end.line - 1,
    value: getStaticTOMLValue(node.value),
    atRoot,
    valueColumns: [node.value.loc.start.column, node.value.loc.end.column],
  };
}
