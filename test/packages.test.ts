/** What users get: both packages, as their tools build them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { listFiles, PackageManager } from '@vscode/vsce';

interface Manifest {
  name: string;
  version: string;
  license: string;
}

const LICENCES = 'dist/LICENSES.txt';
/** Licences that only require their text to be included. */
const PERMISSIVE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', '0BSD'];

async function filesOfNpm(): Promise<string[]> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await promisify(execFile)('npm', args, { shell: process.platform === 'win32' });
  const packed: unknown = JSON.parse(stdout);
  const [{ files }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [
    { files: { path: string }[] },
  ];
  return files.map(({ path }) => path);
}

const PACKAGES: [name: string, files: () => Promise<string[]>, programs: string[]][] = [
  ['npm package', filesOfNpm, ['dist/cli.js', 'dist/index.js']],
  [
    'VSIX',
    () => listFiles({ packageManager: PackageManager.None }),
    [
      'dist/caretaker.cjs',
      'dist/codex.cjs',
      'dist/extension.cjs',
      'dist/relay.cjs',
      'dist/usage-page.js',
      'dist/usage-page.css',
      'dist/window.cjs',
    ],
  ],
];

describe('packages', () => {
  before(() => assert.ok(existsSync(LICENCES), `${LICENCES} is missing: run npm run build`));

  for (const [name, files, programs] of PACKAGES) {
    it(`the ${name} holds its programs, and the licences of what is bundled`, async () => {
      const held = await files();
      for (const file of [...programs, LICENCES, 'LICENSE', 'SECURITY.md', 'CHANGELOG.md'])
        assert.ok(held.includes(file), file);
      // Comments that a licence wants kept are in a file next to the program.
      for (const program of programs) {
        const comments = `${program}.LEGAL.txt`;
        assert.equal(held.includes(comments), existsSync(comments), comments);
      }
    });

    it(`the ${name} contains nothing else of this repository`, async () => {
      const others = (await files()).filter((file) => /^(src|test|fixtures|node_modules|\.)/.test(file));
      assert.deepEqual(others, []);
    });
  }

  it('load a team’s libraries only for a team, and the extension has none of them', () => {
    const { outputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8')) as {
      outputs: Record<
        string,
        { inputs: object; imports: { path: string; kind: string }[]; entryPoint?: string }
      >;
    };
    /** Outputs that are loaded with this one. */
    const loadedWith = (output: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(output)) return seen;
      seen.add(output);
      for (const { path, kind } of outputs[output]?.imports ?? []) {
        if (kind === 'import-statement' && path in outputs) loadedWith(path, seen);
      }
      return seen;
    };
    const packagesIn = (output: string) =>
      [...loadedWith(output)]
        .flatMap((loaded) => Object.keys(outputs[loaded]?.inputs ?? {}))
        .filter((input) => /node_modules\/(ioredis|prom-client|rate-limiter-flexible)\//.test(input));
    const command = (name: string) =>
      Object.keys(outputs).find((output) => outputs[output]?.entryPoint === `src/cli/${name}.ts`) ?? '';
    const alone = [
      'dist/cli.js',
      'dist/index.js',
      'dist/window.cjs',
      'dist/relay.cjs',
      command('commands/serve'),
    ];
    for (const output of alone) assert.deepEqual(packagesIn(output), [], output);
    assert.ok(packagesIn(command('team')).length > 0);
  });

  it('show one page for all languages, whose links work there', () => {
    const page = readFileSync('dist/extension-README.md', 'utf8');
    assert.match(page, /^## 简体中文$/m);
    assert.match(page, /\]\(#简体中文\)/);
    assert.equal([...page.matchAll(/^# /gm)].length, 1, 'one title');
    assert.doesNotMatch(page, /\]\(README|!\[/);
  });

  it('link to addresses, or to nothing until their owner fills them in', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
    for (const link of ['repository', 'bugs', 'homepage'])
      assert.match(String(manifest[link]), /^$|^https:\/\/\S+$/, link);
  });

  it('name the licence of each bundled package, all of them permissive', () => {
    const told = readFileSync(LICENCES, 'utf8');
    const { inputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8')) as { inputs: object };
    const folders = Object.keys(inputs).flatMap(
      (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
    );
    assert.ok(folders.length > 0);
    for (const folder of new Set(folders)) {
      const { name, version, license } = JSON.parse(
        readFileSync(`${folder}/package.json`, 'utf8'),
      ) as Manifest;
      assert.ok(PERMISSIVE.includes(license), `${name}: ${license}`);
      assert.ok(told.includes(`\n${name} ${version} (${license})\n`), name);
      const own = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      assert.ok(own === undefined || told.includes(readFileSync(`${folder}/${own}`, 'utf8').trim()), name);
    }
  });
});
