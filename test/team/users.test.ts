/** What users may do, and that nothing of one of them reaches another. */
import assert from 'node:assert/strict';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import type { RequestReport } from '../../src/relay/options.ts';
import { limitsFor } from '../../src/team/limits.ts';
import { openUsers } from '../../src/team/users.ts';
import { recordOf } from '../../src/usage/record.ts';
import { recordingLogger } from '../history/support.ts';
import {
  AS_CODEX,
  errorOf,
  eventsOf,
  type Rig,
  responseOf,
  startRig,
  textIn,
} from '../support/relay-client.ts';
import { finishChunk, streamReply, textChunks, usageChunk } from '../support/scripted-upstream.ts';
import { as, sourceOf, userNamed, usersOf } from './support.ts';

const OPERATOR = { authorization: 'Bearer token-of-the-operator' };

describe('users', () => {
  const records = [
    userNamed('anna'),
    userNamed('ben'),
    userNamed('carla', { models: ['scripted/small', 'scripted/tiny-*'] }),
    userNamed('dora', { budget: 'day=1' }),
    userNamed('emil', { requestsPerMinute: 2 }),
    userNamed('frida', { tokensPerMinute: 2_000 }),
  ];
  const reports: RequestReport[] = [];
  let hold: PromiseWithResolvers<void> | undefined;
  let rig: Rig;
  before(async () => {
    const list = { costOf: () => 1 };
    const { users, spending } = await usersOf(sourceOf(records), { list, own: new Map() });
    const script = () => streamReply(textChunks('hi'), usageChunk(60, 40), hold?.promise ?? '');
    rig = await startRig(
      script,
      {
        users,
        token: 'token-of-the-operator',
        apiKey: 'provider-key-of-the-team',
        id: 'scripted',
        onRequest: (report) => {
          reports.push(report);
          const record = recordOf(report);
          if (record !== undefined) spending.add({ ...record, service: 'scripted' });
        },
      },
      ['small', 'tiny-1', 'large'],
    );
  });
  after(() => rig.stop());

  const get = (path: string, headers: Record<string, string>) => fetch(rig.relay.url + path, { headers });

  it("are let in by their token alone, and the operator by the relay's", async () => {
    for (const headers of [as('anna'), as('ben'), OPERATOR]) {
      assert.equal((await rig.post({ model: 'small', input: 'x' }, headers)).status, 200);
    }
    for (const headers of [{}, as('nobody'), { authorization: 'Bearer anna' }]) {
      const reply = await rig.post({ model: 'small', input: 'x' }, headers as Record<string, string>);
      assert.equal(reply.status, 401);
      assert.match((await errorOf(reply)).message, /knows no user with this one/);
    }
  });

  it('never have their token sent to the provider, nor see its key', async () => {
    const reply = await rig.post({ model: 'small', input: 'x' }, as('anna'));
    assert.doesNotMatch(await reply.text(), /provider-key/);
    const chat = rig.upstream.chats.at(-1);
    assert.equal(chat?.headers.authorization, 'Bearer provider-key-of-the-team');
    assert.doesNotMatch(JSON.stringify(chat?.headers) + chat?.text, /crt_/);
    for (const path of ['/v1/models', '/v1/models?client_version=1', '/healthz']) {
      assert.doesNotMatch(await (await get(path, as('anna'))).text(), /provider-key/);
    }
  });

  it("see nothing of each other's responses, whatever they ask", async () => {
    const secret = await responseOf(await rig.post({ model: 'small', input: 'a secret' }, as('anna')));
    const { id, output } = secret;
    const own = await rig.post({ model: 'small', input: 'go on', previous_response_id: id }, as('anna'));
    assert.equal(textIn(await responseOf(own)), 'hi');
    const stranger = as('ben');
    const references = {
      model: 'small',
      input: [
        { type: 'item_reference', id: output[0]?.id },
        { role: 'user', content: 'x' },
      ],
    };
    const attempts = [
      rig.post({ model: 'small', input: 'x', previous_response_id: id }, stranger),
      rig.post(references, stranger),
      rig.post({ model: 'small', previous_response_id: id }, stranger, '/v1/responses/compact'),
      rig.post({ model: 'small', previous_response_id: id }, stranger, '/v1/responses/input_tokens'),
      get(`/v1/responses/${id}`, stranger),
      get(`/v1/responses/${id}/input_items`, stranger),
      fetch(`${rig.relay.url}/v1/responses/${id}`, { method: 'DELETE', headers: stranger }),
      rig.post({}, stranger, `/v1/responses/${id}/cancel`),
      // Nor does the operator, who has a history of their own.
      get(`/v1/responses/${id}`, OPERATOR),
    ];
    for (const reply of await Promise.all(attempts)) {
      assert.ok([400, 404].includes(reply.status), `${reply.status}`);
      assert.doesNotMatch(await reply.text(), /secret/);
    }
    assert.equal((await get(`/v1/responses/${id}`, as('anna'))).status, 200);
  });

  it("neither see nor end each other's running responses", async () => {
    hold = Promise.withResolvers();
    const stream = await rig.post({ model: 'small', input: 'x', stream: true }, as('anna'));
    const events = eventsOf(stream);
    const first = (await events.next()).value;
    assert.ok(first && 'response' in first);
    const { id } = first.response;
    assert.equal((await get(`/v1/responses/${id}`, as('ben'))).status, 404);
    assert.equal((await rig.post({}, as('ben'), `/v1/responses/${id}/cancel`)).status, 404);
    assert.equal((await get(`/v1/responses/${id}`, as('anna'))).status, 200);
    hold.resolve();
    hold = undefined;
    let last = '';
    for await (const event of events) last = event.type;
    assert.equal(last, 'response.completed');
  });

  it('may use the models that they were given, and are shown no others', async () => {
    const allowed = await Promise.all(
      ['small', 'tiny-1', 'scripted/tiny-1'].map((model) => rig.post({ model, input: 'x' }, as('carla'))),
    );
    assert.deepEqual(
      allowed.map(({ status }) => status),
      [200, 200, 200],
    );
    const before = rig.upstream.chats.length;
    const refused = await rig.post({ model: 'large', input: 'x' }, as('carla'));
    assert.equal(refused.status, 403);
    assert.equal((await errorOf(refused)).code, 'forbidden');
    const told = await (
      await rig.post({ model: 'large', input: 'x' }, { ...as('carla'), ...AS_CODEX })
    ).text();
    assert.equal(
      told,
      'carla may not use scripted/large, so nothing was sent: choose another model, or ask whoever runs the relay.',
    );
    assert.equal(rig.upstream.chats.length, before);
    const { data } = (await (await get('/v1/models', as('carla'))).json()) as { data: { id: string }[] };
    assert.deepEqual(
      data.map(({ id }) => id),
      ['small', 'tiny-1'],
    );
    assert.equal((await get('/v1/models/large', as('carla'))).status, 404);
  });

  it('spend no more than their budget', async () => {
    assert.equal((await rig.post({ model: 'small', input: 'x' }, as('dora'))).status, 200);
    const refused = await rig.post({ model: 'small', input: 'x' }, as('dora'));
    assert.equal(refused.status, 402);
    assert.match(
      (await errorOf(refused)).message,
      /^dora has used up the budget of \$1\.00 a day \(\$1\.00 spent\)/,
    );
    assert.equal((await rig.post({ model: 'small', input: 'x' }, as('anna'))).status, 200);
  });

  it('send their requests of a minute, and are told in one sentence when to continue', async () => {
    const ask = (headers = {}) => rig.post({ model: 'small', input: 'x' }, { ...as('emil'), ...headers });
    assert.deepEqual([(await ask()).status, (await ask()).status], [200, 200]);
    const refused = await ask();
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    const codex = await ask(AS_CODEX);
    assert.equal(codex.status, 400);
    assert.match(
      await codex.text(),
      /^emil has used up the 2 requests a minute, so nothing was sent: try again in \d+ s\.$/,
    );
  });

  it('pay with their tokens a minute for what they leave before its first word', async () => {
    const { users } = await usersOf(sourceOf([userNamed('hugo', { tokensPerMinute: 1_200 })]));
    let left = Promise.withResolvers<void>();
    const own = await startRig(() => ({ body: [new Promise(() => {})] }), {
      users,
      token: 't',
      apiKey: 'k',
      onRequest: ({ state }) => state === 'cancelled' && left.resolve(),
    });
    // Each counts as its input and the 500 tokens that are guessed for an answer.
    for (let at = 0; at < 2; at++) {
      left = Promise.withResolvers();
      const client = new AbortController();
      const reply = fetch(`${own.relay.url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...as('hugo') },
        body: '{"model":"m","input":"x"}',
        signal: client.signal,
      });
      await own.upstream.chat(at);
      client.abort();
      await assert.rejects(reply, { name: 'AbortError' });
      await left.promise;
    }
    const refused = await own.post({ model: 'm', input: 'x' }, as('hugo'));
    assert.equal((await errorOf(refused)).code, 'rate_limit_exceeded');
    await own.stop();
  });

  it('pay with their tokens a minute for a target that was passed over as well', async () => {
    const { users } = await usersOf(sourceOf([userNamed('gina', { tokensPerMinute: 2_000 })]));
    const own = await startRig(
      ({ body }) =>
        body.model === 'small'
          ? streamReply(finishChunk('stop'), usageChunk(900, 900))
          : streamReply(textChunks('hi'), usageChunk(60, 40)),
      { users, token: 't', apiKey: 'k', id: 'scripted', fallbacks: { '*': ['scripted/large'] } },
      ['small', 'large'],
    );
    const post = () => own.post({ model: 'small', input: 'x' }, as('gina'));
    assert.equal(textIn(await responseOf(await post())), 'hi');
    assert.equal((await errorOf(await post())).code, 'rate_limit_exceeded');
    await own.stop();
  });

  it('use their tokens of a minute, by what answers really took', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 30; at++) {
      statuses.push((await rig.post({ model: 'small', input: 'x' }, as('frida'))).status);
    }
    const admitted = statuses.filter((status) => status === 200).length;
    assert.ok(admitted >= 19 && admitted <= 20, `${admitted} requests of 100 tokens`);
    const large = await rig.post({ model: 'small', input: 'x'.repeat(20_000) }, as('frida'));
    assert.equal(large.status, 403);
    assert.match((await errorOf(large)).message, /about \d+ tokens, and frida may use 2000 a minute/);
  });

  it("are named in reports, and neither see nor change what is the operator's", async () => {
    assert.deepEqual(
      new Set(reports.map(({ user }) => user)),
      new Set([undefined, 'anna', 'ben', 'carla', 'dora', 'emil', 'frida']),
    );
    assert.equal((await get('/relay/targets', as('anna'))).status, 403);
    assert.equal((await rig.post({}, as('anna'), '/relay/targets/reset')).status, 403);
    assert.equal((await get('/relay/targets', OPERATOR)).status, 200);
  });
});

describe('the list of users', () => {
  it('is reread, and stays as it was while it cannot be read', async () => {
    const records = [userNamed('anna')];
    let isBroken = false;
    const source = {
      ...sourceOf(records),
      read: async () => (isBroken ? Promise.reject(new Error('no disk')) : [...records]),
    };
    const { users, log } = await usersOf(source);
    const find = (name: string) => users.find(`crt_token-of-${name}`);
    const anna = await find('anna');
    assert.equal(anna?.id, 'anna');
    assert.equal(await find('ben'), undefined);

    records.push(userNamed('ben'));
    await users.look();
    assert.equal((await find('ben'))?.id, 'ben');
    assert.equal(await find('anna'), anna);

    isBroken = true;
    await assert.rejects(users.look());
    assert.equal(await find('anna'), anna);
    assert.deepEqual(log, []);

    isBroken = false;
    records.shift();
    await users.look();
    assert.equal(await find('anna'), undefined);
  });

  it('forgets a removed user even if another user’s history cannot be opened', async () => {
    const records = [userNamed('anna'), userNamed('ben')];
    const logger = recordingLogger();
    const users = await openUsers({
      source: sourceOf(records),
      historyOf: async (id) => (id === 'zoe' ? Promise.reject(new Error('no disk')) : createMemoryStore()),
      limitsOf: (user) => limitsFor(user, undefined),
      budgetOf: () => ({ allow: async () => {} }),
      logger,
    });
    const find = (name: string) => users.find(`crt_token-of-${name}`);
    records.splice(0, 1, userNamed('zoe'));
    await assert.rejects(users.look(), /the history of zoe cannot be opened: no disk/);
    assert.equal(await find('anna'), undefined);
    assert.equal(await find('zoe'), undefined);
    assert.equal((await find('ben'))?.id, 'ben');
  });
});
