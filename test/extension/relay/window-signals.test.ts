import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Signal, WindowSignals } from '../../../src/extension/relay/window-signals.ts';

describe('window signals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-signals-'));
  after(() => rmSync(folder, { recursive: true }));

  it('reach the other windows, each kind, and not the sender', async () => {
    const wanted: Signal[] = ['keys', 'requests', 'stop', 'keys'];
    const own: Signal[] = [];
    const heard: Signal[] = [];
    const arrived = Promise.withResolvers<void>();
    let next = () => {};
    const sender = new WindowSignals(folder).on('signal', (signal) => own.push(signal));
    const other = new WindowSignals(folder).on('signal', (signal) => {
      heard.push(signal);
      next();
      if (heard.length === wanted.length) arrived.resolve();
    });
    // A file that is nobody's signal changes nothing.
    writeFileSync(join(folder, 'requests.json'), '[]');
    for (const signal of wanted) {
      const received = new Promise<void>((resolve) => {
        next = resolve;
      });
      sender.send(signal);
      await received;
    }
    await arrived.promise;
    sender.dispose();
    other.dispose();
    assert.deepEqual(heard, wanted);
    assert.deepEqual(own, []);
  });

  it('of yesterday are not heard again by a new window', () => {
    const heard: Signal[] = [];
    const first = new WindowSignals(folder);
    first.send('stop');
    const second = new WindowSignals(folder).on('signal', (signal) => heard.push(signal));
    first.dispose();
    second.dispose();
    assert.deepEqual(heard, []);
  });
});
