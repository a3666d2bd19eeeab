// Builds dist/. On a fresh clone it installs the locked dependencies first, so that `npm start` and `npm test`
// need no other step. Runs on the Node of the machine (20 or newer); everything after it runs on the pinned one.
import { execSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';

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

const { metafile } = await build({
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  metafile: true,
  banner: { js: REQUIRE_SHIM },
  logLevel: 'warning',
});
writeFileSync('dist/meta.json', JSON.stringify(metafile));
