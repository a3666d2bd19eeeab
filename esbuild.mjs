// Builds dist/. On a fresh clone it installs the locked dependencies first, so that `npm start` and `npm test`
// need no other step. Runs on the Node of the machine (20 or newer); everything after it runs on the pinned one.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

const INSTALLED = 'node_modules/.package-lock.json';

function installWhenStale() {
  const fresh = existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync('package-lock.json').mtimeMs;
  if (fresh) return;
  process.stderr.write('Installing dependencies (first run) ...\n');
  execSync('npm ci --no-audit --no-fund --loglevel=error', { stdio: 'inherit' });
}

installWhenStale();
const { build } = await import('esbuild');
rmSync('dist', { recursive: true, force: true });

// Koa and its dependencies are CommonJS: inside an ESM bundle they need a `require` for Node's own modules.
const REQUIRE_SHIM =
  "import { createRequire as codexRelayCreateRequire } from 'node:module'; const require = codexRelayCreateRequire(import.meta.url);";

const COMMON = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
};

/** CommonJS has no code splitting: what the extension loads only on the relay's first start is a bundle of its own. */
const lazyRelay = {
  name: 'lazy-relay',
  setup({ onResolve }) {
    onResolve({ filter: /\/relay-bundle\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './relay.cjs', external: true } : undefined,
    );
  },
};

const builds = await Promise.all([
  build({
    ...COMMON,
    entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
    format: 'esm',
    target: 'node22',
    banner: { js: REQUIRE_SHIM },
  }),
  build({
    ...COMMON,
    entryPoints: { extension: 'src/extension/extension.ts', relay: 'src/extension/relay/relay-bundle.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node24',
    // VS Code hands out `vscode` through require() only, and the lazy bundle is CommonJS too.
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    plugins: [lazyRelay],
  }),
]);
const [inputs, outputs] = ['inputs', 'outputs'].map((part) =>
  Object.assign({}, ...builds.map(({ metafile }) => metafile[part])),
);
writeFileSync('dist/meta.json', JSON.stringify({ inputs, outputs }));
writeFileSync('dist/LICENSES.txt', licencesOf(Object.keys(inputs)));

/** The licences of all packages that the bundles hold, for both packages to carry along. */
function licencesOf(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const texts = [...new Set(folders)].toSorted().map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    // Without a file of its own, the package's manifest is all that there is.
    const text =
      file === undefined
        ? [author?.name ?? author].flat().join('')
        : readFileSync(`${folder}/${file}`, 'utf8');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return `Codex Relay contains these packages:\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

// VS Code's extension page shows pictures from web addresses only (1.139), and we have none: it goes without.
writeFileSync('dist/extension-README.md', readFileSync('README.md', 'utf8').replace(/^!\[.*\n\n/gm, ''));
