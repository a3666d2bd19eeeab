/** Where Codex and all other clients are told the same thing in different ways. */
import assert from 'node:assert/strict';
import { type ErrorCode, RelayError } from '../../../src/errors.ts';
import { responseErrorCode } from '../../../src/translate/errors/other-clients.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { deltaChunk, textChunks } from '../../support/scripted-upstream.ts';
import { eventsOf, streamFor } from '../../support/translating.ts';

const thought = (text: string) => deltaChunk({ reasoning_content: text });

describe('Codex and other clients', () => {
  const SUMMARIES: readonly (readonly [
    reasoning: object | null | undefined,
    codex: boolean,
    others: boolean,
  ])[] = [
    [undefined, false, true],
    [null, false, true],
    [{}, false, true],
    [{ effort: 'high' }, false, true],
    [{ summary: null }, false, false],
    [{ summary: 'none' }, false, false],
    [{ summary: 'auto' }, true, true],
    [{ summary: 'detailed' }, true, true],
  ];
  for (const [reasoning, codex, others] of SUMMARIES) {
    it(`shows thinking where reasoning is ${JSON.stringify(reasoning)} to ${codex ? 'Codex' : 'not Codex'}, ${others ? 'and' : 'nor'} to others`, () => {
      for (const [isCodex, isShown] of [
        [true, codex],
        [false, others],
      ] as const) {
        const stream = streamFor({ reasoning }, { isCodex });
        const types = eventsOf(stream, [thought('t'), ...textChunks('a')]).map(({ type }) => type);
        assert.equal(types.includes('response.reasoning_summary_text.delta'), isShown);
        const [item] = stream.response.output;
        assert.deepEqual(
          item?.type === 'reasoning' && [item.summary, item.content],
          isShown
            ? [[{ type: 'summary_text', text: 't' }], undefined]
            : [[], [{ type: 'reasoning_text', text: 't' }]],
        );
      }
    });
  }

  const PUBLIC_CODES: readonly (readonly [code: ErrorCode, told: string])[] = [
    ['upstream_error', 'server_error'],
    ['upstream_stalled', 'server_error'],
    ['upstream_unauthorized', 'invalid_prompt'],
    ['cancelled', 'server_error'],
    ['server_is_overloaded', 'server_error'],
    ['invalid_prompt', 'invalid_prompt'],
    ['rate_limit_exceeded', 'rate_limit_exceeded'],
    ['context_length_exceeded', 'context_length_exceeded'],
    ['insufficient_quota', 'insufficient_quota'],
  ];
  for (const [code, told] of PUBLIC_CODES) {
    it(`tells every client but Codex of ${code} in an error event too, under a code that it knows`, () => {
      const stream = streamFor();
      const events = [...stream.start(), ...stream.fail(new RelayError(code, 'why'))];
      assertEventRules(events);
      assert.deepEqual(stream.response.error, { code: responseErrorCode(code), message: 'why' });
      const said = { code: told, message: 'why', param: null };
      assert.deepEqual(events.at(-2), {
        type: 'error',
        sequence_number: events.length - 2,
        ...said,
        error: { type: told, ...said },
      });
    });
  }

  it('tells Codex of a failure once', () => {
    const stream = streamFor({}, { isCodex: true });
    const failed = stream.fail(new RelayError('upstream_error', 'why'));
    assert.deepEqual(
      failed.map(({ type }) => type),
      ['response.failed'],
    );
  });
});
