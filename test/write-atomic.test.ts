import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAtomic } from '../src/write-atomic.ts';

describe('writeAtomic', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'write-atomic-'));
    path = join(folder, 'file');
    await writeFile(path, 'old');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('replaces a file, and leaves nothing beside it', async () => {
    await writeAtomic({ path, text: 'new ✓', mode: 0o600 });
    assert.equal(readFileSync(path, 'utf8'), 'new ✓');
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  it('shows the old file until `confirm` resolves, and keeps it if that rejects', async () => {
    const confirm = async () => {
      assert.equal(readFileSync(path, 'utf8'), 'old');
      throw new Error('no');
    };
    await assert.rejects(writeAtomic({ path, text: 'new', mode: 0o600, confirm }), /^Error: no$/);
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  it('sets the file’s date and permissions', async () => {
    const mtime = Date.UTC(2020, 1, 2);
    await writeAtomic({ path, text: 'new', mode: 0o600, mtime });
    const { mtimeMs, mode } = statSync(path);
    assert.equal(mtimeMs, mtime);
    if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
  });

  it('fails without a folder', async () => {
    await assert.rejects(writeAtomic({ path: join(folder, 'none', 'file'), text: '', mode: 0o600 }), {
      code: 'ENOENT',
    });
  });
});
