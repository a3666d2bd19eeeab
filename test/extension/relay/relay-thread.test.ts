import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ReadyPlan } from '../../../src/extension/relay/controller.ts';
import { RelayLauncher } from '../../../src/extension/relay/launcher.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import type { UpstreamTransport } from '../../../src/relay/transport.ts';
import { launcherParts } from './thread-support.ts';

const PLAN: ReadyPlan = {
  kind: 'ready',
  provider: { id: 'a', name: 'A', baseUrl: '', preset: '', needsKey: true, custom: true },
  routing: {
    upstreams: [{ id: 'a', provider: 'openai-compatible', upstream: 'http://127.0.0.1:9/v1' }],
    active: 'a',
    standIns: { fallbacks: {}, roles: {} },
    budgets: [],
  },
  unusable: [],
  server: {
    port: 0,
    token: 't',
    toolDenylist: [],
    webSocket: false,
    heal: true,
    historyDir: undefined,
    historyLimits: DEFAULT_HISTORY_LIMITS,
    isUsageKept: true,
  },
};

describe("the relay's thread", () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codex-relay-thread-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A thread that misbehaves. */
  function program(name: string, text: string): string {
    const path = join(folder, `${name}.cjs`);
    writeFileSync(path, text);
    return path;
  }

  const listener = (onDeath: (error: Error) => void) => ({
    onRequest: () => {},
    onModels: () => {},
    onBudget: () => {},
    onDeath,
  });
  const noDeath = listener((error) => assert.fail(error));

  it('passes on the system’s error code if a relay cannot start', async () => {
    const launcher = new RelayLauncher(launcherParts(folder));
    const relay = await launcher.launch(PLAN, noDeath);
    const server = { ...PLAN.server, port: Number(new URL(relay.url).port) };
    await assert.rejects(launcher.launch({ ...PLAN, server }, noDeath), { code: 'EADDRINUSE' });
    await relay.stop();
  });

  it('refuses a plan that cannot be used, and keeps the one before', async () => {
    const relay = await new RelayLauncher(launcherParts(folder)).launch(PLAN, noDeath);
    const upstreams = [{ id: 'a', provider: 'nobody' }];
    await assert.rejects(relay.serve({ ...PLAN.routing, upstreams }), {
      code: 'invalid_request',
      message: /"nobody" is unknown/,
    });
    assert.deepEqual(
      (await relay.catalog()).map(({ id }) => id),
      ['a'],
    );
    await relay.stop();
  });

  it('that dies while starting fails the start with its own error', async () => {
    const broken = program('broken', 'throw new Error("no memory");');
    const launcher = new RelayLauncher({ ...launcherParts(folder), program: broken });
    // One that nobody handles would end the caretaker, which has Codex's configuration to give back.
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    await assert.rejects(launcher.launch(PLAN, noDeath), /no memory/);
    await setImmediate();
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });

  it('that dies later is reported once, and keeps nobody waiting', async () => {
    const mortal = program(
      'mortal',
      `const { parentPort } = require('node:worker_threads');
      parentPort.on('message', ({ i, m }) => {
        if (m === 'targets') process.exit(3);
        parentPort.postMessage({ t: 's', i, r: 'http://127.0.0.1:1' });
      });`,
    );
    const deaths: Error[] = [];
    const launcher = new RelayLauncher({ ...launcherParts(folder), program: mortal });
    const relay = await launcher.launch(
      PLAN,
      listener((error) => void deaths.push(error)),
    );
    await assert.rejects(relay.targets(), /The relay's thread ended \(exit code 3\)/);
    assert.equal(deaths.length, 1);
    await relay.stop();
  });

  it('ends the host’s requests for it when it dies', async () => {
    const asking = program(
      'asking',
      `const { parentPort } = require('node:worker_threads');
      parentPort.on('message', ({ i, m, t }) => {
        if (t === 's') process.exit(3);
        if (m !== 'launch') return;
        parentPort.postMessage({ t: 's', i, r: 'http://127.0.0.1:1' });
        parentPort.postMessage({ t: 'q', i: 'a', m: 'call', a: [1, { method: 'GET', url: 'vscode:', headers: {} }] });
      });`,
    );
    const signals: AbortSignal[] = [];
    const transport: UpstreamTransport = async ({ signal }) => {
      signals.push(signal);
      return { status: 200, headers: {}, body: new ReadableStream<Uint8Array>() };
    };
    const launcher = new RelayLauncher({ ...launcherParts(folder), program: asking, transport });
    await new Promise<void>((resolve, reject) => {
      launcher
        .launch(
          PLAN,
          listener(() => resolve()),
        )
        .catch(reject);
    });
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
    );
  });

  it('ends even if its relay cannot stop properly, and the window stops, too', async () => {
    const stubborn = program(
      'stubborn',
      `const { parentPort } = require('node:worker_threads');
      parentPort.on('message', ({ i, m }) => {
        if (m === 'stop') parentPort.postMessage({ t: 's', i, e: { message: 'the disk is full' } });
        else if (m === 'drain') process.exit(3);
        else parentPort.postMessage({ t: 's', i, r: 'http://127.0.0.1:1' });
      });
      `,
    );
    for (const end of ['stop', 'drain'] as const) {
      const warnings: string[] = [];
      const logger = { ...SILENT_LOGGER, warn: (message: string) => void warnings.push(message) };
      const launcher = new RelayLauncher({ ...launcherParts(folder), program: stubborn, logger });
      const relay = await launcher.launch(PLAN, noDeath);
      await relay[end]();
      assert.match(warnings.join(), /^The relay did not end properly: /);
      await assert.rejects(relay.targets(), /rpc is closed/);
    }
  });

  it('ends with its relay', async () => {
    const relay = await new RelayLauncher(launcherParts(folder)).launch(PLAN, noDeath);
    await relay.stop();
    await assert.rejects(fetch(relay.url));
  });
});
