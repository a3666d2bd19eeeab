/** What eight requests find out about strictly scripted endpoints is what their families declare. */
import assert from 'node:assert/strict';
import { parseNativeEntries } from '../../../src/codex/native-file.ts';
import { probeResponses } from '../../../src/index.ts';
import type { NativeFindings, Probed } from '../../../src/relay/upstream/native-probe.ts';
import { NATIVE_FAMILIES } from '../../providers/native-strict/families.ts';
import { callLike, strictScript, thinking } from '../../providers/native-strict/rules.ts';
import {
  call,
  type NativeBody,
  nativeEvents,
  type Said,
  sse,
  startNativeUpstream,
  text,
} from '../../support/native-upstream.ts';
import { errorReply, jsonReply, type ScriptedReply } from '../../support/scripted-upstream.ts';

async function probe(
  reply: (request: { body: NativeBody }) => ScriptedReply,
): Promise<[Probed[], NativeFindings, number]> {
  const upstream = await startNativeUpstream((request) => reply(request), ['m']);
  try {
    const probes = probeResponses({ upstream: upstream.url, apiKey: 'sk-secret', model: 'm' });
    const probed: Probed[] = [];
    for (;;) {
      const step = await probes.next();
      if (step.done) return [probed, step.value, upstream.responses.length];
      probed.push(step.value);
    }
  } finally {
    await upstream.stop();
  }
}

/** The probes do not stream. */
function whole(reply: ScriptedReply, said: readonly Said[]): ScriptedReply {
  if (reply.status !== undefined) return reply;
  const last = nativeEvents(...said).at(-1);
  return jsonReply(last?.['response']);
}

describe('the probe of a Responses endpoint', () => {
  for (const family of NATIVE_FAMILIES) {
    it(`finds out what ${family.preset} takes`, async () => {
      const [probed, { wire, takes }, count] = await probe(({ body }) => {
        let said: Said[] = [];
        const script = (asked: NativeBody) => {
          const wanted = /Call the tool (\w+)/.exec(JSON.stringify(asked.input))?.[1];
          const isAnswered = asked.input.some(({ type }) => type === 'function_call_output');
          const answer =
            wanted === undefined || isAnswered
              ? text('{"value":"ok"}')
              : callLike(family, asked, new RegExp(`(^|/)${wanted}$`), { value: 'ok' });
          said = [...thinking(family, 'Hm.'), answer];
          return said;
        };
        const streamed = { ...body, stream: true };
        return whole(strictScript(family, script, [])({ body: streamed }), said);
      });
      assert.equal(probed.length, 8);
      assert.equal(count, probed.filter(({ state }) => state !== 'skipped').length);
      const keepsCustom = family.toolTypes.includes('custom') && family.customNames === undefined;
      const takesGrammar = keepsCustom && family.preset !== 'vllm';
      assert.equal(takes.customTools, takesGrammar ? 'keep' : 'function');
      assert.equal(takes.namespaces, family.toolTypes.includes('namespace') ? 'keep' : 'flat');
      const refusesThoughts = probed.find((one) => one.probe === 'reasoning')?.state === 'refused';
      assert.equal(takes.reasoningIn === 'never', refusesThoughts);
      const entries = { 'own/m': { wire, takes } };
      assert.deepEqual(parseNativeEntries(JSON.stringify(entries)), entries, 'the relay can read it');
      assert.doesNotMatch(JSON.stringify(probed), /sk-secret/);
    });
  }

  for (const [what, shaped] of [
    ['as events', (said: Said[]) => ({ body: sse(nativeEvents(...said)) })],
    [
      'as events with an empty end',
      (said: Said[]) => ({
        body: sse([...nativeEvents(...said).slice(0, -1), { type: 'response.completed', response: {} }]),
      }),
    ],
    ['wrapped', (said: Said[]) => jsonReply({ data: nativeEvents(...said).at(-1)?.['response'] })],
  ] as const) {
    it(`reads answers ${what}`, async () => {
      const [probed, { wire }] = await probe(({ body }) => {
        const isAsked = JSON.stringify(body.input).includes('Call the tool note');
        return shaped([isAsked ? call('note', { value: 'ok' }) : text('OK')]);
      });
      assert.equal(wire, 'responses');
      assert.deepEqual(
        probed.slice(0, 2).map(({ state }) => state),
        ['taken', 'taken'],
      );
    });
  }

  it('says so where Chat Completions answer', async () => {
    const [probed, { wire }] = await probe(() =>
      jsonReply({ object: 'chat.completion', choices: [{ message: { content: 'OK' } }] }),
    );
    assert.equal(wire, 'chat');
    assert.match(probed[0]?.found ?? '', /no Responses API.*Chat Completions/);
  });

  it('stops if there is no endpoint', async () => {
    const [probed, { wire, images }, count] = await probe(() => errorReply(404, 'Not Found'));
    assert.equal(count, 1);
    assert.equal(wire, 'chat');
    assert.equal(images, undefined);
    assert.match(probed[0]?.found ?? '', /no Responses API.*404/);
    assert.ok(probed.slice(1).every(({ state }) => state === 'skipped'));
  });
});
