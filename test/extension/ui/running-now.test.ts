import assert from 'node:assert/strict';
import { runningNow } from '../../../src/extension/ui/running-now.ts';
import type { RequestReport } from '../../../src/relay/options.ts';

const report = (parts: Partial<RequestReport>): RequestReport => ({
  id: 'resp_1',
  state: 'completed',
  provider: 'deepseek',
  model: 'm',
  upstreamModel: 'm',
  stream: true,
  startedAt: 1,
  calledTools: [],
  ...parts,
});
const usage = {
  inputTokens: 1000,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 50,
  reasoningTokens: 0,
};

describe('what runs now', () => {
  it('sends at least what the last request of its conversation sent and received', () => {
    const reports = [
      report({ state: 'running', thread: 'a', upstreamModel: 'x' }),
      report({ state: 'failed', thread: 'a' }),
      report({ thread: 'b', usage: { ...usage, inputTokens: 9 } }),
      report({ thread: 'a', usage }),
      report({ thread: 'a', usage: { ...usage, inputTokens: 5 } }),
    ];
    assert.deepEqual(runningNow(reports), [{ model: 'x', leastInput: 1050 }]);
  });

  it('is unknown for the first request of a conversation, and for one that names none', () => {
    const reports = [
      report({ state: 'running', thread: 'c' }),
      report({ state: 'running' }),
      report({ usage }),
      report({ thread: 'a', usage }),
    ];
    assert.deepEqual(
      runningNow(reports).map(({ leastInput }) => leastInput),
      [undefined, undefined],
    );
    assert.deepEqual(runningNow([]), []);
  });
});
