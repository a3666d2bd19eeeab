/** The matrix of scenes and releases: what came of each, and the table made of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { VERSIONS_FILE } from '../support/fixtures.ts';

/** `not offered`: the release has no such feature. */
export type Result = 'passes' | 'fails' | 'not offered';

interface Row {
  scene: string;
  results: Map<string, Result>;
}

/** The table stands between these lines. */
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
  },
};

/** `text` with the matrix in place of the one before. */
export function withMatrix(text: string, scenes: readonly Row[]): string {
  const [before = '', after = ''] = [text.split(FIRST)[0], text.split(LAST)[1]];
  return `${before}${FIRST}\n\n${tableOf(scenes)}\n\n${LAST}${after}`;
}

/** One row a scene, one column a release, newest first. */
function tableOf(scenes: readonly Row[]): string {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const releases = [...new Set(scenes.flatMap(({ results }) => [...results.keys()]))].sort((one, other) =>
    compare(other, one),
  );
  const lines = scenes.map(
    ({ scene, results }) =>
      `| ${[scene.replaceAll('|', '\\|'), ...releases.map((release) => results.get(release) ?? '')].join(' | ')} |`,
  );
  return [`| Scene | ${releases.join(' | ')} |`, `|${' --- |'.repeat(releases.length + 1)}`, ...lines].join(
    '\n',
  );
}
