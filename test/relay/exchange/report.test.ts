import assert from 'node:assert/strict';
import type { RequestReport } from '../../../src/relay/options.ts';
import { AS_CODEX, startRig } from '../../support/relay-client.ts';
import {
  CUT,
  deltaChunk,
  errorReply,
  type ScriptedReply,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';

const PROMPT = 'SECRET-PROMPT';

describe('the reason of a failed request', () => {
  const FAILURES: readonly (readonly [what: string, reply: ScriptedReply, code: string, words: RegExp])[] = [
    [
      'a full window',
      errorReply(400, 'request (11560 tokens) exceeds the available context size (8192 tokens)'),
      'context_length_exceeded',
      /11560 tokens.*8192 tokens/,
    ],
    ['a refused key', errorReply(401, 'bad key'), 'upstream_unauthorized', /bad key/],
    ['a refused field', errorReply(422, 'no such field'), 'invalid_prompt', /no such field/],
    [
      'an error in the stream',
      streamReply(deltaChunk({ content: 'a' }), { error: { message: 'GPU on fire', code: 500 } }),
      'upstream_error',
      /GPU on fire/,
    ],
    ['a stream that breaks off', { body: [deltaChunk({ content: 'a' }), CUT] }, 'upstream_error', /./],
  ];
  for (const [what, reply, code, words] of FAILURES) {
    for (const headers of [AS_CODEX, {}]) {
      it(`is one warning in the log and in the report, ${'originator' in headers ? 'to Codex' : 'to others'}: ${what}`, async () => {
        const reports: RequestReport[] = [];
        const rig = await startRig(() => reply, { onRequest: (report) => reports.push(report) });
        await (await rig.post({ model: 'm', input: PROMPT, stream: true }, headers)).text();
        const { error } = reports.at(-1) ?? {};
        assert.equal(error?.code, code);
        assert.match(error?.message ?? '', words);
        const warnings = rig.log.filter((line) => line.startsWith('warn '));
        assert.deepEqual(warnings, [`warn openai-compatible m failed: ${code}: ${error?.message}`]);
        assert.ok(!rig.log.join('\n').includes(PROMPT));
        await rig.stop();
      });
    }
  }

  it('is not given if nothing failed', async () => {
    const rig = await startRig([streamReply(textChunks('a'))]);
    await (await rig.post({ model: 'm', input: PROMPT })).text();
    assert.deepEqual(
      rig.log.filter((line) => line.startsWith('warn ')),
      [],
    );
    await rig.stop();
  });
});

describe('what the ledger is told', () => {
  it('is the upstream, who is paid, the thread under another name, tokens written to the cache, and the stated cost', async () => {
    const reports: RequestReport[] = [];
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
      cost: 0.00125,
    };
    const rig = await startRig(() => streamReply(textChunks('a'), { choices: [], usage }), {
      id: 'mine',
      provider: 'vllm',
      onRequest: (report) => reports.push(report),
    });
    await (await rig.post({ model: 'm', input: PROMPT, prompt_cache_key: 'thread-1' }, AS_CODEX)).text();
    await (await rig.post({ model: 'm', input: PROMPT }, { 'thread-id': 'thread-1' })).text();
    await (await rig.post({ model: 'm', input: PROMPT })).text();
    const [first, second, third] = reports.filter(({ state }) => state === 'completed');
    assert.deepEqual([first?.upstream, first?.service, first?.costUsd], ['mine', 'local', 0.00125]);
    assert.deepEqual(first?.usage, {
      inputTokens: 20,
      cachedTokens: 8,
      cacheWriteTokens: 4,
      outputTokens: 5,
      reasoningTokens: 0,
    });
    assert.match(first?.thread ?? '', /^[0-9a-f]{12}$/);
    assert.deepEqual([second?.thread, third?.thread], [first?.thread, undefined]);
    await rig.stop();
  });
});
