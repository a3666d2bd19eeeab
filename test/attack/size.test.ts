/** Too much of anything is refused, and the relay goes on. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { hideTokens } from '../../src/codex/hide-tokens.ts';
import { parseOverrides } from '../../src/codex/overrides.ts';
import { parseToml, TomlFileError } from '../../src/codex/toml-document.ts';
import { readModelList } from '../../src/providers/model-list.ts';
import { upstreamError } from '../../src/translate/errors/upstream.ts';
import { assertEventRules } from '../support/event-rules.ts';
import { AS_CODEX, allEvents, errorOf, type Rig, responseOf, startRig } from '../support/relay-client.ts';
import { deltaChunk, finishChunk, jsonReply, streamReply, textChunks } from '../support/scripted-upstream.ts';
import { PROFILE } from '../support/translating.ts';

const LIMIT = 64 * 1024;
const DEPTH = 100_000;
const LISTS = '['.repeat(DEPTH) + ']'.repeat(DEPTH);
const OBJECTS = `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`;

describe('too much', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig(() => streamReply(textChunks('hi')), { maxBodyBytes: LIMIT });
  });
  afterEach(async () => {
    assert.equal((await responseOf(await rig.post({ model: 'm', input: 'x' }))).status, 'completed');
    assert.deepEqual(
      rig.log.filter((line) => line.startsWith('error')),
      [],
    );
    await rig.stop();
  });

  it('in a body whose length is said', async () => {
    assert.equal(
      (await errorOf(await rig.post({ model: 'm', input: 'x'.repeat(LIMIT) }))).code,
      'request_too_large',
    );
  });

  it('in a body whose length is not said, before all of it came', async () => {
    const socket = connect(rig.relay.port, '127.0.0.1');
    const answer = readAll(socket);
    socket.write('POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    const piece = `${(LIMIT + 1).toString(16)}\r\n${'x'.repeat(LIMIT + 1)}\r\n`;
    socket.write(piece);
    assert.match(await answer, /^HTTP\/1\.1 413 /);
  });

  it('in the depth of a body, wherever', async () => {
    const deep = await startRig(() => streamReply(textChunks('hi')));
    const bodies = [
      LISTS,
      OBJECTS,
      `{"model":"m","input":${LISTS}}`,
      `{"model":"m","input":"x","extra":${OBJECTS}}`,
      `{"model":"m","input":"x","metadata":{"a":${LISTS}}}`,
      `{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":${OBJECTS}}]}`,
      `{"model":"m","input":[{"type":"x","deep":${LISTS}}]}`,
    ];
    for (const body of bodies) {
      for (const headers of [{}, AS_CODEX]) {
        const reply = await deep.post(body, headers);
        assert.equal(reply.status, 400);
        assert.match(await reply.text(), /nested too deeply/);
      }
    }
    assert.equal(deep.upstream.chats.length, 0);
    await deep.stop();
  });

  it('in the depth of arguments, which are only text', async () => {
    const deep = await startRig(() => streamReply(textChunks('hi')));
    const input = [
      { type: 'function_call', call_id: 'c', name: 'f', arguments: OBJECTS },
      { type: 'function_call_output', call_id: 'c', output: LISTS },
    ];
    assert.equal((await responseOf(await deep.post({ model: 'm', input }))).status, 'completed');
    await deep.stop();
  });

  for (const [what, delta] of Object.entries({
    details: `"reasoning_details":${LISTS}`,
    'nested details': `"reasoning_details":[{"type":"x","index":0,"data":${OBJECTS}}]`,
    content: `"content":${LISTS}`,
    lists: `"content":"x"}}]}\n\ndata: ${LISTS}\n\ndata: {"choices":[{"index":0,"delta":{"a":1`,
    'a signature': `"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"},"extra_content":${OBJECTS}}]`,
    arguments: `"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":${OBJECTS}}}]`,
  })) {
    it(`in the depth of what a provider sends as ${what}`, async () => {
      const chunk = `data: {"choices":[{"index":0,"delta":{${delta}}}]}\n\n`;
      const deep = await startRig(() =>
        streamReply(chunk, deltaChunk({ content: 'hi' }), finishChunk('stop')),
      );
      const tools = [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }];
      for (const headers of [{}, AS_CODEX]) {
        const reply = await deep.post({ model: 'm', input: 'x', stream: true, tools }, headers);
        assertEventRules(await allEvents(reply));
      }
      assert.deepEqual(
        deep.log.filter((line) => line.startsWith('error')),
        [],
      );
      await deep.stop();
    });
  }

  it('in the depth of an error or a list of models', async () => {
    for (const body of [
      LISTS,
      OBJECTS,
      `{"error":${OBJECTS}}`,
      `{"error":{"message":${LISTS}}}`,
      `{"errors":${LISTS}}`,
    ]) {
      assert.equal(
        upstreamError({ status: 400, body, retryAfterSeconds: undefined }, PROFILE, 'm').name,
        'RelayError',
      );
      assert.ok(Array.isArray(readModelList(JSON.parse(body))));
      const deep = await startRig(() => ({ ...jsonReply(null, 400), body: [body] }));
      assert.equal((await deep.post({ model: 'm', input: 'x' })).status, 400);
      await deep.stop();
    }
  });

  it('in the depth and length of the files of Codex', () => {
    for (const text of [
      `a = ${LISTS}`,
      `a = ${'{ b = '.repeat(DEPTH)}1${' }'.repeat(DEPTH)}`,
      `${'a.'.repeat(5_000)}b = 1`,
      `[${'a.'.repeat(5_000)}b]\n`,
    ]) {
      for (const work of [() => addRelayKeys(text, { port: 4444 }), () => parseToml(text)]) {
        try {
          work();
        } catch (error) {
          assert.ok(error instanceof TomlFileError, String(error).slice(0, 200));
        }
      }
    }
    assert.throws(() => parseOverrides(`{"a":${LISTS}}`), /codex-relay\.overrides\.json/);
    assert.equal(typeof hideTokens(`experimental_bearer_token = ${'"\\'.repeat(100_000)}`), 'string');
  });
});
