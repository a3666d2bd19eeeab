import assert from 'node:assert/strict';
import { unknownIn } from '../../src/codex/unknown-wire.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';
import type { ResponsesRequest } from '../../src/wire/responses.ts';
import { readFixtures } from '../support/fixtures.ts';

const user = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] };

function namesIn(body: object, headers: Record<string, string> = {}): string[] {
  const request = parseRequest({ model: 'm', input: [user], ...body });
  return unknownIn(request, headers).map(({ what, name }) => `${what} ${name}`);
}

describe('what this relay does not know of Codex', () => {
  for (const { codex, scene, exchanges } of readFixtures()) {
    it(`is nothing in what Codex ${codex} sent (${scene})`, () => {
      for (const { request } of exchanges) {
        const { body, headers } = request;
        assert.deepEqual(unknownIn(body as unknown as ResponsesRequest, headers), []);
      }
    });
  }

  for (const [name, body, headers, expected] of [
    [
      'an item',
      { input: [user, { type: 'dream', content: [{ type: 'x', text: 'secret' }] }] },
      {},
      ['item dream'],
    ],
    [
      'a part',
      { input: [{ ...user, content: [{ type: 'input_smell' }] }] },
      {},
      ['content part input_smell'],
    ],
    ['a field of an item', { input: [{ ...user, mood: 'secret' }] }, {}, ['field of an item mood']],
    ['a field', { dreams: ['secret'] }, {}, ['field dreams']],
    ['a tool', { tools: [{ type: 'telepathy' }] }, {}, ['tool telepathy']],
    [
      'a tool inside another',
      { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'dance' }] }] },
      {},
      ['tool dance'],
    ],
    [
      'a tool of the history',
      { input: [user, { type: 'additional_tools', tools: [{ type: 'sing' }] }] },
      {},
      ['tool sing'],
    ],
    ['a header', {}, { 'x-codex-dreams': 'secret', 'x-other': '1' }, ['header x-codex-dreams']],
    ['a sub-agent', {}, { 'x-openai-subagent': 'dreamer' }, ['value x-openai-subagent: dreamer']],
    [
      'a kind of request',
      {},
      { 'x-codex-turn-metadata': '{"request_kind":"dream","cwd":"/secret"}' },
      ['value request_kind: dream'],
    ],
    [
      'a feature',
      {},
      { 'x-codex-beta-features': 'remote_compaction_v2,dreams' },
      ['value x-codex-beta-features: dreams'],
    ],
    ['what is no name', { 'a\nsecret': 1 }, {}, ['field (no name)']],
  ] as const) {
    it(`is named: ${name}`, () => assert.deepEqual(namesIn(body, headers), expected));
  }

  it('does not include what a provider did itself, whose items Codex sends back', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: {}, results: [] };
    assert.deepEqual(namesIn({ input: [user, search] }), []);
  });

  it('is named once, however often it occurs', () => {
    const dream = { type: 'dream' };
    assert.deepEqual(namesIn({ input: [user, dream, dream, dream] }), ['item dream']);
  });

  it('does not include the tools that OpenAI hosts, which the log reports elsewhere', () => {
    assert.deepEqual(namesIn({ tools: [{ type: 'web_search' }, { type: 'image_generation' }] }), []);
  });
});
