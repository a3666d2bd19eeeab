/**
 * Who may import whom: the house's one rule. It is read off the import lines of `src`, those of types included,
 * which no bundle shows.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/**
 * The house from the ground up. A room is a folder with all below it that is not a room of its own, or a file at
 * the top of `src`. It imports itself and the floors below it; rooms of one floor never meet.
 */
const FLOORS: string[][] = [
  [
    'environment.ts',
    'errors.ts',
    'json.ts',
    'logger.ts',
    'loopback.ts',
    'names.ts',
    'node-errors.ts',
    'version.ts',
  ],
  ['ask-by-http.ts', 'state-folder.ts', 'write-atomic.ts', 'redis'],
  ['wire'],
  ['translate'],
  ['translate/reasoning', 'translate/tools', 'translate/errors', 'translate/stream/text'],
  ['translate/request', 'translate/stream/drafts'],
  ['translate/stream'],
  ['translate/native'],
  ['providers'],
  ['history'],
  ['relay/roles.ts', 'relay/transport.ts', 'relay/gateway-options.ts', 'relay/served-upstream.ts'],
  ['relay/options.ts', 'codex'],
  ['relay/routing', 'usage'],
  ['relay/upstream', 'team'],
  ['relay/exchange'],
  ['relay/http'],
  ['codex/home', 'index.ts', 'webview'],
  ['doctor'],
  ['cli', 'extension'],
];

/** Packages and built-in modules that a room may use; `node:` stands for all built-in modules except `node:process`. */
const PACKAGES: Record<string, string[]> = {
  'ask-by-http.ts': ['node:'],
  'state-folder.ts': ['node:'],
  'write-atomic.ts': ['node:'],
  wire: ['zod/mini'],
  redis: ['node:', 'ioredis'],
  history: ['node:', 'lru-cache', 'zod/mini'],
  'relay/routing': ['node:crypto', 'node:util'],
  'relay/upstream': ['node:', 'undici'],
  team: ['node:', 'prom-client', 'rate-limiter-flexible', 'zod/mini'],
  'relay/exchange': ['node:', 'eventsource-parser', 'lru-cache'],
  'relay/http': ['node:', 'koa', '@koa/router', 'ws'],
  usage: ['node:', '@pydantic/genai-prices', 'zod/mini'],
  codex: ['node:util', 'smol-toml', 'toml-eslint-parser', 'zod/mini'],
  'codex/home': ['node:'],
  doctor: ['node:crypto'],
  webview: ['uplot'],
  cli: ['node:', 'diff'],
  extension: ['node:', 'birpc', 'vscode'],
};

/** Lower rooms that a room must not import, because it is data, or text in and text out. */
const BLIND: Record<string, string[]> = {
  providers: ['translate/request', 'translate/stream', 'translate/stream/drafts', 'translate/errors'],
  codex: ['history'],
  'codex/home': [
    'history',
    'relay/options.ts',
    'relay/routing',
    'relay/upstream',
    'relay/exchange',
    'relay/http',
  ],
};

const ROOMS = FLOORS.flat().toSorted((left, right) => right.length - left.length);

/** `src/relay/http/app.ts` -> `relay`; the deepest room wins. */
function roomOf(path: string): string {
  const inside = path.slice('src/'.length);
  const room = ROOMS.find((name) => inside === name || inside.startsWith(`${name}/`));
  assert.ok(room !== undefined, `${path} is in no room of the house: give it a floor in this test`);
  return room;
}

const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));

const files = globSync('src/**/*.ts').map((path) => path.replaceAll('\\', '/'));
const texts = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]));

function importsOf(path: string): { ours: string[]; packages: string[] } {
  const specifiers = [
    ...(texts.get(path) ?? '').matchAll(/^(?:import|export|\}).*?\bfrom '([^']+)'|\bimport\('([^']+)'/gm),
  ].map(([, named, loaded]) => named ?? loaded ?? '');
  const isOurs = (specifier: string) => specifier.startsWith('.') && specifier.endsWith('.ts');
  return {
    ours: specifiers.filter(isOurs).map((specifier) => posix.join(posix.dirname(path), specifier)),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')),
  };
}

function isAllowedPackage(room: string, name: string): boolean {
  return (PACKAGES[room] ?? []).some((allowed) =>
    allowed === 'node:' ? name.startsWith(allowed) : name === allowed,
  );
}

describe('the layers', () => {
  for (const path of files) {
    it(path, () => {
      const room = roomOf(path);
      const { ours, packages } = importsOf(path);
      const up = ours.filter((other) => {
        const there = roomOf(other);
        if (there === room) return false;
        return floorOf(there) >= floorOf(room) || (BLIND[room] ?? []).includes(there);
      });
      assert.deepEqual(up, [], 'imports of its own floor, or of one above');
      assert.deepEqual(
        packages.filter((name) => !isAllowedPackage(room, name)),
        [],
        'packages that this room does without',
      );
    });
  }

  it('have no circular imports', () => {
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(path), [...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path)) return;
      for (const other of importsOf(path).ours) visit(other, [...trail, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
  });

  it('keep clock, randomness and I/O out of the translator', () => {
    const impure = /\b(Date\.now|new Date|Math\.random|process\.|setTimeout|fetch\()/;
    for (const path of files.filter((file) => file.startsWith('src/translate/'))) {
      assert.doesNotMatch(texts.get(path) ?? '', impure, path);
    }
  });
});
