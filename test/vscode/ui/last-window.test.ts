/**
 * Plain `codex`, with the relay as its default, whatever becomes of VS Code: windows that are reloaded or closed, an
 * extension that is disabled or uninstalled. The real Codex must never wait for a port that nobody will open again.
 */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type CodexResult, runCodex } from '../../real-codex/codex.ts';
import { installCodex, NEWEST } from '../../real-codex/install.ts';
import { freePort } from '../../support/ports.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { installServer } from '../kit/install-server.ts';
import { runServerAction, startServer } from '../kit/server.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

const BY_RELAY = /Answered through the relay\./;
const BY_OWN = /Answered by my own provider\./;

describe('plain codex, when VS Code goes away', function () {
  this.bail(true);
  this.timeout(180_000);
  // Codex does not like a home below the system's folder for temporary files.
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-last-'));
  const home = join(root, 'codex-home');
  const workspace = join(root, 'workspace');
  let codex: string;
  let machine: Machine;
  let port: number;
  let upstream: ScriptedUpstream;
  let own: Server;
  let user: string;
  let window: Workbench | undefined;

  before(async () => {
    for (const folder of [home, workspace, join(root, 'bin'), join(root, 'temp')]) mkdirSync(folder);
    codex = await installCodex(NEWEST);
    symlinkSync(codex, join(root, 'bin', 'codex'));
    own = createServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('Answered by my own provider.');
    });
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    user = [
      'model = "mine" # my own',
      'model_provider = "mine"',
      'check_for_update_on_startup = false',
      '',
      '[model_providers.mine]',
      'name = "Mine"',
      `base_url = "http://127.0.0.1:${(own.address() as AddressInfo).port}/v1"`,
      'wire_api = "responses"',
      'requires_openai_auth = false',
      '',
    ].join('\n');
    writeFileSync(join(home, 'config.toml'), user);
    port = await freePort();
    upstream = await startScriptedUpstream(
      () => streamReply(textChunks('Answered through the relay.')),
      ['local-model'],
    );
    machine = await startMachine({
      vsix: vsix(),
      env: {
        CODEX_HOME: home,
        PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter),
        XDG_STATE_HOME: join(root, 'state'),
      },
      settings: {
        'codexRelay.port': port,
        'codexRelay.provider': 'local',
        'codexRelay.models': { local: 'local-model' },
        'codexRelay.customProviders': [
          { id: 'local', name: 'Local', baseUrl: upstream.url, needsKey: false },
        ],
      },
    });
  });
  after(async () => {
    await machine?.close();
    await upstream?.stop();
    own?.close();
    own?.closeAllConnections();
    // The caretaker sees that its folder is gone, and no longer writes into it.
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-last-window'));
  });

  const config = () => readFileSync(join(home, 'config.toml'), 'utf8');
  const storage = () =>
    join(machine.dataFolder.path, 'data', 'User', 'globalStorage', 'codex-relay.codex-relay');
  const isDefault = () => /^model_provider = "codex-relay"$/m.test(config());
  const plainCodex = (): Promise<CodexResult> =>
    runCodex({
      executable: codex,
      place: { root, home, workspace, temp: join(root, 'temp'), remove: async () => {} },
      token: '',
      args: ['exec', '--skip-git-repo-check', '--', 'Say hello'],
      timeLimitMs: 100_000,
    });
  const said = async () => {
    const { exitCode, stdout, stderr } = await plainCodex();
    assert.notEqual(exitCode, null, `codex hung: ${stderr.slice(-300)}`);
    return stdout + stderr;
  };
  const until = async (what: () => boolean) => {
    while (!what()) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const open = async () => {
    window = await machine.openWindow(workspace);
    await window.waitStatus('Local', 'codex-relay-logo');
    return window;
  };
  const close = async () => {
    await window?.close();
    window = undefined;
  };
  const makeDefault = async (bench: Workbench, choice: string) => {
    await bench.run('Codex Relay: Generate Codex Config');
    await bench.choose('Make Default');
    await bench.quickTitle.filter({ hasText: 'When VS Code Is Closed' }).waitFor();
    await bench.screenshot(picture('when-closed'));
    await bench.choose(choice);
    await bench.row('Write').click();
    await bench.toast('Codex is set up').waitFor();
  };

  it('is told what will happen when the relay becomes its default', async () => {
    const bench = await open();
    assert.match(await said(), BY_OWN);
    await makeDefault(bench, 'Give Codex Its Own Configuration Back');
    await bench.toast('Codex gets its own configuration back').waitFor();
    assert.ok(isDefault());
    assert.match(await said(), BY_RELAY);
  });

  it('goes on through a reload of the window, which changes none of its files', async () => {
    assert.ok(window);
    const before = config();
    const answer = said();
    await window.reload();
    await window.waitStatus('Local', 'codex-relay-logo');
    assert.match(await answer, BY_RELAY);
    assert.equal(config(), before);
    assert.match(await said(), BY_RELAY);
  });

  it('has its own configuration back after the last window, byte for byte', async () => {
    await close();
    // Begun before the configuration is back, it is told to start again instead of waiting forever.
    const early = said();
    await until(() => !isDefault());
    assert.equal(config(), user);
    assert.match(await early, /Codex Relay has ended with VS Code|Answered by my own provider/);
    assert.match(await said(), BY_OWN);
  });

  it('has the relay again with the next window', async () => {
    await open();
    await until(isDefault);
    assert.match(await said(), BY_RELAY);
  });

  it('is served when the extension host is killed, and comes back', async () => {
    // Whatever dies, the configuration is either the relay's, which is then served, or the user's own.
    for (const pid of extensionHosts(machine.server.pid)) process.kill(pid, 'SIGKILL');
    const text = await said();
    assert.match(text, /Answered|Codex Relay has ended/);
    await close();
    await open();
    await until(isDefault);
    assert.match(await said(), BY_RELAY);
  });

  it('is served by a relay in the background, where that was chosen', async () => {
    assert.ok(window);
    await window.run('Codex Relay: Remove Codex Config');
    await window.row('Write').click();
    await window.toast('was removed from the configuration').waitFor();
    assert.equal(config(), user);
    assert.deepEqual(
      readdirSync(home).filter((name) => name.includes('codex-relay')),
      [],
      'neither catalog nor backups',
    );
    await makeDefault(window, 'Keep a Relay Running in the Background');
    await close();
    assert.match(await said(), BY_RELAY);
    assert.ok(isDefault());
    assert.match(await said(), BY_RELAY);
  });

  it('moves to the next window silently', async () => {
    const bench = await open();
    assert.match(await said(), BY_RELAY);
    await bench.run('Codex Relay: Show Requests');
    await bench.treeRows.first().waitFor();
  });

  it('has its own configuration once the relay is stopped, and the relay when it is started', async () => {
    assert.ok(window);
    await window.run('Codex Relay: Stop');
    await until(() => !isDefault());
    assert.equal(config(), user);
    assert.match(await said(), BY_OWN);
    await window.run('Codex Relay: Start');
    await until(isDefault);
    assert.match(await said(), BY_RELAY);
  });

  it('is served while the extension is disabled', async () => {
    assert.ok(window);
    await window.run('Extensions: Show Installed Extensions');
    const row = window.page.locator('.part.sidebar .extension-list-item').filter({ hasText: 'Codex Relay' });
    await row.click();
    const action = (name: string) =>
      (window as Workbench).page.locator('.extension-editor .action-label').filter({ hasText: name }).first();
    await action('Disable').click();
    await action('Reload Window').click();
    await until(() => existsSync(join(storage(), 'caretaker')));
    assert.match(await said(), BY_RELAY);
  });

  it('has nothing left of the relay once the extension is uninstalled', async () => {
    await close();
    await machine.server.stop();
    const installed = installServer(() => {});
    await runServerAction(installed, machine.dataFolder.path, [
      '--uninstall-extension',
      'codex-relay.codex-relay',
    ]);
    const again = await startServer({
      installed,
      dataFolder: machine.dataFolder.path,
      env: { CODEX_HOME: home, XDG_STATE_HOME: join(root, 'state') },
    });
    await machine.browser.context.newPage().then((page) => page.goto(again.origin));
    await until(() => !isDefault());
    assert.equal(config(), user);
    assert.match(await said(), BY_OWN);
    await until(() => readdirSync(home).every((name) => !name.includes('codex-relay')));
    await until(() => !existsSync(storage()));
    await again.stop();
  });
});

function extensionHosts(server: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const isOurs = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === `${server}`;
      return isOurs && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('extensionHost')
        ? [Number(name)]
        : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
