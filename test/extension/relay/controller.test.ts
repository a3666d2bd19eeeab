import assert from 'node:assert/strict';
import type { ChoosableProvider } from '../../../src/extension/choosable-provider.ts';
import {
  type Plan,
  type ReadyPlan,
  RelayController,
  type RelayState,
  type RoutingPlan,
  type ServerPlan,
} from '../../../src/extension/relay/controller.ts';
import type { PortOwner } from '../../../src/extension/relay/port-owner.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';

const PROVIDER: ChoosableProvider = {
  id: 'acme',
  name: 'Acme',
  baseUrl: 'https://acme.example/v1',
  preset: 'openai-compatible',
  needsKey: true,
  custom: true,
};
const SERVER: ServerPlan = {
  port: 4444,
  token: 'token',
  toolDenylist: [],
  webSocket: false,
  heal: true,
  historyDir: undefined,
  historyLimits: DEFAULT_HISTORY_LIMITS,
  isUsageKept: true,
};
const ROUTING: RoutingPlan = {
  upstreams: [{ id: 'acme' }],
  active: 'acme',
  standIns: { fallbacks: {}, roles: {} },
  budgets: [],
};
const READY: ReadyPlan = {
  kind: 'ready',
  provider: PROVIDER,
  routing: ROUTING,
  unusable: [],
  server: SERVER,
};
const IN_USE = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });

/** A controller whose world the test arranges; `events` is what happened to relays, in order. */
function arrange() {
  const world = {
    plan: READY as Plan,
    launch: async (_plan: ReadyPlan) => {},
    owner: 'nobody' as PortOwner,
    holder: undefined as string | undefined,
    /** Whether a process without a window holds the port, and whether it gives it away when it is asked. */
    isHeld: false,
    givesAway: () => false,
    events: [] as string[],
    states: [] as RelayState['kind'][],
    served: [] as RoutingPlan[],
    /** Set while the controller watches the port; the test lets the time come. */
    look: undefined as (() => void) | undefined,
  };
  let live = 0;
  const controller = new RelayController({
    plan: async () => world.plan,
    launch: async (plan) => {
      await world.launch(plan);
      assert.equal(++live, 1, 'two relays at a time');
      world.events.push(`launch ${plan.server.port}`);
      return {
        url: `http://127.0.0.1:${plan.server.port}`,
        serve: async (routing) => void world.served.push(routing),
        catalog: async () => [],
        learnModels: async () => {},
        targets: async () => [],
        resetTargets: async () => {},
        clearHistory: async () => {},
        stop: async () => {
          live--;
          world.events.push('stop');
        },
      };
    },
    probe: async () => world.owner,
    describeHolder: async () => world.holder,
    isHeldForUs: () => world.isHeld,
    askBack: async () => world.isHeld && world.givesAway(),
    later: (_ms, callback) => {
      world.look = callback;
      return () => {
        world.look = undefined;
      };
    },
  });
  controller.on('state', ({ kind }) => void world.states.push(kind));
  return { world, controller };
}

/** The state after everything that is queued. */
const settled = (controller: RelayController) => controller.refresh();

describe('relay controller', () => {
  it('starts and stops', async () => {
    const { world, controller } = arrange();
    assert.deepEqual(await controller.start(), {
      kind: 'running',
      provider: PROVIDER,
      url: 'http://127.0.0.1:4444',
    });
    assert.deepEqual(await controller.stop(), { kind: 'stopped', provider: PROVIDER });
    assert.deepEqual(world.states, ['starting', 'running', 'stopped']);
    assert.equal(controller.served, undefined);
  });

  it('never has two relays, however many ask at once', async () => {
    const { world, controller } = arrange();
    const asked = [
      controller.start(),
      controller.restart(),
      controller.start(),
      controller.stop(),
      controller.start(),
    ];
    await Promise.all(asked);
    assert.equal(controller.state.kind, 'running');
    assert.equal(world.events.filter((event) => event.startsWith('launch')).length, 2);
  });

  it('lets the last wish win', async () => {
    const { world, controller } = arrange();
    await Promise.all([controller.start(), controller.stop()]);
    assert.equal(controller.state.kind, 'stopped');
    assert.deepEqual(world.events, []);
  });

  const switches: [string, RoutingPlan][] = [
    [
      'another provider is chosen',
      { ...ROUTING, active: 'other', upstreams: [{ id: 'acme' }, { id: 'other' }] },
    ],
    ['a provider is added', { ...ROUTING, upstreams: [{ id: 'acme' }, { id: 'other' }] }],
    ['a key is added', { ...ROUTING, upstreams: [{ id: 'acme', moreApiKeys: ['second'] }] }],
    ['a model is chosen', { ...ROUTING, upstreams: [{ id: 'acme', model: 'm' }] }],
    ['a budget is set', { ...ROUTING, budgets: [{ span: 'day', upstream: undefined, usd: 1 }] }],
    ['a stand-in is named', { ...ROUTING, standIns: { fallbacks: { '*': ['acme/m'] }, roles: {} } }],
  ];
  for (const [what, routing] of switches) {
    it(`keeps serving without a restart when ${what}`, async () => {
      const { world, controller } = arrange();
      await controller.start();
      world.plan = { ...READY, routing };
      assert.equal((await controller.refresh()).kind, 'running');
      await controller.refresh();
      assert.deepEqual(world.served, [routing], 'told once');
      assert.deepEqual(world.events, ['launch 4444']);
      assert.equal(controller.plan?.routing, routing);
    });
  }

  const changes: [string, Partial<ServerPlan>][] = [
    ['port', { port: 4445 }],
    ['token', { token: 'another' }],
    ['WebSockets', { webSocket: true }],
    ['healing', { heal: false }],
    ['denied tools', { toolDenylist: ['web_search'] }],
    ['history folder', { historyDir: '/somewhere' }],
    ['the recording of usage', { isUsageKept: false }],
    ['history limits', { historyLimits: { ...DEFAULT_HISTORY_LIMITS, ttlHours: 1 } }],
  ];
  for (const [what, change] of changes) {
    it(`restarts when the ${what} changed`, async () => {
      const { world, controller } = arrange();
      await controller.start();
      world.plan = { ...READY, server: { ...SERVER, ...change } };
      await controller.refresh();
      assert.deepEqual(world.events, ['launch 4444', 'stop', `launch ${change.port ?? 4444}`]);
    });
  }

  it('says what is missing, and starts by itself once it exists', async () => {
    const { world, controller } = arrange();
    world.plan = { kind: 'no-provider' };
    assert.deepEqual(await controller.start(), { kind: 'stopped' });
    world.plan = { kind: 'needs-key', provider: PROVIDER, reason: 'missing', server: SERVER };
    assert.equal((await controller.refresh()).kind, 'needs-key');
    world.plan = READY;
    assert.equal((await controller.refresh()).kind, 'running');
  });

  it('stops serving when the key is taken away', async () => {
    const { world, controller } = arrange();
    await controller.start();
    world.plan = { kind: 'needs-key', provider: PROVIDER, reason: 'other-origin', server: SERVER };
    assert.equal((await controller.refresh()).kind, 'needs-key');
    assert.deepEqual(world.events, ['launch 4444', 'stop']);
  });

  it('does not start by itself what was stopped', async () => {
    const { controller } = arrange();
    await controller.start();
    await controller.stop();
    assert.equal((await controller.refresh()).kind, 'stopped');
  });

  it('shows a failure as a state, and tries again when something changes', async () => {
    const { world, controller } = arrange();
    world.launch = async () => {
      throw new Error('no such preset');
    };
    const state = await controller.start();
    assert.deepEqual(state, {
      kind: 'error',
      provider: PROVIDER,
      problem: { code: 'failed', message: 'no such preset' },
    });
    world.launch = async () => {};
    assert.equal((await controller.refresh()).kind, 'running');
  });

  it('survives an unforeseen failure of a part', async () => {
    const { world, controller } = arrange();
    await controller.start();
    const { plan } = world;
    Object.defineProperty(world, 'plan', {
      get: () => assert.fail('secret storage is locked'),
      configurable: true,
    });
    const state = await controller.refresh();
    assert.equal(
      state.kind === 'error' && state.problem.code === 'failed' && state.problem.message,
      'secret storage is locked',
    );
    Object.defineProperty(world, 'plan', { value: plan });
    assert.equal((await controller.refresh()).kind, 'running');
  });

  it('reports a failed plan even if no provider is known yet', async () => {
    const { world, controller } = arrange();
    Object.defineProperty(world, 'plan', { get: () => assert.fail('secret storage is locked') });
    const told: RelayState[] = [];
    controller.on('state', (state) => told.push(state));
    const problem = { code: 'failed', message: 'secret storage is locked' };
    assert.deepEqual(await controller.start(), { kind: 'error', problem });
    assert.deepEqual(told, [{ kind: 'error', problem }]);
  });

  it('stops the relay even when the plan fails', async () => {
    const { world, controller } = arrange();
    await controller.start();
    Object.defineProperty(world, 'plan', { get: () => assert.fail('secret storage is locked') });
    await controller.stop();
    assert.deepEqual(world.events, ['launch 4444', 'stop']);
    assert.equal(controller.served, undefined);
  });

  it('can stop a relay if a listener failed at its launch', async () => {
    const { world, controller } = arrange();
    controller.once('launched', () => assert.fail('no space left on device'));
    await controller.start();
    await controller.stop();
    assert.deepEqual(world.events, ['launch 4444', 'stop']);
  });

  describe('with the port taken', () => {
    const taken = (owner: PortOwner, holder?: string) => {
      const arranged = arrange();
      arranged.world.launch = async () => {
        throw IN_USE;
      };
      arranged.world.owner = owner;
      arranged.world.holder = holder;
      return arranged;
    };

    it('attaches to the relay of another window', async () => {
      const { controller } = taken('ours');
      assert.deepEqual(await controller.start(), {
        kind: 'attached',
        provider: PROVIDER,
        url: 'http://127.0.0.1:4444',
      });
    });

    it('recognises the port as taken inside another error', async () => {
      const { world, controller } = taken('ours');
      world.launch = async () => {
        throw new Error('could not start', { cause: IN_USE });
      };
      assert.equal((await controller.start()).kind, 'attached');
    });

    it('takes over when the other window is gone', async () => {
      const { world, controller } = taken('ours');
      await controller.start();
      world.owner = 'nobody';
      world.launch = async () => {};
      world.look?.();
      await new Promise(setImmediate);
      assert.equal((await settled(controller)).kind, 'running');
    });

    it('stays attached while the other window answers', async () => {
      const { world, controller } = taken('ours');
      await controller.start();
      const states = world.states.length;
      world.look?.();
      await new Promise(setImmediate);
      assert.equal(world.states.length, states);
      assert.ok(world.look, 'keeps looking');
    });

    it('follows a window that has the key, until it is gone', async () => {
      const { world, controller } = taken('ours');
      world.plan = { kind: 'needs-key', provider: PROVIDER, reason: 'missing', server: SERVER };
      assert.equal((await controller.start()).kind, 'attached');
      world.owner = 'nobody';
      world.look?.();
      await new Promise(setImmediate);
      assert.equal((await settled(controller)).kind, 'needs-key');
    });

    it('stops looking when it is stopped', async () => {
      const { world, controller } = taken('ours');
      await controller.start();
      await controller.stop();
      assert.equal(world.look, undefined);
      assert.equal(controller.state.kind, 'stopped');
    });

    it('names a foreign program, leaves it alone, and starts when it is gone', async () => {
      const { world, controller } = taken('foreign', 'nginx (pid 7)');
      const state = await controller.start();
      assert.deepEqual(state.kind === 'error' && state.problem, {
        code: 'port-in-use',
        port: 4444,
        owner: 'foreign',
        holder: 'nginx (pid 7)',
      });
      world.owner = 'nobody';
      world.launch = async () => {};
      world.look?.();
      await new Promise(setImmediate);
      assert.equal((await settled(controller)).kind, 'running');
    });
  });

  describe('beside a process without a window that holds the port', () => {
    const held = () => {
      const { world, controller } = arrange();
      world.isHeld = true;
      world.owner = 'ours';
      world.launch = async () => {
        if (world.isHeld) throw IN_USE;
      };
      return { world, controller };
    };

    it('takes a port that is given up', async () => {
      const { world, controller } = held();
      world.givesAway = () => {
        world.isHeld = false;
        return true;
      };
      assert.equal((await controller.start()).kind, 'running');
      assert.deepEqual(world.states, ['starting', 'running']);
    });

    it('attaches to one that keeps it, and asks again', async () => {
      const { world, controller } = held();
      assert.equal((await controller.start()).kind, 'attached');
      world.givesAway = () => {
        world.isHeld = false;
        return true;
      };
      world.look?.();
      await settled(controller);
      assert.equal(controller.state.kind, 'running');
    });

    it('says that a key is missing, even if the port is held for it', async () => {
      const { world, controller } = held();
      world.plan = { kind: 'needs-key', provider: PROVIDER, reason: 'missing', server: SERVER };
      assert.equal((await controller.start()).kind, 'needs-key');
    });
  });
});
