import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { type Signal, WindowSignals } from '../../../src/extension/relay/window-signals.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';

describe('window signals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-signals-'));
  after(() => rmSync(folder, { recursive: true }));

  it('reach the other windows, each kind, and not the sender', async () => {
    const wanted: Signal[] = ['keys', 'requests', 'stop', 'keys'];
    const own: Signal[] = [];
    const heard: Signal[] = [];
    const arrived = Promise.withResolvers<void>();
    let next = () => {};
    const sender = new WindowSignals(folder, SILENT_LOGGER).on('signal', (signal) => own.push(signal));
    const other = new WindowSignals(folder, SILENT_LOGGER).on('signal', (signal) => {
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
      await sender.send(signal);
      await received;
    }
    await arrived.promise;
    sender.dispose();
    other.dispose();
    assert.deepEqual(heard, wanted);
    assert.deepEqual(own, []);
  });

  it('of earlier windows are not received by a new one', async () => {
    const heard: Signal[] = [];
    const first = new WindowSignals(folder, SILENT_LOGGER);
    await first.send('stop');
    const second = new WindowSignals(folder, SILENT_LOGGER).on('signal', (signal) => heard.push(signal));
    first.dispose();
    second.dispose();
    assert.deepEqual(heard, []);
  });

  describe('where the system does not help', () => {
    const warnings: string[] = [];
    const logger = { ...SILENT_LOGGER, warn: (line: string) => void warnings.push(line) };
    beforeEach(() => {
      warnings.length = 0;
      mock.timers.enable({ apis: ['setInterval'] });
    });
    afterEach(() => {
      mock.reset();
      syncBuiltinESMExports();
    });

    const watchWith = (implementation: () => unknown) => {
      mock.method(fs, 'watch', implementation);
      syncBuiltinESMExports();
    };
    const isHeardBy = async (window: WindowSignals) => {
      const heard: Signal[] = [];
      window.on('signal', (signal) => heard.push(signal));
      const sender = new WindowSignals(folder, SILENT_LOGGER);
      await sender.send('start');
      mock.timers.tick(2000);
      sender.dispose();
      window.dispose();
      await sender.send('stop');
      mock.timers.tick(2000);
      assert.deepEqual(heard, ['start']);
      assert.equal(warnings.length, 1);
    };

    for (const code of ['ENOSPC', 'EMFILE', 'EPERM']) {
      it(`are looked for when watching fails at once (${code})`, async () => {
        watchWith(() => {
          throw Object.assign(new Error(`${code}: watch`), { code });
        });
        const window = new WindowSignals(folder, logger);
        assert.match(warnings.join(), new RegExp(code));
        await isHeardBy(window);
      });
    }

    it('are looked for when watching fails later, with one warning', async () => {
      const watcher = Object.assign(new EventEmitter(), { close: () => {} });
      watchWith(() => watcher);
      const window = new WindowSignals(folder, logger);
      watcher.emit('error', new Error('EPERM: watch'));
      watcher.emit('error', new Error('EPERM: watch'));
      await isHeardBy(window);
    });

    it('cannot be sent without a folder, which stops nobody', async () => {
      const file = join(folder, 'requests.json');
      writeFileSync(file, '[]');
      const window = new WindowSignals(join(file, 'below'), logger);
      await window.send('owner-came');
      window.dispose();
      assert.match(warnings[1] ?? '', /owner-came.*ENOTDIR/);
    });

    it('cannot be sent once the folder is gone, which stops nobody', async () => {
      const gone = mkdtempSync(join(tmpdir(), 'codex-relay-signals-gone-'));
      const window = new WindowSignals(gone, logger);
      rmSync(gone, { recursive: true });
      await window.send('owner-came');
      window.dispose();
      assert.match(warnings.at(-1) ?? '', /owner-came.*ENOENT/);
    });
  });
});
