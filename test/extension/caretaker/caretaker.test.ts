/** What a caretaker does when its window is gone: a world whose time passes as it looks at the port. */
import assert from 'node:assert/strict';
import { Caretaker, type Standing } from '../../../src/extension/caretaker/caretaker.ts';
import type { Orders } from '../../../src/extension/caretaker/orders.ts';
import type { PortOwner } from '../../../src/extension/relay/port-owner.ts';
import type { WhenClosed } from '../../../src/extension/settings.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { ordersFor } from './orders-for.ts';

const IN_USE = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });

function arrange(whenClosed: WhenClosed | undefined, ownerAt: (ms: number) => PortOwner = () => 'nobody') {
  const world = {
    now: 0,
    events: [] as string[],
    serve: () => {},
    showSign: () => {},
    giveBack: () => {},
    isInstalled: true,
    /** Called as time passes. */
    onTime: (_now: number) => {},
  };
  const standing = (name: string): Standing => {
    world.events.push(`${name} at ${world.now}`);
    return { release: async () => void world.events.push(`free ${name} at ${world.now}`) };
  };
  const caretaker = new Caretaker({
    probe: async () => ownerAt(world.now),
    serve: async () => {
      world.serve();
      return standing('relay');
    },
    showSign: async () => {
      world.showSign();
      return standing('sign');
    },
    giveBack: async () => {
      world.giveBack();
      world.events.push('give back');
    },
    isInstalled: () => world.isInstalled,
    pause: async (ms) => {
      world.now += ms;
      world.onTime(world.now);
      await Promise.resolve();
      // No test takes that long.
      assert.ok(world.now < 10_000_000, 'it never ends');
    },
    end: () => void world.events.push('end'),
    logger: SILENT_LOGGER,
  });
  if (whenClosed !== undefined) caretaker.follow(ordersFor(whenClosed));
  return { world, caretaker };
}

/** Without the times. */
const what = (events: readonly string[]) => events.map((event) => event.replace(/ at \d+$/, ''));

describe('a caretaker whose window is gone', () => {
  it('ends if it has nothing to look after', async () => {
    const { world, caretaker } = arrange(undefined);
    await caretaker.windowGone();
    assert.deepEqual(world.events, ['end']);
  });

  for (const whenClosed of ['giveBack', 'keepRunning'] as const) {
    it(`ends when another window has taken over (${whenClosed})`, async () => {
      const { world, caretaker } = arrange(whenClosed, (ms) => (ms < 2_000 ? 'nobody' : 'ours'));
      await caretaker.windowGone();
      assert.deepEqual(world.events, ['end']);
    });

    it(`is not deceived by a relay that is still stopping (${whenClosed})`, async () => {
      const { world, caretaker } = arrange(whenClosed, (ms) => (ms < 3_000 ? 'ours' : 'nobody'));
      world.isInstalled = false;
      await caretaker.windowGone();
      assert.ok(world.events.includes('give back'));
    });

    it(`gives Codex its configuration back if a stranger has the port (${whenClosed})`, async () => {
      const { world, caretaker } = arrange(whenClosed, () => 'foreign');
      world.serve = world.showSign = () => assert.fail(IN_USE);
      await caretaker.windowGone();
      assert.deepEqual(world.events, ['give back', 'end']);
    });

    it(`does not touch the files if a window was faster after all (${whenClosed})`, async () => {
      let isBack = false;
      const { world, caretaker } = arrange(whenClosed, () => (isBack ? 'ours' : 'nobody'));
      world.serve = world.showSign = () => {
        isBack = true;
        throw IN_USE;
      };
      await caretaker.windowGone();
      assert.deepEqual(world.events, ['end']);
    });
  }

  it('waits for a reload, and then gives Codex its configuration back', async () => {
    const { world, caretaker } = arrange('giveBack');
    await caretaker.windowGone();
    assert.deepEqual(what(world.events), ['sign', 'give back', 'free sign', 'end']);
    const [first = '', , last = ''] = world.events;
    const at = (event: string) => Number(/at (\d+)$/.exec(event)?.[1]);
    assert.ok(at(first) >= 15_000, first);
    assert.ok(at(last) - at(first) >= 600_000, last);
  });

  for (const seconds of [3, 8, 13]) {
    it(`changes nothing for a reload of ${seconds} s`, async () => {
      const { world, caretaker } = arrange('giveBack', (ms) => (ms < seconds * 1000 ? 'nobody' : 'ours'));
      await caretaker.windowGone();
      assert.deepEqual(world.events, ['end']);
    });
  }

  it('goes on in the background, and hands the port back', async () => {
    const { world, caretaker } = arrange('keepRunning');
    world.onTime = (now) => {
      if (now > 5_000_000) void caretaker.handBack();
    };
    await caretaker.windowGone();
    assert.deepEqual(what(world.events), ['relay', 'free relay', 'end']);
  });

  it('takes the sign down for a window, but only after the files are written', async () => {
    const { world, caretaker } = arrange('giveBack');
    let handedBack: Promise<void> | undefined;
    world.giveBack = () => {
      handedBack = caretaker.handBack();
    };
    await caretaker.windowGone();
    await handedBack;
    assert.deepEqual(what(world.events), ['sign', 'give back', 'free sign', 'end']);
  });

  it('has nothing to hand back while it waits', async () => {
    const { world, caretaker } = arrange('keepRunning');
    world.isInstalled = false;
    await caretaker.handBack();
    assert.deepEqual(world.events, []);
  });

  it('gives Codex its configuration back if no relay can be started', async () => {
    const { world, caretaker } = arrange('keepRunning');
    world.serve = () => assert.fail('no such module');
    await caretaker.windowGone();
    assert.deepEqual(what(world.events).slice(0, 2), ['sign', 'give back']);
  });

  it('gives it back when it has to end itself', async () => {
    const { world, caretaker } = arrange('keepRunning');
    world.onTime = (now) => {
      if (now > 100_000) void caretaker.terminate();
    };
    await caretaker.windowGone();
    assert.deepEqual(what(world.events), ['relay', 'give back', 'free relay', 'end']);
  });

  it('gives it back when it has to end while its window lives', async () => {
    const { world, caretaker } = arrange('giveBack');
    await caretaker.terminate();
    assert.deepEqual(world.events, ['give back', 'end']);
  });

  it('ends with the extension', async () => {
    const { world, caretaker } = arrange('keepRunning');
    world.onTime = (now) => {
      world.isInstalled = now < 200_000;
    };
    await caretaker.windowGone();
    assert.deepEqual(what(world.events), ['relay', 'give back', 'free relay', 'end']);
  });

  it('goes on if the files of Codex cannot be written', async () => {
    const { world, caretaker } = arrange('giveBack');
    world.giveBack = () => assert.fail('config.toml, line 2');
    await caretaker.windowGone();
    assert.deepEqual(what(world.events), ['sign', 'free sign', 'end']);
  });

  it('follows the latest orders', async () => {
    const { world, caretaker } = arrange('giveBack');
    caretaker.follow(ordersFor('keepRunning'));
    world.onTime = (now) => {
      if (now > 100_000) void caretaker.handBack();
    };
    await caretaker.windowGone();
    assert.deepEqual(what(world.events), ['relay', 'free relay', 'end']);
  });

  it('does nothing once it is dismissed', async () => {
    const { world, caretaker } = arrange('giveBack');
    caretaker.dismiss();
    await caretaker.windowGone();
    await caretaker.terminate();
    assert.ok(
      world.events.every((event) => event === 'end'),
      world.events.join(),
    );
  });
});

it('reads orders from the pipe unchanged, and ignores everything else', async () => {
  const { readWord, writeWord } = await import('../../../src/extension/caretaker/orders.ts');
  const orders: Orders = ordersFor('keepRunning');
  const word = { kind: 'orders', orders } as const;
  assert.equal(JSON.stringify(readWord(writeWord(word))), JSON.stringify(word));
  assert.deepEqual(readWord('{"kind":"dismiss"}\n'), { kind: 'dismiss' });
  const cut = writeWord({ kind: 'orders', orders }).slice(0, -20);
  for (const line of ['', 'dismiss', '{}', '{"kind":"orders"}', '{"kind":"orders","orders":{}}', cut])
    assert.equal(readWord(line), undefined, line);
});
