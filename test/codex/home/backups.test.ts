/** Backups outlive the relay, but its token does not. */
import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRelayKeys } from '../../../src/codex/config-edit.ts';
import { tidyBackups } from '../../../src/codex/home/backups.ts';

const RELAY = { port: 4444, token: 'local-token' };
const withRelay = (text: string) => addRelayKeys(text, RELAY);

describe('tidyBackups', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'codex-backups-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const CASES: [name: string, current: string | undefined, backup: string, left: string | undefined][] = [
    ['what config.toml holds anyway', 'a = 1\n', 'a = 1\n', undefined],
    ['the same with the relay', 'a = 1\n', withRelay('a = 1\n'), undefined],
    ['nothing but the relay, where there is no config.toml', undefined, withRelay(''), undefined],
    ['something else', 'a = 1\n', 'a = 2\n', 'a = 2\n'],
    ['something else with the relay', 'a = 1\n', withRelay('a = 2\r\n'), 'a = 2\r\n'],
    ['no TOML', 'a = 1\n', 'a =', 'a ='],
  ];
  for (const [name, current, backup, left] of CASES)
    it(`${left === undefined ? 'removes' : 'keeps'} a backup of ${name}`, async () => {
      const file = 'config.toml.20261128T174500.codex-relay.bak';
      if (current !== undefined) writeFileSync(join(home, 'config.toml'), current);
      writeFileSync(join(home, file), backup);
      writeFileSync(join(home, 'config.toml.mine'), withRelay('b = 1\n'));
      await tidyBackups(home);
      assert.equal(readdirSync(home).includes(file), left !== undefined);
      if (left !== undefined) assert.equal(readFileSync(join(home, file), 'utf8'), left);
      assert.equal(readFileSync(join(home, 'config.toml.mine'), 'utf8'), withRelay('b = 1\n'));
    });

  it('finds the backups next to the target of a link, even once the target is gone', async function () {
    if (process.platform === 'win32') return this.skip();
    mkdirSync(join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere', 'mine.toml'), join(home, 'config.toml'));
    const file = join(home, 'elsewhere', 'mine.toml.20261128T174500.codex-relay.bak');
    writeFileSync(file, withRelay('b = 1\n'));
    await tidyBackups(home);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /local-token/);
  });

  it('accepts a folder that does not exist, and does not make it', async () => {
    await tidyBackups(join(home, 'gone'));
    assert.deepEqual(readdirSync(home), []);
  });
});
