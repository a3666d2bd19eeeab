/** An answer that the end of the context window cut: Codex must be told so, or it never makes room. */
import assert from 'node:assert/strict';
import { AS_CODEX, allEvents, startRig } from '../../support/relay-client.ts';
import { deltaChunk, finishChunk, streamReply, usageChunk } from '../../support/scripted-upstream.ts';

/** What the client is told of an answer that ended with "length" after so many tokens, at a server of 32,768. */
async function endOf(
  tokens: [input: number, output: number],
  fields: object = {},
  headers: Record<string, string> = AS_CODEX,
) {
  const reply = streamReply(deltaChunk({ content: 'half' }), finishChunk('length'), usageChunk(...tokens));
  const models = [{ id: 'm', max_model_len: 32_768 }];
  const rig = await startRig(() => reply, { provider: 'vllm' }, models);
  await rig.relay.models();
  const events = await allEvents(
    await rig.post({ model: 'm', input: 'hi', stream: true, ...fields }, headers),
  );
  await rig.stop();
  const last = events.at(-1);
  assert.ok(last?.type === 'response.failed' || last?.type === 'response.incomplete');
  const { error, incomplete_details: details, output } = last.response;
  return { code: error?.code, message: error?.message, reason: details?.reason, items: output.length };
}

describe('the end of the context window inside an answer', () => {
  for (const [what, tokens] of [
    ['reached', [11_502, 21_266]],
    ['reached but for some tokens', [32_000, 700]],
  ] as const) {
    it(`is reported to Codex, and what was said is kept: ${what}`, async () => {
      const { code, message, items } = await endOf([...tokens]);
      assert.equal(code, 'context_length_exceeded');
      assert.match(message ?? '', /end of the context window of m at vLLM \(32768 tokens\)/);
      assert.equal(items, 1);
    });
  }

  const LIMITS: [what: string, ...Parameters<typeof endOf>][] = [
    ['with room left', [11_502, 8_192]],
    ['of a client with a limit of its own', [32_668, 100], { max_output_tokens: 100 }],
    ['of other clients, as OpenAI tells it', [11_502, 21_266], {}, {}],
  ];
  for (const [what, ...request] of LIMITS) {
    it(`is not confused with other ends: ${what}`, async () => {
      const { code, reason } = await endOf(...request);
      assert.deepEqual([code, reason], [undefined, 'max_output_tokens']);
    });
  }
});
