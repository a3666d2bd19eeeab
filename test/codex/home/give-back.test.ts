import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyChanges, readCodexFiles } from '../../../src/codex/home/codex-files.ts';
import { giveBack, takeAgain } from '../../../src/codex/home/give-back.ts';
import { planWrite } from '../../../src/codex/plan.ts';

const RELAY = { port: 4444, token: 'local-token' };
const USER = 'model = "gpt-6" # mine\n';

describe('giving Codex its configuration back', () => {
  let home: string;
  let memory: string;
  const config = () => readFileSync(join(home, 'config.toml'), 'utf8');
  const place = () => ({ home, memory, relay: RELAY });

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'codex-give-back-'));
    memory = join(home, 'given-back.json');
    writeFileSync(join(home, 'config.toml'), USER);
    const wanted = { config: RELAY, catalog: '{"models":[]}', makeDefault: true };
    await applyChanges(home, planWrite(await readCodexFiles(home), wanted).changes, { keepsBackup: false });
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('alternates as often as VS Code is closed and opened, and leaves no backups behind', async () => {
    const taken = config();
    for (let round = 0; round < 3; round++) {
      assert.equal(await giveBack(place()), true);
      assert.equal(config(), USER);
      assert.equal(await giveBack(place()), false, 'once is enough');
      assert.equal(await takeAgain(place()), true);
      assert.equal(config(), taken);
      assert.equal(existsSync(memory), false);
    }
    assert.deepEqual(
      readdirSync(home).filter((name) => /bak|tmp/.test(name)),
      [],
    );
  });

  it('puts nothing in that was not given back', async () => {
    writeFileSync(join(home, 'config.toml'), USER);
    assert.equal(await takeAgain(place()), false);
    assert.equal(config(), USER);
  });

  it('forgets what was given back if somebody has removed the relay since', async () => {
    await giveBack(place());
    rmSync(join(home, 'codex-relay.models.json'));
    assert.equal(await takeAgain(place()), false);
    assert.equal(config(), USER);
    assert.equal(existsSync(memory), false);
  });

  it('has nothing to do if it was killed between the two files', async () => {
    const taken = config();
    writeFileSync(memory, '{"model":"codex-relay"}');
    assert.equal(await takeAgain(place()), false);
    assert.equal(config(), taken);
    assert.equal(existsSync(memory), false);
  });

  it('changes nothing in a file that is not TOML', async () => {
    writeFileSync(join(home, 'config.toml'), 'a =');
    await assert.rejects(giveBack(place()), /config\.toml, line 1/);
    assert.equal(config(), 'a =');
    assert.equal(existsSync(memory), false);
  });
});
