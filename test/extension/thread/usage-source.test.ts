import assert from 'node:assert/strict';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageSource } from '../../../src/extension/thread/usage-source.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { openLedger } from '../../../src/usage/ledger.ts';
import { newFileName } from '../../../src/usage/ledger-files.ts';
import { recordWith, temporaryFolder } from '../../usage/support.ts';

const MODEL = { upstream: 'corp', service: undefined, model: 'm' };

describe('the usage that a window shows', () => {
  const before = process.env['CODEX_HOME'];
  afterEach(() => {
    if (before === undefined) delete process.env['CODEX_HOME'];
    else process.env['CODEX_HOME'] = before;
  });

  it('counts each record once, however often it is read', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    const source = new UsageSource(folder.path, 1, SILENT_LOGGER);
    const count = async () => (await source.read(false)).spans.get(1)?.requests;
    assert.equal(await count(), 0);
    for (const expected of [1, 2, 3]) {
      ledger.put(recordWith({ time: Date.now() }));
      await ledger.flush();
      assert.deepEqual(await Promise.all([count(), count()]), [expected, expected]);
    }
  });

  it('applies new prices when it is read anew, and ignores those that it cannot read', async () => {
    await using folder = await temporaryFolder();
    const home = join(folder.path, 'codex');
    await mkdir(home);
    process.env['CODEX_HOME'] = home;
    const ledger = openLedger({ folder: join(folder.path, 'usage') });
    ledger.put(recordWith({ ...MODEL, time: Date.now() }));
    await ledger.flush();
    const errors: string[] = [];
    const logger = { ...SILENT_LOGGER, error: (line: string) => errors.push(line) };
    const source = new UsageSource(join(folder.path, 'usage'), 1, logger);
    const cost = async (isFresh: boolean) => {
      const { costUsd = 0, unpriced = 0 } = (await source.read(isFresh)).spans.get(1) ?? {};
      return [Number(costUsd.toFixed(6)), unpriced];
    };
    assert.deepEqual(await cost(false), [0, 1]);
    const file = join(home, 'codex-relay.prices.json');
    await writeFile(file, '{"m":{"input":1000,"output":0}}');
    assert.deepEqual(await cost(false), [0, 1]);
    assert.deepEqual(await cost(true), [1, 0]);
    await writeFile(file, '{');
    assert.deepEqual(await cost(true), [0, 1]);
    assert.match(errors.join(), /^codex-relay\.prices\.json: is not JSON\. Its prices are left out\.$/);
  });

  it('says that a file cannot be read, and reads all of them once it can', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    ledger.put(recordWith({ time: Date.now() }));
    await ledger.flush();
    const source = new UsageSource(folder.path, 1, SILENT_LOGGER);
    const name = newFileName(Date.now() + 1000);
    await symlink(name, join(folder.path, name));
    await assert.rejects(source.read(false), { code: 'ELOOP' });
    await rm(join(folder.path, name));
    assert.equal((await source.read(false)).spans.get(1)?.requests, 1);
  });
});
