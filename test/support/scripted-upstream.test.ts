import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  CUT,
  type Script,
  type ScriptedUpstream,
  splitBytes,
  sseBytes,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from './scripted-upstream.ts';

describe('scripted upstream', () => {
  let upstream: ScriptedUpstream | undefined;
  afterEach(() => upstream?.stop());

  async function begin(script: Script) {
    upstream = await startScriptedUpstream(script);
    return upstream;
  }

  const ask = ({ url }: ScriptedUpstream, body: object = {}, signal?: AbortSignal) =>
    fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'x-test': 'yes' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });

  it('records what it received and answers in the order of its script', async () => {
    const served = await begin([streamReply(textChunks('one')), streamReply(textChunks('two'))]);
    assert.match(await (await ask(served, { model: 'a' })).text(), /"one".*\[DONE\]/s);
    assert.match(await (await ask(served, { model: 'b' })).text(), /"two"/);
    assert.deepEqual(
      served.chats.map(({ path, headers, body }) => [path, headers['x-test'], body]),
      [
        ['/v1/chat/completions', 'yes', { model: 'a' }],
        ['/v1/chat/completions', 'yes', { model: 'b' }],
      ],
    );
    const unscripted = await ask(served);
    assert.equal(unscripted.status, 500);
    assert.match(await unscripted.text(), /no reply for chat request 3/);
  });

  it('sends every byte of a stream that is cut into pieces', async () => {
    const bytes = sseBytes(textChunks('grüße'), '\r\n');
    const served = await begin([{ body: splitBytes(bytes, [1, 7, 150, 151]) }]);
    assert.deepEqual(new Uint8Array(await (await ask(served)).arrayBuffer()), new Uint8Array(bytes));
  });

  it('waits for the test’s promises, and knows when its client left', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await begin([streamReply(textChunks('a'), gate.promise, textChunks('b'))]);
    const client = new AbortController();
    const reply = await ask(served, {}, client.signal);
    const first = await reply.body?.getReader().read();
    assert.doesNotMatch(Buffer.from(first?.value ?? []).toString(), /"b"/);
    client.abort();
    assert.equal(await (await served.chat(0)).clientLeft, true);
  });

  it('resets the connection if the script says so', async () => {
    const served = await begin([{ body: [...textChunks('a'), CUT] }]);
    await assert.rejects(async () => (await ask(served)).text());
  });
});
