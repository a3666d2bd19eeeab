/** A model that closes thinking which it never opened: what can be known of it is, and is kept for its next answers. */
import assert from 'node:assert/strict';
import type { ResponseResource } from '../../../src/wire/responses.ts';
import { AS_CODEX, allEvents, responseOf, startRig, textIn } from '../../support/relay-client.ts';
import { deltaChunk, finishChunk, streamReply } from '../../support/scripted-upstream.ts';

const ANSWER = streamReply(
  ...['Let me ', 'see.\n</th', 'ink>\n\n', 'It is 4.'].map((content) => deltaChunk({ content })),
  finishChunk('stop'),
);

/** `reasoning(a) message(b)` */
function kindsIn({ output }: ResponseResource): string[] {
  return output.map((item) => item.type);
}

describe('thinking that was closed and never opened', () => {
  it('is not part of the text of a blocking answer, whatever the model’s name', async () => {
    const rig = await startRig(() => ANSWER);
    const response = await responseOf(await rig.post({ model: 'm', input: 'hi' }));
    await rig.stop();
    assert.deepEqual(kindsIn(response), ['reasoning', 'message']);
    assert.equal(textIn(response), 'It is 4.');
  });

  it('is recognised from a model’s second streamed answer on, and logged once', async () => {
    const rig = await startRig(() => ANSWER);
    const kinds: string[][] = [];
    for (let turn = 0; turn < 3; turn++) {
      const events = await allEvents(await rig.post({ model: 'm', input: 'hi', stream: true }, AS_CODEX));
      const last = events.at(-1);
      assert.ok(last?.type === 'response.completed');
      kinds.push(kindsIn(last.response));
      const said = last.response.output.at(-1);
      assert.deepEqual(said?.type === 'message' && said.content.map((part) => 'text' in part && part.text), [
        'It is 4.',
      ]);
    }
    await rig.stop();
    // The first time, it had gone out when its end came: the answer is a message of its own.
    assert.deepEqual(kinds, [
      ['message', 'message'],
      ['reasoning', 'message'],
      ['reasoning', 'message'],
    ]);
    assert.equal(rig.log.filter((line) => line.includes('closes thinking that it never opened')).length, 1);
  });

  it('is remembered for that model only', async () => {
    const rig = await startRig(() => ANSWER);
    await rig.post({ model: 'm', input: 'hi' });
    const reply = await rig.post({ model: 'other', input: 'hi', stream: true }, AS_CODEX);
    const deltas = (await allEvents(reply)).filter(({ type }) => type === 'response.output_text.delta');
    await rig.stop();
    assert.ok(deltas.length > 1);
  });
});
