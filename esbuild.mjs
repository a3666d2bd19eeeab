// Builds dist/. On a fresh clone it installs the locked dependencies first, so that `npm start` and `npm test`
// need no other step. Runs on the Node of the machine (20 or newer); everything after it runs on the pinned one.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

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
  // Identifiers stay as they are: errors and the log name functions and classes, and esbuild's `keepNames` pays for
  // that with a call for every closure of every request.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
};

const LATER = { 'window.ts': './window.cjs', 'codex-bundle.ts': './codex.cjs' };

/** CommonJS has no code splitting: what the extension loads only when it is needed is a bundle of its own. */
const lazy = {
  name: 'lazy',
  setup({ onResolve }) {
    onResolve({ filter: /\/(?:window|codex-bundle)\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: LATER[posix.basename(path)], external: true } : undefined,
    );
  },
};

/**
 * Node's modules by `require`: an ESM import of `node:http` reads all that it exports, among it a getter which loads
 * Node's own undici, web streams and zlib: 13 MB and 25 ms for nothing.
 */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z][a-z:/_0-9]*$/ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

const MIME_TYPES = [
  'application/json',
  'application/octet-stream',
  'text/event-stream',
  'text/html',
  'text/plain',
];

/** What libraries bring along and the relay never uses: undici but for its proxies, and 2,500 types of files. */
const lean = {
  name: 'lean',
  setup({ onLoad }) {
    onLoad({ filter: /undici[\\/]index\.js$/ }, () => ({
      contents: `
        const api = require('./lib/api');
        // As undici's own index does: a proxy is asked for its tunnel by \`connect\`, which is one of them.
        Object.assign(require('./lib/dispatcher/dispatcher.js').prototype, api);
        module.exports = {
          EnvHttpProxyAgent: require('./lib/dispatcher/env-http-proxy-agent.js'),
          request: (url, { dispatcher, ...options }) => {
            const { origin, pathname, search } = new URL(url);
            return api.request.call(dispatcher, { ...options, origin, path: pathname + search });
          },
        };`,
    }));
    onLoad({ filter: /mime-db[\\/]db\.json$/ }, ({ path }) => {
      const types = JSON.parse(readFileSync(path, 'utf8'));
      const kept = MIME_TYPES.map((type) => [type, types[type]]);
      return { contents: JSON.stringify(Object.fromEntries(kept)), loader: 'json' };
    });
  },
};

const builds = await Promise.all([
  build({
    ...COMMON,
    entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    target: 'node22',
    plugins: [builtins, lean],
    banner: { js: REQUIRE_SHIM },
  }),
  build({
    ...COMMON,
    entryPoints: {
      extension: 'src/extension/extension.ts',
      window: 'src/extension/window.ts',
      codex: 'src/extension/codex/codex-bundle.ts',
      relay: 'src/extension/thread/main.ts',
      caretaker: 'src/extension/caretaker/main.ts',
    },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node24',
    // VS Code hands out `vscode` through require() only, and the other bundles are CommonJS too.
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    plugins: [lazy, lean],
  }),
]);
// The page of a webview: a browser's program, with its style beside it.
builds.push(
  await build({
    ...COMMON,
    entryPoints: [
      { in: 'src/webview/main.ts', out: 'usage-page' },
      { in: 'src/webview/page.css', out: 'usage-page' },
    ],
    platform: 'browser',
    format: 'iife',
    target: 'chrome140',
    minify: true,
  }),
);
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

writeFileSync('dist/extension-README.md', extensionPage());

/**
 * The page of the extension: the README, and its Chinese sister below it, as there is one page for all languages.
 * VS Code shows pictures from web addresses only (1.139), and we have none: it goes without.
 */
function extensionPage() {
  const english = readFileSync('README.md', 'utf8')
    .replace(/^!\[.*\n\n/gm, '')
    .replace('](media/README.zh-cn.md)', '](#简体中文)');
  const chinese = readFileSync('media/README.zh-cn.md', 'utf8')
    .replace(/^#+ /gm, '#$&')
    .replace(/^## .*/, '## 简体中文')
    .replace('](../README.md)', '](#codex-relay)');
  return `${english}\n---\n\n${chinese}`;
}

if (process.argv.includes('--to-publish')) {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const empty = ['repository', 'bugs', 'homepage'].filter((link) => !manifest[link]);
  if (empty.length > 0) {
    process.stderr.write(
      `package.json: the addresses ${empty.join(', ')} are empty, so the pages of both packages link to none of them.\n` +
        `Whoever publishes fills them in there, beside "publisher" (now "${manifest.publisher}").\n`,
    );
  }
}
