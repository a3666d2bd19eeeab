/** The matrix of scenes and releases: what came of each, the table made of it, and its sums for the README. */
import { readFile, writeFile } from 'node:fs/promises';
import { VERSIONS_FILE } from '../support/fixtures.ts';

/** `not offered`: the release has no such feature. */
export type Result = 'passes' | 'fails' | 'not offered';

interface Row {
  scene: string;
  results: Map<string, Result>;
}

const README = new URL('../../README.md', import.meta.url);

/** The table is between these lines. */
const [FIRST, LAST] = ['<!-- matrix -->', '<!-- end of the matrix -->'];

const rows = new Map<string, Row>();

/** Keeps the last result of a scene with a release. */
export function noteResult(subject: string, title: string, release: string, result: Result): void {
  const scene = `${subject} Codex: ${title}`;
  const row = rows.get(scene) ?? { scene, results: new Map() };
  rows.set(scene, row);
  row.results.set(release, result);
}

/** Root hooks: mocha loads this file before the tests, and everything is known after the last of them. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    if (rows.size === 0) return;
    const text = await readFile(VERSIONS_FILE, 'utf8');
    await writeFile(VERSIONS_FILE, withMatrix(text, [...rows.values()]));
    await writeFile(README, withSums(await readFile(README, 'utf8'), [...rows.values()]));
  },
};

/** `text` with the matrix in place of the one before. */
export function withMatrix(text: string, scenes: readonly Row[]): string {
  const [before = '', after = ''] = [text.split(FIRST)[0], text.split(LAST)[1]];
  return `${before}${FIRST}\n\n${tableOf(scenes)}\n\n${LAST}${after}`;
}

/** For the README: how many scenes each release passes, fails and does not offer. */
export function withSums(readme: string, scenes: readonly Row[]): string {
  const releases = releasesIn(scenes);
  const sums = (['passes', 'not offered', 'fails'] as const).flatMap((result) => {
    const counts = releases.map(
      (release) => scenes.filter(({ results }) => results.get(release) === result).length,
    );
    const isWorthARow = result !== 'fails' || counts.some((count) => count > 0);
    return isWorthARow ? [[result === 'passes' ? 'scenes passed' : result, ...counts]] : [];
  });
  const table = `${markdown(['Codex', ...releases], sums)}\n`;
  return readme.replace(/^\| Codex +\|.*\n(?:\|.*\n)+/m, table);
}

/** Aligned as the formatter aligns it. */
function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map(String));
  const widths = head.map((_, at) => Math.max(3, ...lines.map((cells) => cells[at]?.length ?? 0)));
  const texts = lines.map(
    (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [texts[0], rule, ...texts.slice(1)].join('\n');
}

/** What the matrix in `fixtures/VERSIONS.md` says. */
export function scenesIn(versions: string): Row[] {
  const [, table = ''] = versions.split(FIRST);
  const [head = [], , ...lines] = table
    .split(LAST, 1)
    .join('')
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const isResult = (text: string): text is Result => ['passes', 'fails', 'not offered'].includes(text);
  return lines.map(([scene = '', ...cells]) => ({
    scene,
    results: new Map(cells.flatMap((cell, at) => (isResult(cell) ? [[head[at + 1] ?? '', cell]] : []))),
  }));
}

function releasesIn(scenes: readonly Row[]): string[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const all = new Set(scenes.flatMap(({ results }) => [...results.keys()]));
  return [...all].sort((one, other) => compare(other, one));
}

/** One row a scene, one column a release, newest first. */
function tableOf(scenes: readonly Row[]): string {
  const releases = releasesIn(scenes);
  const lines = scenes.map(
    ({ scene, results }) =>
      `| ${[scene.replaceAll('|', '\\|'), ...releases.map((release) => results.get(release) ?? '')].join(' | ')} |`,
  );
  return [`| Scene | ${releases.join(' | ')} |`, `|${' --- |'.repeat(releases.length + 1)}`, ...lines].join(
    '\n',
  );
}
