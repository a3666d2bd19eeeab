/** Several windows that start in the same second: one of them serves, the others attach, and one takes over. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { type ReadyPlan, RelayController } from '../../../src/extension/relay/controller.ts';
import { probePort } from '../../../src/extension/relay/port-owner.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';
import { start } from '../../../src/index.ts';
import { freePort } from '../../support/ports.ts';

const TOKEN = 'the-token-of-this-machine';
const WINDOWS = 4;
const ROUNDS = 100;

function planFor(port: number): ReadyPlan {
  return {
    kind: 'ready',
    provider: { id: 'demo', name: 'Demo', baseUrl: 'demo:', preset: 'demo', needsKey: false, custom: false },
    routing: {
      upstreams: [{ id: 'demo', provider: 'demo' }],
      active: 'demo',
      standIns: { fallbacks: {}, roles: {} },
      budgets: [],
    },
    unusable: [],
    server: {
      port,
      token: TOKEN,
      toolDenylist: [],
      webSocket: false,
      heal: true,
      historyDir: undefined,
      historyLimits: DEFAULT_HISTORY_LIMITS,
      isUsageKept: true,
    },
  };
}

/** A window whose look at the port comes when the test wants it. */
function openWindow(port: number) {
  const window = { look: undefined as (() => void) | undefined };
  const controller = new RelayController({
    plan: async () => planFor(port),
    launch: async ({ routing, server }) => {
      const { upstreams, active } = routing;
      const relay = await start({ upstreams, active, port: server.port, token: server.token });
      return {
        url: relay.url,
        serve: async () => {},
        catalog: async () => relay.catalog(),
        learnModels: async () => {},
        targets: async () => [],
        resetTargets: async () => relay.resetTargets(),
        clearHistory: async () => {},
        stop: relay.stop,
      };
    },
    probe: probePort,
    describeHolder: async () => undefined,
    isHeldForUs: () => false,
    askBack: async () => false,
    later: (_ms, callback) => {
      window.look = callback;
      return () => {
        window.look = undefined;
      };
    },
  });
  return { controller, window };
}

describe(`${WINDOWS} windows that start at once, ${ROUNDS} times`, () => {
  it('have one relay among them, before and after its window is closed', async () => {
    const port = await freePort();
    for (let round = 0; round < ROUNDS; round++) {
      const windows = Array.from({ length: WINDOWS }, () => openWindow(port));
      await Promise.all(windows.map(({ controller }) => controller.start()));
      const kinds = () => windows.map(({ controller }) => controller.state.kind).toSorted();
      assert.deepEqual(kinds(), ['attached', 'attached', 'attached', 'running'], `round ${round}`);
      assert.ok(
        windows.every(({ controller: { state } }) => 'url' in state && state.url.endsWith(`:${port}`)),
      );

      const owner = windows.find(({ controller }) => controller.served !== undefined);
      await owner?.controller.stop();
      const others = windows.filter((window) => window !== owner);
      for (const { window } of others) window.look?.();
      // One that looks late finds the port taken already, and enters no other state.
      while (!others.some(({ controller }) => controller.served !== undefined)) await setImmediate();
      // Windows that believed the port to be free learn at the same moment that it is taken.
      await Promise.all(others.map(({ controller }) => controller.refresh()));
      assert.deepEqual(kinds(), ['attached', 'attached', 'running', 'stopped'], `round ${round}, taken over`);
      await Promise.all(others.map(({ controller }) => controller.stop()));
    }
  }).timeout(180_000);
});
