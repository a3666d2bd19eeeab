/** Who may import whom (the house's one rule), read off esbuild's metafile of the bundles that users get. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

interface Metafile {
  inputs: Record<string, { imports: { path: string; external?: boolean }[] }>;
}

/** Folder of `src` -> the folders and packages that it may import. `node:` is listed like a package. */
const ALLOWED: Record<string, string[]> = {
  translate: ['translate', 'zod'],
  providers: ['providers', 'translate'],
  history: ['history', 'translate', 'logger.ts', 'node:', 'lru-cache', 'zod'],
  relay: [
    'relay',
    'logger.ts',
    'providers',
    'history',
    'translate',
    'node:',
    'koa',
    '@koa/router',
    'undici',
    'eventsource-parser',
  ],
  codex: [
    'codex',
    'providers',
    'translate',
    'smol-toml',
    'toml-eslint-parser',
    'eslint-visitor-keys',
    'zod',
    'node:',
  ],
  files: ['files', 'node:'],
  'codex-home': ['codex-home', 'codex', 'files', 'providers', 'node:'],
  cli: [
    'cli',
    'logger.ts',
    'codex',
    'codex-home',
    'diff',
    'files',
    'providers',
    'history',
    'relay',
    'translate',
    'index.ts',
    'version.ts',
    'node:',
  ],
  extension: [
    'extension',
    'logger.ts',
    'codex',
    'codex-home',
    'files',
    'providers',
    'history',
    'relay',
    'translate',
    'index.ts',
    'version.ts',
    'node:',
    'vscode',
  ],
  'logger.ts': [],
  'index.ts': ['logger.ts', 'history', 'relay', 'providers', 'translate', 'codex', 'version.ts', 'node:'],
};

const { inputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8')) as Metafile;

/** `src/relay/app.ts` -> `relay`; `src/index.ts` -> `index.ts`; a package -> its name; `node:fs` -> `node:`. */
function layerOf(path: string): string {
  if (path.startsWith('node:')) return 'node:';
  // The extension's second bundle, loaded when the relay first starts.
  if (path === './relay.cjs') return 'extension';
  const inPackage = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  if (inPackage !== undefined) return inPackage;
  const [root, layer] = posix.normalize(path).split('/');
  return root === 'src' ? (layer ?? '') : path;
}

describe('layers', () => {
  const ours = Object.entries(inputs).filter(([path]) => path.startsWith('src/'));

  it('are all bundled', () => {
    const found = new Set(ours.map(([path]) => layerOf(path)));
    for (const layer of ['translate', 'providers', 'history', 'relay', 'cli'])
      assert.ok(found.has(layer), layer);
  });

  for (const [path, { imports }] of ours) {
    const allowed = ALLOWED[layerOf(path)];
    if (allowed === undefined) continue;
    it(path, () => {
      // `<runtime>` is esbuild's own helper code.
      const used = imports.map((imported) => layerOf(imported.path)).filter((layer) => layer !== '<runtime>');
      assert.deepEqual(
        used.filter((layer) => !allowed.includes(layer)),
        [],
      );
    });
  }

  it('keep clock, randomness and I/O out of the translator', () => {
    const impure = /\b(Date\.now|new Date|Math\.random|process\.|setTimeout|fetch\()/;
    for (const [path] of ours.filter(([file]) => layerOf(file) === 'translate')) {
      assert.doesNotMatch(readFileSync(path, 'utf8'), impure, path);
    }
  });
});
