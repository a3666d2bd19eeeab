/** The recordings in `fixtures/codex_<release>/`, and the golden file beside each. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { JsonObject } from '../../src/json.ts';
import type { BodyStep } from './scripted-upstream.ts';

/** One scene of `test/real-codex/scenes.ts`, played with one release of Codex. */
export interface Fixture {
  codex: string;
  scene: string;
  exchanges: Exchange[];
}

export interface Exchange {
  /** What Codex sent to the relay, trimmed (see `test/real-codex/trim.ts`). */
  request: RecordedRequest;
  /** What the provider answered to the relay: chunks, and text as it stood in the body. */
  upstream: { status: number; body: readonly BodyStep[] };
}

export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: JsonObject;
}

const ROOT = new URL('../../fixtures/', import.meta.url);
const GOLDEN = '.golden.json';
const LISTS = new Set(['input', 'messages', 'tools', 'body', 'events']);

export const VERSIONS_FILE = new URL('VERSIONS.md', ROOT);

/** Every fixture of every release. */
export function readFixtures(): Fixture[] {
  const folders = readdirSync(ROOT).filter((name) => name.startsWith('codex_'));
  return folders.flatMap((folder) => {
    const files = readdirSync(new URL(folder, ROOT)).filter((name) => !name.endsWith(GOLDEN));
    return files.map((file) => readJson(new URL(`${folder}/${file}`, ROOT)) as Fixture);
  });
}

/** Puts these fixtures in place of all earlier ones of the release, golden files included. */
export function replaceFixtures(release: string, fixtures: readonly Fixture[]): void {
  const folder = new URL(folderName(release), ROOT);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const fixture of fixtures) writeJson(new URL(`${fixture.scene}.json`, folder), fixture);
}

export function readGolden(fixture: Fixture): unknown {
  return readJson(goldenFile(fixture));
}

export function writeGolden(fixture: Fixture, golden: unknown): void {
  writeJson(goldenFile(fixture), golden);
}

function goldenFile({ codex, scene }: Fixture): URL {
  return new URL(`${folderName(codex)}${scene}${GOLDEN}`, ROOT);
}

function folderName(release: string): string {
  return `codex_${release.replaceAll('.', '_')}/`;
}

function readJson(file: URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Indented, but with one line per item, message, tool, chunk and event, so that a diff shows which one changed. */
function writeJson(file: URL, value: unknown): void {
  const lines: string[] = [];
  const asLine = (entry: unknown) => `line ${lines.push(JSON.stringify(entry)) - 1}`;
  const outline = JSON.stringify(
    value,
    (key, field) => (LISTS.has(key) && Array.isArray(field) ? field.map(asLine) : field),
    1,
  );
  writeFileSync(file, `${outline.replaceAll(/"line (\d+)"/g, (_, index) => lines[index] ?? '')}\n`);
}
