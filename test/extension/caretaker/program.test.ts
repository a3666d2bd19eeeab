/** The real program: a pipe, a port, the files of Codex, signals of windows and of the system. Build it first. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { applyChanges, readCodexFiles } from '../../../src/codex/home/codex-files.ts';
import { planWrite } from '../../../src/codex/plan.ts';
import { askBack } from '../../../src/extension/caretaker/ask-back.ts';
import { CLOSED, openClosedSign } from '../../../src/extension/caretaker/closed-sign.ts';
import { type Orders, writeWord } from '../../../src/extension/caretaker/orders.ts';
import { PortNote } from '../../../src/extension/caretaker/port-note.ts';
import { hashOf, installationFile, rememberInstallation } from '../../../src/extension/installation.ts';
import { probePort } from '../../../src/extension/relay/port-owner.ts';
import { WindowSignals } from '../../../src/extension/relay/window-signals.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { freePort } from '../../support/ports.ts';
import {
  type ScriptedReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { ordersFor } from './orders-for.ts';

const PROGRAM = 'dist/caretaker.cjs';
const KEY = 'sk-key-that-nobody-may-see';
const USER = 'model = "gpt-6"\n';

describe('the caretaker as a program', function () {
  this.timeout(60_000);
  let root: string;
  let orders: Orders;
  let upstream: ScriptedUpstream;
  let answer: () => ScriptedReply;
  let child: ChildProcess | undefined;
  const { token } = ordersFor('giveBack').plan.server;
  const config = () => readFileSync(join(orders.codexHome, 'config.toml'), 'utf8');
  const owner = () => probePort(orders.plan.server.port, token);

  before(() => assert.ok(existsSync(PROGRAM), `${PROGRAM} is missing: run npm run build`));
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'codex-relay-caretaker-'));
    const [storage, codexHome] = [join(root, 'codex-relay.codex-relay'), join(root, 'codex')];
    for (const folder of [storage, codexHome]) mkdirSync(folder);
    writeFileSync(join(codexHome, 'config.toml'), USER);
    answer = () => streamReply(textChunks('From the background.'));
    upstream = await startScriptedUpstream(() => answer(), ['m']);
    const base = ordersFor('keepRunning', await freePort());
    const own = { id: 'own', provider: 'openai-compatible', upstream: upstream.url, apiKey: KEY, model: 'm' };
    // VS Code's own models, and stand-ins among them, are left out, because they end with it.
    const inWindow = { id: 'vscode', provider: 'vscode', upstream: 'vscode://lm' };
    const standIns = {
      fallbacks: { '*': ['vscode/a', 'own/m'], 'own/m': ['vscode/a'] },
      roles: { title: 'vscode/a' },
    };
    const routing = { ...base.plan.routing, upstreams: [inWindow, own], active: 'own', standIns };
    orders = { ...base, storage, codexHome, plan: { ...base.plan, routing } };
    const wanted = { config: orders.plan.server, catalog: '{"models":[]}', makeDefault: true };
    await applyChanges(codexHome, planWrite(await readCodexFiles(codexHome), wanted).changes, {
      keepsBackup: false,
    });
  });
  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await upstream.stop();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = () => {
    child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin?.write(writeWord({ kind: 'orders', orders }));
    return child;
  };
  const isOver = async ({ exitCode, signalCode }: ChildProcess, over: Promise<unknown>) => {
    if (exitCode === null && signalCode === null) await over;
  };
  const untilServed = async () => {
    while ((await owner()) !== 'ours') await pause(50);
  };
  const ask = async () => {
    const reply = await fetch(`http://127.0.0.1:${orders.plan.server.port}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'codex-relay', input: 'Hello?' }),
    });
    return reply.text();
  };

  it('serves when its window is gone, keeps keys to itself, and gives the port back', async () => {
    const program = start();
    const over = once(program, 'exit');
    program.stdin?.end();
    await untilServed();
    assert.match(await ask(), /From the background\./);
    assert.equal(upstream.chats.length, 1);
    assert.match(config(), /codex-relay/, 'Codex still uses the relay');

    if (process.platform === 'linux') {
      for (const file of ['cmdline', 'environ'])
        assert.ok(!readFileSync(`/proc/${program.pid}/${file}`, 'utf8').includes(KEY), file);
    }
    const note = new PortNote(orders.storage);
    const signals = new WindowSignals(orders.storage, SILENT_LOGGER);
    const isFree = await askBack({ note, send: () => signals.send('hand-back'), probe: owner });
    signals.dispose();
    assert.equal(isFree, true);
    await isOver(program, over);
    assert.match(config(), /codex-relay/);
    for (const name of readdirSync(orders.storage, { recursive: true, encoding: 'utf8' }))
      if (!readdirOf(join(orders.storage, name)))
        assert.ok(!readFileSync(join(orders.storage, name), 'utf8').includes(KEY), name);
    assert.match(readFileSync(join(orders.storage, 'requests.json'), 'utf8'), /"completed"/);
  });

  it('lets a running answer end when a window takes the port', async () => {
    const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    answer = () => {
      asked.resolve();
      return streamReply(goOn.promise, textChunks('Slow but whole.'));
    };
    const program = start();
    const over = once(program, 'exit');
    program.stdin?.end();
    await untilServed();
    const text = ask();
    await asked.promise;
    const signals = new WindowSignals(orders.storage, SILENT_LOGGER);
    const note = new PortNote(orders.storage);
    assert.equal(await askBack({ note, send: () => signals.send('hand-back'), probe: owner }), true);
    signals.dispose();
    goOn.resolve();
    assert.match(await text, /Slow but whole\./);
    await isOver(program, over);
  });

  it('gives Codex its configuration back when it is told to end', async function () {
    // Windows ends a process without asking it.
    if (process.platform === 'win32') return this.skip();
    const program = start();
    const over = once(program, 'exit');
    program.stdin?.end();
    await untilServed();
    program.kill('SIGTERM');
    await isOver(program, over);
    assert.equal(config(), USER);
    assert.equal(await owner(), 'nobody');
  });

  it('ends when dismissed, and changes nothing', async () => {
    const program = start();
    const over = once(program, 'exit');
    const before = config();
    program.stdin?.write(writeWord({ kind: 'dismiss' }));
    await isOver(program, over);
    assert.equal(config(), before);
  });

  it('is what VS Code runs when the extension is uninstalled', async () => {
    const state = join(root, 'state');
    const environment = { XDG_STATE_HOME: state, LOCALAPPDATA: state };
    const extension = join(root, 'extensions', 'codex-relay.codex-relay-0.4.0');
    mkdirSync(join(extension, 'dist'), { recursive: true });
    writeFileSync(join(extension, 'dist', 'caretaker.cjs'), readFileSync(PROGRAM));
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const [node, script = '', ...args] = manifest.scripts['vscode:uninstall']?.split(' ') ?? [];
    assert.equal(node, 'node');
    await rememberInstallation(installationFile(extension, environment), {
      codexHome: orders.codexHome,
      storage: orders.storage,
      tokenHash: hashOf(token),
    });
    const program = start();
    const over = once(program, 'exit');
    program.stdin?.end();
    await untilServed();
    const hook = spawn(
      process.execPath,
      [join(extension, script), '--type=extension-post-uninstall', ...args],
      { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    assert.deepEqual(await once(hook, 'exit'), [0, null]);
    await isOver(program, over);
    assert.equal(config(), USER);
    assert.deepEqual(readdirSync(orders.codexHome), ['config.toml']);
    assert.equal(existsSync(orders.storage), false);
  });
});

function readdirOf(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

describe('the sign that the relay has ended', () => {
  const ask = async (port: number, method: string, path: string) => {
    const call = request({ host: '127.0.0.1', port, method, path }).end('{}');
    const [reply] = await once(call, 'response');
    let text = '';
    for await (const piece of reply) text += piece;
    return [reply.statusCode, text];
  };

  it('says so to whoever asks, and proves to a window that the port is held for it', async () => {
    const sign = await openClosedSign(0, 'token', 0);
    for (const [method, path] of [
      ['POST', '/v1/responses'],
      ['GET', '/v1/models'],
      ['GET', '/relay/status'],
      ['GET', '//'],
      ['POST', '/relay/status?nonce=abcdefabcdefabcdef'],
    ] as const)
      assert.deepEqual(await ask(sign.port, method, path), [400, `${CLOSED}\n`], `${method} ${path}`);
    assert.equal(await probePort(sign.port, 'token'), 'ours');
    assert.equal(await probePort(sign.port, 'another'), 'other-relay');
    await sign.close();
    assert.equal(await probePort(sign.port, 'token'), 'nobody');
  });

  it('keeps Codex waiting for a slow window, and cuts it off for one that is back', async () => {
    const sign = await openClosedSign(0, 'token', 1_000_000);
    const waiting = assert.rejects(ask(sign.port, 'POST', '/v1/responses'), { code: 'ECONNRESET' });
    // Windows are answered meanwhile.
    assert.equal(await probePort(sign.port, 'token'), 'ours');
    await sign.close();
    await waiting;
  });
});
