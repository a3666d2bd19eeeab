/**
 * Tables of the README that are made from the code. After a wanted change, `UPDATE_README=1 npm run test:unit`
 * writes them anew, and `npm run format` aligns them.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../../README.md', import.meta.url);
const { UPDATE_README } = process.env;

/** Holds the rows of the table below `## <heading>`, without its head, against `expected`. Padding does not count. */
export function assertTable(heading: string, expected: readonly (readonly string[])[]): void {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const section = lines.indexOf(`## ${heading}`);
  const from = lines.findIndex((line, index) => index > section && /^\| -+ \|/.test(line)) + 1;
  assert.ok(section !== -1 && from !== 0, `no table below "## ${heading}"`);
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  const rows = expected.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  const found = lines.splice(from, length, ...rows);
  if (UPDATE_README) writeFileSync(FILE, lines.join('\n'));
  else assert.deepEqual(found.map(unpadded), rows.map(unpadded), 'run again with UPDATE_README=1');
}

/** The same table without what aligns its columns. */
export function unpadded(table: string): string {
  return table.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}
