/** What is left of the extension when VS Code starts without it. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyChanges, readCodexFiles } from '../../../src/codex/home/codex-files.ts';
import { giveBack } from '../../../src/codex/home/give-back.ts';
import { planWrite } from '../../../src/codex/plan.ts';
import { givenBackFile } from '../../../src/extension/caretaker/given-back-file.ts';
import { PortNote } from '../../../src/extension/caretaker/port-note.ts';
import { cleanUp } from '../../../src/extension/caretaker/uninstall.ts';
import { hashOf, installationFile, rememberInstallation } from '../../../src/extension/installation.ts';

const RELAY = { port: 4444, token: 'local-token' };
const USER = '# mine\r\nmodel = "gpt-6"\r\n\r\n[tui]\r\nanimations = false\r\n';

describe('uninstalling', () => {
  let root: string;
  let home: string;
  let user: string;
  let storage: string;
  let environment: Record<string, string>;
  let asked: number;
  const extensionOf = (release: string) => join(root, 'extensions', `codex-relay.codex-relay-${release}`);
  const clean = () =>
    cleanUp({
      extensionFolder: extensionOf('0.5.0'),
      environment,
      pause: async () => {
        asked++;
      },
    });
  const write = async (makeDefault: boolean, relay = RELAY) => {
    const texts = await readCodexFiles(home);
    const plan = planWrite(texts, { config: relay, catalog: '{"models":[]}', makeDefault });
    await applyChanges(home, plan.changes);
  };
  const config = () => readFileSync(join(home, 'config.toml'), 'utf8');

  beforeEach(async () => {
    asked = 0;
    root = mkdtempSync(join(tmpdir(), 'codex-relay-uninstall-'));
    [home, user] = [join(root, 'codex'), join(root, 'data', 'User')];
    storage = join(user, 'globalStorage', 'codex-relay.codex-relay');
    const state = join(root, 'state');
    environment = { XDG_STATE_HOME: state, LOCALAPPDATA: state };
    for (const folder of [home, storage]) mkdirSync(folder, { recursive: true });
    for (const id of ['codex-relay.codex-relay', 'another.extension'])
      mkdirSync(join(user, 'workspaceStorage', 'abc', id, 'history'), { recursive: true });
    writeFileSync(join(storage, 'requests.json'), '[]');
    writeFileSync(join(home, 'config.toml'), USER);
    const file = installationFile(extensionOf('0.4.0'), environment);
    await rememberInstallation(file, { codexHome: home, storage, tokenHash: hashOf(RELAY.token) });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  for (const [name, prepare] of [
    ['a profile', () => write(false)],
    ['the default', () => write(true)],
    [
      'the default, given back when VS Code was closed',
      async () => {
        await write(true);
        await giveBack({ home, memory: givenBackFile(storage), relay: RELAY });
      },
    ],
  ] as const)
    it(`removes ${name}, and keeps the user’s configuration byte for byte`, async () => {
      await prepare();
      await clean();
      assert.equal(config(), USER);
      assert.deepEqual(readdirSync(home), ['config.toml']);
    });

  it('removes what the extension kept, including workspaces, and nothing of other extensions', async () => {
    await clean();
    assert.equal(existsSync(storage), false);
    assert.deepEqual(readdirSync(join(user, 'workspaceStorage', 'abc')), ['another.extension']);
    assert.deepEqual(
      readdirSync(join(root, 'state'), { recursive: true }).filter((name) => `${name}`.endsWith('json')),
      [],
    );
  });

  it('keeps what the user added since', async () => {
    await write(true);
    writeFileSync(join(home, 'config.toml'), `${config()}[features]\r\nweb_search = true\r\n`);
    await clean();
    assert.equal(config(), `${USER}[features]\r\nweb_search = true\r\n`);
  });

  it('keeps a profile that Codex wrote into, so that Codex says what is missing', async () => {
    await write(false);
    const profile = join(home, 'codex-relay.config.toml');
    writeFileSync(profile, `${readFileSync(profile, 'utf8')}[tui.notices]\nseen = true\n`);
    await clean();
    assert.match(readFileSync(profile, 'utf8'), /^model_provider = "codex-relay"$[\s\S]*^seen = true$/m);
    assert.doesNotMatch(readFileSync(profile, 'utf8'), /token|model_providers/);
  });

  it('does not touch the files of another relay', async () => {
    await write(true, { port: 5555, token: 'of the command line' });
    const before = await readCodexFiles(home);
    await clean();
    assert.deepEqual(await readCodexFiles(home), before);
    assert.equal(existsSync(storage), false);
  });

  it('does nothing for an extension that never served', async () => {
    await write(true);
    const before = await readCodexFiles(home);
    rmSync(installationFile(extensionOf('0.4.0'), environment));
    await clean();
    assert.deepEqual(await readCodexFiles(home), before);
  });

  it('removes its own files even if a file of Codex is not TOML, and says so', async () => {
    writeFileSync(join(home, 'config.toml'), 'a =');
    await assert.rejects(clean(), /config\.toml, line 1/);
    assert.equal(config(), 'a =');
    assert.equal(existsSync(storage), false);
  });

  it('removes no folder without its name', async () => {
    const file = installationFile(extensionOf('0.4.0'), environment);
    await rememberInstallation(file, { codexHome: home, storage: user, tokenHash: hashOf(RELAY.token) });
    await clean();
    assert.ok(existsSync(storage));
  });

  it('asks a relay in the background to end, but does not wait for long', async () => {
    await new PortNote(storage).write();
    await clean();
    assert.ok(asked > 0 && asked <= 20, `${asked}`);
  });
});
