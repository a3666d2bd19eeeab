import assert from 'node:assert/strict';
import { refusalReport } from '../../../src/extension/relay/refusal-report.ts';

describe('the report of a refused client', () => {
  it('is one entry for each client, however often it is refused', () => {
    const one = refusalReport({ client: 'codex_exec/0.169.0', sentToken: true });
    assert.equal(one.id, refusalReport({ client: 'codex_exec/0.169.0', sentToken: false }).id);
    assert.notEqual(one.id, refusalReport({ client: 'curl/8', sentToken: false }).id);
  });

  it('says what it sent, and what to do', () => {
    const message = (client: string, sentToken: boolean) =>
      refusalReport({ client, sentToken }).error?.message ?? '';
    assert.match(message('codex_exec/0.169.0', true), /codex_exec\/0\.169\.0 sent another token/);
    assert.match(message('', false), /unknown program sent no token/);
    assert.match(message('', false), /Generate the configuration/);
  });
});
