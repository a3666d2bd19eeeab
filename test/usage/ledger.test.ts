import assert from 'node:assert/strict';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { openLedger } from '../../src/usage/ledger.ts';
import { headLine, newFileName } from '../../src/usage/ledger-files.ts';
import { LedgerReader } from '../../src/usage/ledger-reader.ts';
import { encodeRecord, STATES, type UsageRecord } from '../../src/usage/record.ts';
import { readAll, recordWith, temporaryFolder } from './support.ts';

describe('the ledger', () => {
  it('returns what was put, in order, from several owners and after a restart', async () => {
    await using folder = await temporaryFolder();
    const records = Array.from({ length: 30 }, (_, at) => recordWith({ time: at, thread: undefined }));
    const ledgers = [0, 1, 2].map(() => openLedger({ folder: join(folder.path, 'new') }));
    records.forEach((record, at) => {
      ledgers[at % 3]?.put(record);
    });
    await Promise.all(ledgers.map((ledger) => ledger.flush()));
    const later = openLedger({ folder: join(folder.path, 'new') });
    later.put(recordWith({ time: 30, thread: undefined }));
    await later.flush();
    const found = await readAll(join(folder.path, 'new'));
    assert.deepEqual(
      found.toSorted((left, right) => left.time - right.time),
      [...records, recordWith({ time: 30, thread: undefined })],
    );
    assert.equal((await readdir(join(folder.path, 'new'))).length, 4);
  });

  it('is readable by its user only, and says in its first line what the columns are', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    ledger.put(recordWith({ repairs: ['effort'] }));
    await ledger.flush();
    const [name = ''] = await readdir(folder.path);
    if (process.platform !== 'win32') assert.equal((await stat(join(folder.path, name))).mode & 0o777, 0o600);
    const [head = '', line = ''] = (await readFile(join(folder.path, name), 'utf8')).split('\n');
    const { columns, format } = JSON.parse(head) as { columns: string[]; format: string };
    assert.equal(format, 'codex-relay-usage');
    assert.equal((JSON.parse(line) as unknown[]).length, columns.length);
    assert.ok(ledger.owns(name));
  });

  it('stays within its size by removing the oldest file, never its own', async () => {
    await using folder = await temporaryFolder();
    const limits = { maxBytes: 20_000, maxFileBytes: 2_000 };
    for (let run = 0; run < 3; run++) {
      const ledger = openLedger({ folder: folder.path, ...limits });
      for (let at = 0; at < 200; at++) {
        ledger.put(recordWith({ time: run * 1000 + at }));
        if (at % 5 === 0) await ledger.flush();
      }
      await ledger.flush();
    }
    const names = await readdir(folder.path);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder.path, name))).size));
    assert.ok(sizes.reduce((sum, size) => sum + size) <= limits.maxBytes);
    const times = (await readAll(folder.path)).map(({ time }) => time);
    assert.deepEqual(
      times,
      Array.from({ length: times.length }, (_, at) => 2200 - times.length + at),
    );
    assert.ok(times.length > 50);
  });

  it('removes what it can if the oldest file cannot be removed, and says why', async () => {
    await using folder = await temporaryFolder();
    const names = ['20200101', '20210101'].map((day) => `usage-${day}T000000000Z-1-00000000.jsonl`);
    const [stuck = '', loose = ''] = names;
    // What another program has open cannot be removed on Windows; elsewhere a folder cannot.
    await mkdir(join(folder.path, stuck));
    await writeFile(join(folder.path, loose), 'x'.repeat(2000));
    const warnings: string[] = [];
    const quiet = () => {};
    const logger = { debug: quiet, info: quiet, error: quiet, warn: (text: string) => warnings.push(text) };
    const ledger = openLedger({ folder: folder.path, logger, maxBytes: 1000 });
    ledger.put(recordWith());
    await ledger.flush();
    const left = await readdir(folder.path);
    assert.ok(left.includes(stuck) && !left.includes(loose), left.join());
    assert.equal(left.length, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', new RegExp(`ledger.*${stuck}`));
    assert.doesNotMatch(warnings.join(), /recorded/);
  });

  it('goes on after a flush that had nothing to write', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    for (const time of [1, 2]) {
      await ledger.flush();
      ledger.put(recordWith({ time }));
      await ledger.flush();
    }
    assert.deepEqual(
      (await readAll(folder.path)).map(({ time }) => time),
      [1, 2],
    );
  });

  it('writes without a flush, even after everything was written', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    for (const time of [1, 2]) {
      ledger.put(recordWith({ time }));
      while ((await readAll(folder.path)).length < time) await setImmediate();
      await ledger.flush();
    }
  });

  it('begins a new file if another relay removed its own', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    ledger.put(recordWith({ time: 1 }));
    await ledger.flush();
    for (const name of await readdir(folder.path)) await rm(join(folder.path, name));
    ledger.put(recordWith({ time: 2 }));
    await ledger.flush();
    assert.deepEqual(
      (await readAll(folder.path)).map(({ time }) => time),
      [2],
    );
  });

  it('keeps what cannot be written, with one warning, and writes it later', async () => {
    await using folder = await temporaryFolder();
    const blocked = join(folder.path, 'usage');
    await writeFile(blocked, 'a file where the folder should be');
    const warnings: string[] = [];
    const quiet = () => {};
    const logger = { debug: quiet, info: quiet, error: quiet, warn: (text: string) => warnings.push(text) };
    const ledger = openLedger({ folder: blocked, logger });
    for (const time of [1, 2]) {
      ledger.put(recordWith({ time }));
      await ledger.flush();
    }
    assert.equal(warnings.length, 1);
    await rm(blocked);
    ledger.put(recordWith({ time: 3 }));
    await ledger.flush();
    assert.deepEqual(
      (await readAll(blocked)).map(({ time }) => time),
      [1, 2, 3],
    );
  });

  it('never joins a record to half a line that could not be removed', async () => {
    await using folder = await temporaryFolder();
    const ledger = openLedger({ folder: folder.path });
    ledger.put(recordWith({ time: 1 }));
    await ledger.flush();
    const [name = ''] = await readdir(folder.path);
    await appendFile(join(folder.path, name), '[2,"deep');
    ledger.put(recordWith({ time: 3 }));
    await ledger.flush();
    assert.deepEqual(
      (await readAll(folder.path)).map(({ time }) => time),
      [1, 3],
    );
  });

  it('is empty without a folder, and skips other files', async () => {
    await using folder = await temporaryFolder();
    assert.deepEqual(await readAll(join(folder.path, 'nowhere')), []);
    await writeFile(join(folder.path, 'notes.jsonl'), encodeRecord(recordWith()));
    assert.deepEqual(await readAll(folder.path), []);
  });
});

const record: fc.Arbitrary<UsageRecord> = fc
  .record({
    time: fc.nat(2e12),
    upstream: fc.string(),
    service: fc.option(fc.constantFrom('deepseek', 'plan'), { nil: undefined }),
    model: fc.string({ unit: 'grapheme' }),
    state: fc.constantFrom(...STATES),
    statedUsd: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
    firstTokenMs: fc.option(fc.nat(), { nil: undefined }),
    hasTokens: fc.boolean(),
  })
  .map(({ hasTokens, ...parts }) => {
    const whole = recordWith(parts);
    // Minus zero is zero in JSON.
    return {
      ...whole,
      statedUsd: whole.statedUsd && whole.statedUsd + 0,
      ...(hasTokens ? {} : { tokens: undefined }),
    };
  });

describe('a torn ledger file', () => {
  it('gives every whole line and nothing else, wherever it was cut and whatever follows', async () => {
    await using folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.array(record, { maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (first, second, share) => {
          const whole = Buffer.from(headLine('x') + first.map(encodeRecord).join(''));
          const cut = whole.subarray(0, Math.floor(share * whole.length));
          const kept = first.filter((_, at) => {
            const upTo = Buffer.byteLength(
              headLine('x') +
                first
                  .slice(0, at + 1)
                  .map(encodeRecord)
                  .join(''),
            );
            // The line's end may be missing: then it becomes whole by the end that is put before the next one.
            return upTo <= cut.length || (second.length > 0 && upTo - 1 === cut.length);
          });
          const path = join(folder.path, newFileName(0));
          const rest = second.map(encodeRecord).join('');
          await writeFile(path, Buffer.concat([cut, Buffer.from(rest === '' ? '' : `\n${rest}`)]));
          assert.deepEqual(await readAll(folder.path), [...kept, ...second]);
          await rm(path);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never makes one record of two pieces', async () => {
    await using folder = await temporaryFolder();
    const line = encodeRecord(recordWith()).trimEnd();
    const comma = line.indexOf(',');
    const pieces = `${line.slice(0, comma)}\n${line.slice(comma + 1)}\n`;
    await writeFile(join(folder.path, newFileName(0)), pieces + encodeRecord(recordWith({ time: 7 })));
    assert.deepEqual(await readAll(folder.path), [recordWith({ time: 7 })]);
  });

  it('is continued where reading stopped, even in the middle of a line', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, newFileName(0));
    const reader = new LedgerReader(folder.path);
    const next = async () => (await Array.fromAsync(reader.read())).flat().map(({ time }) => time);
    const [one, two] = [encodeRecord(recordWith({ time: 1 })), encodeRecord(recordWith({ time: 2 }))];
    await writeFile(path, headLine('x') + one + two.slice(0, 10));
    assert.deepEqual(await next(), [1]);
    assert.deepEqual(await next(), []);
    await appendFile(path, two.slice(10));
    assert.deepEqual(await next(), [2]);
  });

  it('is counted whole where it was removed and begun anew, whatever its size', async () => {
    for (const after of [[3], [3, 4], [3, 4, 5]]) {
      await using folder = await temporaryFolder();
      const path = join(folder.path, newFileName(0));
      const reader = new LedgerReader(folder.path);
      const next = async () => (await Array.fromAsync(reader.read())).flat().map(({ time }) => time);
      const text = (times: number[]) =>
        headLine('x') + times.map((time) => encodeRecord(recordWith({ time }))).join('');
      await writeFile(path, text([1, 2]));
      assert.deepEqual(await next(), [1, 2]);
      await rm(path);
      assert.deepEqual(await next(), []);
      await writeFile(path, text(after));
      await utimes(path, new Date(), new Date(Date.now() + 5_000));
      assert.deepEqual(await next(), after);
      assert.deepEqual(await next(), []);
      // The owner takes back what a full disk took in part, and writes it again.
      await truncate(path, headLine('x').length + 10);
      assert.deepEqual(await next(), []);
      await writeFile(path, text([...after, 6]));
      assert.deepEqual(await next(), [6]);
    }
  });

  it('is counted whole where it was begun anew after only a part of its first record was seen', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, newFileName(0));
    const reader = new LedgerReader(folder.path);
    const next = async () => (await Array.fromAsync(reader.read())).flat().map(({ time }) => time);
    const lines = [1, 2].map((time) => encodeRecord(recordWith({ time })));
    await writeFile(path, headLine('x') + (lines[0] ?? '').slice(0, 9));
    assert.deepEqual(await next(), []);
    await writeFile(path, headLine('x') + lines[0]);
    assert.deepEqual(await next(), [1]);
    await rm(path);
    await writeFile(path, headLine('x') + lines[1]);
    await utimes(path, new Date(), new Date(Date.now() + 5_000));
    assert.deepEqual(await next(), [2]);
  });

  it('is left alone where a newer release wrote it, which is said once', async () => {
    await using folder = await temporaryFolder();
    const newer = headLine('x').replace('"version":1', '"version":2');
    assert.notEqual(newer, headLine('x'));
    const path = join(folder.path, newFileName(0));
    await writeFile(path, newer + encodeRecord(recordWith({ time: 1 })));
    await writeFile(join(folder.path, newFileName(1)), headLine('x') + encodeRecord(recordWith({ time: 2 })));
    const warnings: string[] = [];
    const reader = new LedgerReader(folder.path, { warn: (text) => warnings.push(text) });
    const next = async () => (await Array.fromAsync(reader.read())).flat().map(({ time }) => time);
    assert.deepEqual(await next(), [2]);
    await appendFile(path, encodeRecord(recordWith({ time: 3 })));
    assert.deepEqual(await next(), []);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /newer Codex Relay recorded is not counted \(usage-.*update/);
  });

  it('may contain a line longer than one piece that is read', async () => {
    await using folder = await temporaryFolder();
    const long = recordWith({ model: 'ü'.repeat(400_000) });
    await writeFile(
      join(folder.path, newFileName(0)),
      [recordWith(), long, recordWith({ time: 3 })].map(encodeRecord).join(''),
    );
    assert.deepEqual(await readAll(folder.path), [recordWith(), long, recordWith({ time: 3 })]);
  });

  it('reports a file that cannot be read instead of skipping it', async () => {
    await using folder = await temporaryFolder();
    const name = newFileName(1);
    await symlink(name, join(folder.path, name));
    await assert.rejects(readAll(folder.path), { code: 'ELOOP' });
  });
});
