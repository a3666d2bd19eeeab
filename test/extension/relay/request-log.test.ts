import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEPT_REQUESTS, RequestLog } from '../../../src/extension/relay/request-log.ts';
import type { RequestReport } from '../../../src/relay/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'codex-relay-requests-'));
const file = join(folder, 'requests.json');

function report(id: string, state: RequestReport['state'] = 'completed'): RequestReport {
  return {
    id,
    state,
    provider: 'acme',
    model: 'm',
    upstreamModel: 'm',
    stream: true,
    startedAt: 0,
    calledTools: [],
  };
}

describe('request log', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('updates a request in place', () => {
    const log = new RequestLog(file);
    log.put(report('1', 'running'));
    log.put(report('2', 'running'));
    log.put(report('1', 'failed'));
    assert.deepEqual(
      log.reports.map(({ id, state }) => [id, state]),
      [
        ['2', 'running'],
        ['1', 'failed'],
      ],
    );
    assert.deepEqual(log.counts, { running: 1, finished: 0, failed: 1 });
  });

  it('keeps the newest', () => {
    const log = new RequestLog(file);
    for (let n = 0; n < KEPT_REQUESTS + 5; n++) log.put(report(`${n}`));
    assert.equal(log.reports.length, KEPT_REQUESTS);
    assert.equal(log.reports[0]?.id, `${KEPT_REQUESTS + 4}`);
  });

  it('is the same in another window, readable by its owner only', async () => {
    const [one, other] = [new RequestLog(file), new RequestLog(file)];
    one.put(report('1'));
    await one.save();
    other.reload();
    assert.deepEqual(other.reports, one.reports);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o077, 0);
  });

  it('ends up in the file in its last state, whatever saves are under way', async () => {
    const log = new RequestLog(file);
    log.clear();
    const saves = ['1', '2', '3'].map((id) => {
      log.put(report(id));
      return log.save();
    });
    await Promise.all(saves);
    assert.deepEqual(new RequestLog(file).reports, log.reports);
    assert.deepEqual(readdirSync(folder), ['requests.json']);
  });

  it('can be saved again after a save that failed', async () => {
    const place = join(folder, 'later');
    const log = new RequestLog(join(place, 'requests.json'));
    log.put(report('1'));
    await assert.rejects(log.save(), { code: 'ENOENT' });
    mkdirSync(place);
    await log.save();
    assert.equal(new RequestLog(join(place, 'requests.json')).reports.length, 1);
    rmSync(place, { recursive: true });
  });

  it('emits each report, and each change', () => {
    const log = new RequestLog(file);
    const told: string[] = [];
    log.on('report', ({ id }) => told.push(`report ${id}`));
    log.on('change', () => told.push(`${log.reports.length}`));
    log.clear();
    log.put(report('1'));
    log.abandonRunning();
    assert.deepEqual(told, ['0', '1', 'report 1', '1']);
  });

  it('emits in another window what became of requests, and nothing twice', async () => {
    const one = new RequestLog(file);
    one.clear();
    one.put(report('1', 'running'));
    await one.save();
    const other = new RequestLog(file);
    const told: string[] = [];
    other.on('report', ({ id, state }) => told.push(`${id} ${state}`));
    one.put(report('1', 'failed'));
    one.put(report('2', 'running'));
    await one.save();
    other.reload();
    other.reload();
    assert.deepEqual(told, ['2 running', '1 failed']);
  });

  it('ends what was running when its relay went away', () => {
    const log = new RequestLog(file);
    log.clear();
    log.put(report('1', 'running'));
    log.abandonRunning();
    assert.equal(log.reports[0]?.state, 'cancelled');
  });

  for (const text of ['', 'no json', '{}', '[null, 1, {"id": "x"}]']) {
    it(`starts empty if the file says ${JSON.stringify(text)}`, () => {
      writeFileSync(file, text);
      assert.deepEqual(new RequestLog(file).reports, []);
    });
  }
});
