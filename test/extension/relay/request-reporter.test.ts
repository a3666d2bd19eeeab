import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestLog } from '../../../src/extension/relay/request-log.ts';
import { RequestReporter } from '../../../src/extension/relay/request-reporter.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import type { RequestReport } from '../../../src/relay/options.ts';

const REPORT: RequestReport = {
  id: '1',
  state: 'completed',
  provider: 'acme',
  model: 'm',
  upstreamModel: 'm',
  stream: true,
  startedAt: 0,
  calledTools: [],
};

describe('request reporter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-reporter-'));
  after(() => rmSync(folder, { recursive: true }));

  const arrange = (file: string) => {
    const requests = new RequestLog(file);
    const sent: string[] = [];
    const warnings: string[] = [];
    const logger = { ...SILENT_LOGGER, warn: (line: string) => void warnings.push(line) };
    const reporter = new RequestReporter(
      requests,
      { send: async (signal) => void sent.push(signal) },
      logger,
    );
    return { reporter, sent, warnings };
  };

  it('saves, then signals the other windows, once for everything that waits', async () => {
    const file = join(folder, 'requests.json');
    const { reporter, sent } = arrange(file);
    reporter.put({ ...REPORT, state: 'running' });
    reporter.put(REPORT);
    assert.deepEqual(sent, [], 'nothing is written while a request is served');
    await reporter.flush();
    await reporter.flush();
    assert.deepEqual(sent, ['requests']);
    assert.deepEqual(new RequestLog(file).reports, [REPORT]);
  });

  it('says in the log that the list cannot be saved', async () => {
    const { reporter, sent, warnings } = arrange(join(folder, 'none', 'requests.json'));
    reporter.put(REPORT);
    await reporter.flush();
    assert.deepEqual(sent, []);
    assert.match(warnings.join(), /list of requests could not be saved: ENOENT/);
  });
});
