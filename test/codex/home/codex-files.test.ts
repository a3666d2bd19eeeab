import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodexConfigError } from '../../../src/codex/errors.ts';
import { applyChanges, readCodexFiles } from '../../../src/codex/home/codex-files.ts';
import { codexHome } from '../../../src/codex/home/codex-home.ts';

const isWindows = process.platform === 'win32';

describe('codex files', () => {
  let root: string;
  let home: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'codex-files-'));
    home = join(root, 'codex');
    await mkdir(home);
  });
  afterEach(() => rm(root, { recursive: true }));

  const config = () => join(home, 'config.toml');
  const change = (before: string | undefined, after: string | undefined) => [
    { file: 'config.toml' as const, before, after },
  ];

  it('knows where Codex keeps its files', () => {
    assert.equal(codexHome({ CODEX_HOME: '/x' }), '/x');
    assert.match(codexHome({ CODEX_HOME: '' }), /\.codex$/);
  });

  it('reads the files that exist', async () => {
    await writeFile(config(), 'a = 1\n');
    assert.deepEqual(await readCodexFiles(home), {
      'codex-relay.models.json': undefined,
      'codex-relay.config.toml': undefined,
      'config.toml': 'a = 1\n',
    });
  });

  it('writes new files and makes the folder', async () => {
    const fresh = join(root, 'fresh', 'codex');
    assert.deepEqual(await applyChanges(fresh, change(undefined, 'a = 1\n')), [{ file: 'config.toml' }]);
    assert.equal(readFileSync(join(fresh, 'config.toml'), 'utf8'), 'a = 1\n');
    assert.deepEqual(readdirSync(fresh), ['config.toml']);
  });

  it('keeps a backup of config.toml, one for each change', async () => {
    await writeFile(config(), 'a = 1\n');
    const [first] = await applyChanges(home, change('a = 1\n', 'a = 2\n'));
    const [second] = await applyChanges(home, change('a = 2\n', 'a = 3\n'));
    assert.notEqual(first?.backup, second?.backup);
    assert.equal(readFileSync(first?.backup ?? '', 'utf8'), 'a = 1\n');
    assert.equal(readFileSync(second?.backup ?? '', 'utf8'), 'a = 2\n');
    assert.equal(readFileSync(config(), 'utf8'), 'a = 3\n');
  });

  it('overwrites nothing that another program has changed in the meantime', async () => {
    await writeFile(config(), 'a = "theirs"\n');
    await assert.rejects(applyChanges(home, change('a = 1\n', 'a = 2\n')), CodexConfigError);
    await assert.rejects(applyChanges(home, change(undefined, 'a = 2\n')), CodexConfigError);
    await assert.rejects(applyChanges(home, change('a = 1\n', undefined)), CodexConfigError);
    assert.equal(readFileSync(config(), 'utf8'), 'a = "theirs"\n');
    assert.deepEqual(readdirSync(home), ['config.toml'], 'no backup, no scratch file');
  });

  it('stops at the first file that cannot be changed', async () => {
    const changes = [
      ...change('gone', 'x'),
      { file: 'codex-relay.models.json' as const, before: undefined, after: '{}' },
    ];
    await assert.rejects(applyChanges(home, changes), CodexConfigError);
    assert.deepEqual(readdirSync(home), []);
  });

  it('keeps the old file if the new one cannot be written', async () => {
    if (isWindows || process.getuid?.() === 0) {
      // Permissions do not stop the administrator; a folder in the way of the file does.
      await mkdir(join(home, 'config.toml'));
      await assert.rejects(applyChanges(home, change(undefined, 'a = 2\n')));
      assert.deepEqual(readdirSync(home), ['config.toml']);
      return;
    }
    await writeFile(config(), 'a = 1\n');
    await chmod(home, 0o500);
    await assert.rejects(applyChanges(home, change('a = 1\n', 'a = 2\n')), { code: 'EACCES' });
    await chmod(home, 0o700);
    assert.equal(readFileSync(config(), 'utf8'), 'a = 1\n');
  });

  it('removes a file', async () => {
    await writeFile(config(), 'a = 1\n');
    const [{ backup } = {}] = await applyChanges(home, change('a = 1\n', undefined));
    assert.deepEqual(readdirSync(home), [backup?.slice(home.length + 1)]);
  });

  it('writes through a link into a folder of dotfiles', async function () {
    if (isWindows) return this.skip();
    const target = join(root, 'dotfiles.toml');
    await writeFile(target, 'a = 1\n');
    await symlink(target, config());
    await applyChanges(home, change('a = 1\n', 'a = 2\n'));
    assert.ok(lstatSync(config()).isSymbolicLink());
    assert.equal(readFileSync(target, 'utf8'), 'a = 2\n');
  });

  it('keeps a link whose target does not exist yet', async function () {
    if (isWindows) return this.skip();
    await mkdir(join(root, 'dotfiles'));
    await symlink(join('..', 'dotfiles', 'codex.toml'), config());
    await applyChanges(home, change(undefined, 'a = 1\n'));
    await applyChanges(home, change('a = 1\n', undefined), { keepsBackup: false });
    await applyChanges(home, change(undefined, 'a = 2\n'));
    assert.ok(lstatSync(config()).isSymbolicLink());
    assert.equal(readFileSync(join(root, 'dotfiles', 'codex.toml'), 'utf8'), 'a = 2\n');
  });

  for (const [name, bytes] of [
    ['Latin-1', Buffer.from('# für mich\na = 1\n', 'latin1')],
    ['UTF-16', Buffer.from('\ufeffa = 1\n', 'utf16le')],
  ] as const) {
    it(`refuses a file in ${name}, which Codex cannot read, instead of garbling it`, async () => {
      await writeFile(config(), bytes);
      const isNamed = (error: unknown) =>
        error instanceof CodexConfigError && /config\.toml is not UTF-8/.test(error.message);
      await assert.rejects(readCodexFiles(home), isNamed);
      await assert.rejects(applyChanges(home, change(bytes.toString(), 'a = 2\n')), isNamed);
      assert.deepEqual(readFileSync(config()), bytes);
    });
  }

  it('lets only the owner read a token, and keeps other permissions', async function () {
    if (isWindows) return this.skip();
    const mode = () => (statSync(config()).mode & 0o777).toString(8);
    await writeFile(config(), 'a = 1\n');
    await chmod(config(), 0o664);
    await applyChanges(home, change('a = 1\n', 'a = 2\n'));
    assert.equal(mode(), '664');
    await applyChanges(home, change('a = 2\n', 'experimental_bearer_token = "x"\n'));
    assert.equal(mode(), '600');
    for (const name of readdirSync(home).filter((file) => file.endsWith('.bak'))) {
      assert.equal(statSync(join(home, name)).mode & 0o777, 0o600);
    }
  });
});
