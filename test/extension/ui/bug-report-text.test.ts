import assert from 'node:assert/strict';
import { bugReport } from '../../../src/extension/ui/bug-report-text.ts';
import type { RequestReport } from '../../../src/relay/options.ts';

const VERSIONS = { extension: '1.2.3', vscode: '1.139.0', system: 'linux x64' };
const report = (message: string): RequestReport => ({
  id: 'resp_1',
  state: 'failed',
  provider: 'Secret Corp Gateway',
  model: 'codex-relay',
  upstreamModel: 'corp/internal-llm',
  stream: true,
  startedAt: 1,
  durationMs: 1200,
  calledTools: ['private_tool'],
  thread: 'thread-1',
  error: { code: 'invalid_prompt', message },
});

describe('bug report', () => {
  const PRIVATE: readonly [string, string][] = [
    ['Secret Corp Gateway refused it.', 'Secret Corp'],
    ['No model corp/internal-llm here.', 'internal-llm'],
    ['Incorrect key sk-proj-A1b2C3d4E5f6G7h8I9j0.', 'A1b2C3d4'],
    ['POST https://gateway.corp.example:8443/v1?sig=abc failed', 'corp.example'],
    ['Cannot read /home/jane/project/main.ts', 'jane'],
    ['Invalid content: "please summarise the merger with Foo Inc"', 'merger'],
    ['getaddrinfo failed for gateway.corp.example:443', 'corp.example'],
  ];
  for (const [message, secret] of PRIVATE) {
    it(`leaves out what is private: ${message}`, () => {
      const text = bugReport(report(message), VERSIONS, false);
      for (const word of [secret, 'private_tool', 'thread-1']) assert.ok(!text.includes(word), text);
    });
  }

  it('tells versions, codes and counts', () => {
    const text = bugReport(report("Unknown field 'foo' | bar"), VERSIONS, false);
    for (const fact of ['1.2.3', '1.139.0', 'linux x64', 'invalid_prompt', '1200 ms', "'foo'"])
      assert.ok(text.includes(fact), fact);
    assert.match(text, /^\| Message \| Unknown field 'foo' \\\| bar \|$/m);
  });
});
