import assert from 'node:assert/strict';
import { encodeEvents } from '../../../src/relay/http/http-connection.ts';
import type { ResponseEvent } from '../../../src/wire/responses.ts';
import { streamFor } from '../../support/translating.ts';

const WHERE = { item_id: 'msg_1', output_index: 2, content_index: 0 };

function textDelta(delta: string): ResponseEvent {
  return { type: 'response.output_text.delta', sequence_number: 7, ...WHERE, delta, logprobs: [] };
}

const EVENTS: Record<string, ResponseEvent> = {
  'a text delta': textDelta('word'),
  'a text delta that needs escapes': textDelta('"\\\n\u0000\u2028</script> größer ✓ 🎉'),
  'a refusal delta': { type: 'response.refusal.delta', sequence_number: 8, ...WHERE, delta: 'No.' },
};

describe('encoding of events', () => {
  for (const [name, event] of Object.entries(EVENTS)) {
    it(`encodes ${name} as JSON.stringify does`, () => {
      assert.equal(
        encodeEvents([event]).toString(),
        `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      );
    });
  }

  it('repeats the tools of a response in each of its events', () => {
    const tools = [{ type: 'function', name: 'run', description: '$& “größer”', parameters: { tools: [] } }];
    const [created, begun] = streamFor({ tools, instructions: '"tools":[]' }).start();
    for (const event of [created, begun]) {
      assert.ok(event && 'response' in event && event.response.tools.length === 1);
      assert.equal(
        encodeEvents([event]).toString(),
        `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      );
    }
  });

  it('replaces half a surrogate pair in a text delta', () => {
    assert.match(encodeEvents([textDelta('\ud83c!')]).toString(), /"delta":"\ufffd!"/);
  });

  it('joins several events into one text', () => {
    const text = encodeEvents([textDelta('a'), textDelta('b')]).toString();
    assert.deepEqual(
      text.match(/"delta":"."/g),
      ['a', 'b'].map((letter) => `"delta":"${letter}"`),
    );
  });
});
