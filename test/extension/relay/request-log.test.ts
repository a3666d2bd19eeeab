import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

  it('brings a request up to date in place', () => {
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

  it('is the same in another window, readable by its owner only', () => {
    const [one, other] = [new RequestLog(file), new RequestLog(file)];
    one.put(report('1'));
    one.save();
    other.reload();
    assert.deepEqual(other.reports, one.reports);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o077, 0);
  });

  it('ends what was running when its relay went away', () => {
    const log = new RequestLog(file);
    log.put(report('1', 'running'));
    log.abandonRunning();
    assert.equal(log.reports[0]?.state, 'cancelled');
  });

  for (const text of ['', 'no json', '{}', '[null, 1, {"id": "x"}]']) {
    it(`starts anew from the file ${JSON.stringify(text)}`, () => {
      writeFileSync(file, text);
      assert.deepEqual(new RequestLog(file).reports, []);
    });
  }
});
