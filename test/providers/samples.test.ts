/**
 * Streams and errors as providers send them, against golden files. After a wanted change,
 * `UPDATE_GOLDEN=1 npm run test:unit` writes the golden files anew: read the diff.
 */
import assert from 'node:assert/strict';
import type { ResponseEvent } from '../../src/wire/responses.ts';
import { assertEventRules, withJoinedDeltas } from '../support/event-rules.ts';
import {
  eventsOf,
  outcomeOf,
  readGolden,
  readSamples,
  type Sample,
  writeGolden,
} from '../support/samples.ts';

const { UPDATE_GOLDEN } = process.env;
const SAMPLES = readSamples();
const STREAMS = SAMPLES.filter(({ status }) => status === 200);

describe('samples of providers', () => {
  for (const sample of SAMPLES) {
    it(titleOf(sample), () => {
      const outcome = outcomeOf(sample);
      if (UPDATE_GOLDEN) writeGolden(sample, outcome);
      assert.deepEqual(outcome, readGolden(sample));
    });
  }

  for (const sample of STREAMS) {
    it(`${titleOf(sample)}: the same in single bytes`, () => {
      const whole = eventsOf(sample, [sample.body]);
      assertEventRules(whole);
      const bytes = Array.from(sample.body, (byte) => Uint8Array.of(byte));
      assert.deepEqual(withJoinedDeltas(eventsOf(sample, bytes)), withJoinedDeltas(whole));
    });

    it(`${titleOf(sample)}: cut off at every byte`, () => {
      const whole = terminalOf(eventsOf(sample, [sample.body]));
      for (let length = 0; length < sample.body.length; length++) {
        const events = eventsOf(sample, [sample.body.subarray(0, length)]);
        assertEventRules(events);
        const { status, output } = terminalOf(events).response;
        // Whatever is called complete holds all that the whole stream held.
        if (status === 'completed') assert.deepEqual(output, whole.response.output, `cut at ${length}`);
        for (const item of output) {
          if (item.type === 'function_call') assert.doesNotThrow(() => JSON.parse(item.arguments));
        }
      }
    });
  }

  it('reads an event of several megabytes', () => {
    const [sample] = SAMPLES.filter(({ name }) => name === 'plain-text');
    assert.ok(sample);
    const content = 'x'.repeat(3_000_000);
    const chunk = { choices: [{ delta: { content }, finish_reason: 'stop' }] };
    const body = Buffer.from(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    const { response } = terminalOf(eventsOf(sample, [body.subarray(0, 70_000), body.subarray(70_000)]));
    assert.equal(response.status, 'completed');
    assert.ok(JSON.stringify(response.output).includes(content));
  });
});

function titleOf({ provider, name }: Sample): string {
  return `${provider}: ${name.replaceAll('-', ' ')}`;
}

function terminalOf(events: readonly ResponseEvent[]) {
  const last = events.at(-1);
  assert.ok(last && 'response' in last && last.response.status !== 'in_progress');
  return last;
}
