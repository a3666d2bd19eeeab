/** The window's side: when Codex is set up for the relay, when it is not, and when a caretaker stands by. */
import assert from 'node:assert/strict';
import type { Orders } from '../../../src/extension/caretaker/orders.ts';
import { WhenClosed } from '../../../src/extension/caretaker/when-closed.ts';
import type { ReadyPlan } from '../../../src/extension/relay/controller.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { ordersFor } from './orders-for.ts';

const { plan } = ordersFor('giveBack');
const on = (port: number): ReadyPlan => ({ ...plan, server: { ...plan.server, port } });

function arrange() {
  const world = {
    choice: 'giveBack' as Orders['whenClosed'],
    /** The port of the relay in config.toml, and of the one that was given back. */
    config: undefined as number | undefined,
    memory: undefined as number | undefined,
    events: [] as string[],
    gone: undefined as ((why: string) => void) | undefined,
    fails: false,
  };
  const whenClosed = new WhenClosed({
    orders: async (served) => ({ ...ordersFor(world.choice), plan: served }),
    hire: (onGone) => {
      world.events.push('hire');
      world.gone = onGone;
      return {
        send: (orders) => void world.events.push(`tell ${orders.whenClosed} ${orders.plan.server.port}`),
        dismiss: () => void world.events.push('dismiss'),
      };
    },
    isDefault: async ({ port }) => {
      if (world.fails) throw new Error('config.toml, line 2');
      return world.config === port;
    },
    giveBack: async ({ port }) => {
      if (world.config !== port) return;
      world.events.push('give back');
      [world.config, world.memory] = [undefined, port];
    },
    takeAgain: async ({ port }) => {
      if (world.memory === undefined) return;
      world.events.push('take again');
      [world.config, world.memory] = [port, undefined];
    },
    logger: SILENT_LOGGER,
  });
  return { world, whenClosed };
}

describe('the window that serves', () => {
  it('does nothing if the relay is not the default', async () => {
    const { world, whenClosed } = arrange();
    await whenClosed.follow('starting', undefined);
    await whenClosed.follow('running', plan);
    await whenClosed.leave();
    assert.deepEqual(world.events, []);
  });

  it('hires a caretaker if it is, and tells it only what has changed', async () => {
    const { world, whenClosed } = arrange();
    world.config = 4444;
    await whenClosed.follow('running', plan);
    await whenClosed.follow('running', plan);
    world.choice = 'keepRunning';
    await whenClosed.look();
    assert.deepEqual(world.events, ['hire', 'tell giveBack 4444', 'tell keepRunning 4444']);
  });

  it('first takes again what was given back', async () => {
    const { world, whenClosed } = arrange();
    world.memory = 4444;
    await whenClosed.follow('running', plan);
    assert.deepEqual(world.events, ['take again', 'hire', 'tell giveBack 4444']);
  });

  it('hires when the relay is made the default, and dismisses when it is taken out', async () => {
    const { world, whenClosed } = arrange();
    await whenClosed.follow('running', plan);
    world.config = 4444;
    await whenClosed.look();
    world.config = undefined;
    await whenClosed.look();
    assert.deepEqual(world.events, ['hire', 'tell giveBack 4444', 'dismiss']);
  });

  it('leaves everything to the caretaker when it goes, so that a reload changes nothing', async () => {
    const { world, whenClosed } = arrange();
    world.config = 4444;
    await whenClosed.follow('running', plan);
    world.events.length = 0;
    await whenClosed.leave();
    await whenClosed.follow('stopped', undefined);
    assert.deepEqual(world.events, []);
  });

  it('gives Codex its configuration back itself if the caretaker is gone', async () => {
    const { world, whenClosed } = arrange();
    world.config = 4444;
    await whenClosed.follow('running', plan);
    for (let time = 0; time < 5; time++) {
      world.gone?.('killed');
      await whenClosed.look();
    }
    assert.equal(world.events.filter((event) => event === 'hire').length, 5, 'not for ever');
    await whenClosed.leave();
    assert.equal(world.events.at(-1), 'give back');
  });

  for (const state of ['stopped', 'needs-key', 'error'] as const)
    it(`gives it back when its relay ends, and takes it again (${state})`, async () => {
      const { world, whenClosed } = arrange();
      world.config = 4444;
      await whenClosed.follow('running', plan);
      world.events.length = 0;
      await whenClosed.follow(state, undefined);
      assert.deepEqual(world.events, ['dismiss', 'give back']);
      await whenClosed.follow('starting', undefined);
      await whenClosed.follow('running', plan);
      assert.deepEqual(world.events.slice(2), ['take again', 'hire', 'tell giveBack 4444']);
    });

  it('follows the relay to another port, which is not the default before its files say so', async () => {
    const { world, whenClosed } = arrange();
    world.config = 4444;
    await whenClosed.follow('running', plan);
    await whenClosed.follow('starting', undefined);
    await whenClosed.follow('running', on(5555));
    world.config = 5555;
    await whenClosed.look();
    assert.deepEqual(world.events, ['hire', 'tell giveBack 4444', 'dismiss', 'hire', 'tell giveBack 5555']);
  });

  it('leaves Codex to the window that serves', async () => {
    const { world, whenClosed } = arrange();
    world.config = 4444;
    await whenClosed.follow('running', plan);
    await whenClosed.follow('attached', undefined);
    await whenClosed.follow('error', undefined);
    await whenClosed.leave();
    assert.deepEqual(world.events, ['hire', 'tell giveBack 4444', 'dismiss']);
  });

  it('survives files that cannot be read', async () => {
    const { world, whenClosed } = arrange();
    world.fails = true;
    await whenClosed.follow('running', plan);
    [world.fails, world.config] = [false, 4444];
    await whenClosed.look();
    assert.deepEqual(world.events, ['hire', 'tell giveBack 4444']);
  });
});
