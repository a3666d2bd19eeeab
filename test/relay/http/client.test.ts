/** What the relay reads from a client's headers: its key, and whether it asks again by itself. */
import assert from 'node:assert/strict';
import OpenAI, { InternalServerError, NotFoundError } from 'openai';
import { AS_CODEX, allEvents, errorOf, responseOf, startRig } from '../../support/relay-client.ts';
import { errorReply, streamReply, textChunks } from '../../support/scripted-upstream.ts';

const REQUEST = { model: 'm', input: 'hello' };
const ANSWER = () => streamReply(textChunks('hi'));

function jwt(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256' }), part(claims), 'c2lnbmF0dXJl'].join('.');
}

const SIGN_INS: Readonly<Record<string, Record<string, string>>> = {
  'by its issuer': { authorization: `Bearer ${jwt({ iss: 'https://auth.openai.com' })}` },
  'by its issuer with a slash': { authorization: `bearer ${jwt({ iss: 'https://auth.openai.com/' })}` },
  'by a claim of OpenAI': {
    authorization: `Bearer ${jwt({ 'https://api.openai.com/auth': { chatgpt_account_id: 'a' } })}`,
  },
  'by its issuer, behind an empty header': {
    authorization: `Bearer e30.${jwt({ iss: 'https://auth.openai.com' }).split('.')[1]}.c2ln`,
  },
  'by the account beside it': { authorization: 'Bearer opaque-token', 'chatgpt-account-id': 'a' },
};

const OWN_KEYS: Readonly<Record<string, string>> = {
  'a plain key': 'sk-or-v1-0123456789',
  'a key with dots': 'a.b.c',
  "a token of another issuer, as some gateways' keys are": jwt({ iss: 'https://auth.example.com' }),
  'a token of a host that only looks like it': jwt({ iss: 'https://auth.openai.com.example.com' }),
  'a token without claims': jwt(null),
};

describe('the sign-in token of ChatGPT', () => {
  for (const [how, headers] of Object.entries(SIGN_INS)) {
    const secret = headers['authorization']?.split(' ')[1] ?? '';

    it(`is recognised ${how}, and not passed on: the answer asks for a key`, async () => {
      const rig = await startRig(ANSWER);
      for (const stream of [true, false]) {
        const reply = await rig.post({ ...REQUEST, stream }, headers);
        const { code, message } = await errorOf(reply);
        assert.deepEqual([reply.status, code], [401, 'unauthorized']);
        assert.match(message, /ChatGPT sign-in.*--api-key/);
        assert.ok(!message.includes(secret));
      }
      const told = await rig.post(REQUEST, { ...headers, ...AS_CODEX });
      assert.deepEqual([told.status, /--api-key/.test(await told.text())], [400, true]);
      assert.equal((await fetch(`${rig.relay.url}/v1/models`, { headers })).status, 401);
      assert.equal(rig.upstream.chats.length, 0);
      assert.ok(!rig.log.join('\n').includes(secret));
      await rig.stop();
    });

    it(`is recognised ${how}, and left out if the provider has a key or needs none`, async () => {
      for (const options of [{ apiKey: 'provider-key' }, { provider: 'ollama' }]) {
        const rig = await startRig(ANSWER, options);
        assert.equal((await rig.post(REQUEST, headers)).status, 200);
        const sent = (await rig.upstream.chat(0)).headers.authorization;
        assert.equal(sent, 'apiKey' in options ? 'Bearer provider-key' : undefined);
        await rig.stop();
      }
    });
  }

  for (const [what, key] of Object.entries(OWN_KEYS)) {
    it(`is not taken for ${what}, which is passed on`, async () => {
      const rig = await startRig(ANSWER);
      await rig.post(REQUEST, { authorization: `Bearer ${key}` });
      assert.equal((await rig.upstream.chat(0)).headers.authorization, `Bearer ${key}`);
      await rig.stop();
    });
  }
});

describe('a client that asks again by itself', () => {
  it('gets a failure at once, with the wait that the provider asks for', async () => {
    const replies = [
      errorReply(500, 'boom'),
      errorReply(429, 'slow down', { headers: { 'retry-after': '7' } }),
      errorReply(503, 'busy'),
    ];
    const rig = await startRig((_chat, index) => replies[index] ?? ANSWER());
    for (const [status, wait] of [
      [500, null],
      [429, '7'],
      [503, null],
    ]) {
      const reply = await rig.post(REQUEST, { 'x-stainless-retry-count': '0' });
      assert.deepEqual([reply.status, reply.headers.get('retry-after')], [status, wait]);
    }
    assert.equal(rig.upstream.chats.length, 3);
    await rig.stop();
  });

  it('asks as often as it is configured to', async () => {
    const rig = await startRig(() => errorReply(500, 'boom', { headers: { 'retry-after': '0' } }));
    const client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'k', maxRetries: 1 });
    await assert.rejects(client.responses.create(REQUEST), InternalServerError);
    assert.equal(rig.upstream.chats.length, 2);
    await rig.stop();
  });
});

describe('the id of a request', () => {
  it("is the response's id, in its headers", async () => {
    const rig = await startRig(ANSWER);
    const blocking = await rig.post(REQUEST);
    assert.equal(blocking.headers.get('x-request-id'), (await responseOf(blocking)).id);
    const streamed = await rig.post({ ...REQUEST, stream: true });
    const [created] = await allEvents(streamed);
    assert.equal(
      created?.type === 'response.created' && created.response.id,
      streamed.headers.get('x-request-id'),
    );
    await rig.stop();
  });

  it('comes with errors, too, a new one each time', async () => {
    const rig = await startRig(() => errorReply(401, 'no'), { apiKey: 'k' });
    const ids: string[] = [];
    for (const reply of [
      await rig.post(REQUEST),
      await rig.post({ ...REQUEST, stream: true }, AS_CODEX),
      await rig.post('no json'),
      await rig.post({ ...REQUEST, previous_response_id: 'resp_none' }),
      await fetch(`${rig.relay.url}/nowhere`),
    ]) {
      assert.ok(!reply.ok);
      ids.push(reply.headers.get('x-request-id') ?? 'none');
    }
    for (const id of ids) assert.match(id, /^(resp|req)_[0-9a-f]{32}$/);
    assert.equal(new Set(ids).size, ids.length);
    await rig.stop();
  });
});

describe('one model', () => {
  const NAMES = ['plain', 'vendor/model', 'a/b/c:free', 'with space', 'ümlaut', '100%'];

  for (const name of NAMES) {
    it(`is found: ${name}`, async () => {
      const rig = await startRig([], {}, NAMES);
      const client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'k', maxRetries: 0 });
      const entry = { id: name, object: 'model', created: 0, owned_by: 'openai-compatible' };
      assert.deepEqual({ ...(await client.models.retrieve(name)) }, entry);
      if (!/[ %ü]/.test(name)) {
        assert.deepEqual(await (await fetch(`${rig.relay.url}/models/${name}`)).json(), entry);
      }
      await rig.stop();
    });
  }

  it('that is not listed is not found', async () => {
    const rig = await startRig([], {}, NAMES);
    const client = new OpenAI({ baseURL: `${rig.relay.url}/v1`, apiKey: 'k', maxRetries: 0 });
    for (const name of ['none', 'vendor', 'vendor/model/more', '__proto__', '%']) {
      await assert.rejects(client.models.retrieve(name), (error: unknown) => {
        assert.ok(error instanceof NotFoundError);
        assert.equal(error.code, 'model_not_found');
        assert.match(error.message, new RegExp(`no model "${name}"`));
        return true;
      });
    }
    assert.equal((await fetch(`${rig.relay.url}/v1/models/%`)).status, 404);
    await rig.stop();
  });
});
