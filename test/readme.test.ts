/** Everything that the READMEs, the page on security and the fixtures' notes point at exists. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { scenesIn, withSums } from './real-codex/matrix.ts';
import { unpadded } from './support/readme-table.ts';

const PAGES = [
  'README.md',
  'media/README.zh-cn.md',
  'SECURITY.md',
  'src/README.md',
  'src/providers/README.md',
  'src/team/README.md',
  'test/README.md',
  'fixtures/VERSIONS.md',
];

interface Manifest {
  scripts: Record<string, string>;
  contributes: { commands: { title: string }[] };
}

const { scripts, contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const [ENGLISH, CHINESE] = ['package.nls.json', 'package.nls.zh-cn.json'].map(
  (file) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>,
) as [Record<string, string>, Record<string, string>];

/** `NAME`, `CASE` and whatever is in brackets, as in `fixtures/codex_<release>/`, stand for any name. */
function found(path: string): boolean {
  const pattern = path
    .replace(/\/$/, '')
    .replace(/<[^>]*>/g, '*')
    .replace(/\b(NAME|CASE)\b/g, '*');
  return pattern.includes('*') ? globSync(pattern).length > 0 : existsSync(pattern);
}

for (const page of PAGES) {
  describe(page, () => {
    const text = readFileSync(page, 'utf8');

    it('names only files and folders that exist', () => {
      const paths = [...text.matchAll(/(?<![\w./~-])(?:src|test|fixtures|media|l10n)\/[\w./<>*-]*/g)].map(
        ([path]) => path.replace(/\.$/, ''),
      );
      assert.deepEqual(
        paths.filter((path) => !found(path)),
        [],
      );
    });

    it('links only to files that exist', () => {
      const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target);
      const own = links.filter((target) => !/^[a-z]+:/.test(target));
      assert.deepEqual(
        own.filter((target) => !existsSync(posix.join(posix.dirname(page), target))),
        [],
      );
    });

    it('names only npm scripts that exist', () => {
      const names = [...text.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g)].map(
        ([, name = '']) => name,
      );
      assert.deepEqual(
        names.filter((name) => !(name in scripts)),
        [],
      );
    });

    it('names commands of the extension by their titles', () => {
      const titles = page.includes('zh-cn') ? CHINESE : ENGLISH;
      const known = contributes.commands.map(({ title }) => titles[title.replaceAll('%', '')]);
      const named = [...text.matchAll(/\*\*Codex Relay: ([^*]+)\*\*/g)].map(([, title = '']) => title);
      assert.deepEqual(
        named.filter((title) => !known.includes(title)),
        [],
      );
    });
  });
}

describe('the map of the sources', () => {
  it('has every folder at the top of src', () => {
    const map = readFileSync('src/README.md', 'utf8');
    for (const folder of readdirSync('src', { withFileTypes: true })) {
      if (folder.isDirectory()) assert.ok(map.includes(`src/${folder.name}/`), folder.name);
    }
  });
});

describe('media/README.zh-cn.md', () => {
  it('names every provider of China', () => {
    const text = readFileSync('media/README.zh-cn.md', 'utf8');
    for (const name of [
      'DeepSeek',
      'Kimi',
      'Qwen',
      '智谱',
      'MiniMax',
      '火山方舟',
      '混元',
      'MiMo',
      '硅基流动',
      '魔搭',
    ])
      assert.ok(text.includes(name), name);
  });
});

describe('README.md', () => {
  const text = readFileSync('README.md', 'utf8');

  it('has pictures in Markdown, on lines of their own, which the build can leave out of the extension page', () => {
    const lines = text.split('\n').filter((line) => line.includes('!['));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /^!\[[^\]]+\]\([^)]+\.webp\)$/);
    assert.doesNotMatch(text, /<(picture|img)\b/);
  });

  it('says on its first screen how a clone is started and tested', () => {
    const [first = ''] = text.split('\n## ');
    for (const command of ['npm start', 'npm test']) assert.ok(first.includes(`\`${command}\``), command);
  });

  it('sums up the scenes of each release of Codex', () => {
    const expected = withSums(text, scenesIn(readFileSync('fixtures/VERSIONS.md', 'utf8')));
    if (process.env['UPDATE_README']) writeFileSync('README.md', expected);
    assert.equal(unpadded(text), unpadded(expected), 'run again with UPDATE_README=1');
  });

  it('stays short, and readable without line wrapping', () => {
    const lines = text.trimEnd().split('\n');
    assert.ok(lines.length < 200);
    assert.deepEqual(
      lines.filter((line) => line.length > 120 && !/^(\||!\[)/.test(line)),
      [],
    );
  });
});
