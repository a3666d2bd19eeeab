/** Which requests belong together: real threads stay whole, and a key that a client always sends makes no thread. */
import assert from 'node:assert/strict';
import { threadsOf } from '../../../src/relay/exchange/threads.ts';
import { parseRequest } from '../../../src/wire/request-schema.ts';
import type { InputItem } from '../../../src/wire/responses.ts';
import { readFixtures } from '../../support/fixtures.ts';

const said = (role: string, content: string): InputItem => ({ type: 'message', role, content }) as InputItem;
const OTHERS = { isCodex: false, thread: undefined, labels: { subagent: undefined, kind: undefined } };

function threadOf(
  input: string | InputItem[],
  key: string | null = 'always-the-same',
  client: Partial<typeof OTHERS | { thread: string; isCodex: boolean }> = {},
  history: InputItem[] = [],
): string | undefined {
  const request = parseRequest({ model: 'm', input, prompt_cache_key: key });
  return threadsOf(request, { ...OTHERS, ...client }, history).thread;
}

describe('a thread', () => {
  for (const fixture of readFixtures()) {
    it(`of Codex is whole: ${fixture.codex} ${fixture.scene}`, () => {
      const found = fixture.exchanges.map(({ request: { headers, body } }) => ({
        header: headers['thread-id'],
        ...threadsOf(parseRequest(body), {
          isCodex: true,
          thread: headers['thread-id'],
          labels: { subagent: headers['x-openai-subagent'], kind: undefined },
        }),
      }));
      const [first] = found;
      assert.ok(first?.thread);
      for (const { header, thread, parent, conversation } of found) {
        assert.equal(thread, header ?? first.thread);
        assert.equal(parent, thread === first.thread ? undefined : first.thread, 'a sub-agent has a parent');
        assert.equal(conversation, first.thread, 'and belongs to its conversation');
      }
    });
  }

  it('is what the client says in its header, whatever key it sends', () => {
    for (const isCodex of [true, false]) {
      assert.equal(threadOf('a', 'k', { thread: 'one', isCodex }), 'one');
      assert.equal(threadOf('b', null, { thread: 'one', isCodex }), 'one');
    }
  });

  it('is named by nothing else: an empty key is none', () => {
    assert.equal(threadOf('a', ''), undefined);
    assert.equal(threadOf('a', null), undefined);
  });

  it('has a short name, however long its id is', () => {
    const long = 'k'.repeat(2_000_000);
    for (const isCodex of [true, false]) {
      const [one = '', other = ''] = [`${long}1`, `${long}2`].map((key) => threadOf('a', key, { isCodex }));
      assert.ok(one.length < 100);
      assert.notEqual(one, other);
      assert.ok((threadOf('a', 'k', { thread: long }) ?? '').length < 100);
    }
  });

  it('is another one where another conversation begins under the same key', () => {
    const beginnings: (string | InputItem[])[] = [
      'fix the tests',
      'write a poem',
      [said('developer', 'rules'), said('user', 'say hello')],
      [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'sing' }] } as InputItem],
      [said('developer', 'rules alone')],
    ];
    const threads = beginnings.map((input) => threadOf(input));
    assert.equal(new Set(threads).size, beginnings.length);
    assert.ok(threads.every((thread) => thread?.startsWith('always-the-same ')));
    assert.doesNotMatch(threads.join(), /poem|hello|sing/);
    assert.notEqual(threadOf('fix the tests'), threadOf('fix the tests', 'another key'));
  });

  it('stays the same from turn to turn, in every form', () => {
    const turns = [said('user', 'fix'), said('assistant', 'done'), said('user', 'more')];
    const first = threadOf('fix');
    assert.equal(threadOf(turns), first);
    assert.equal(threadOf([said('developer', 'it is noon'), ...turns]), first);
    assert.equal(
      threadOf('more', 'always-the-same', {}, turns.slice(0, 2)),
      first,
      'by previous_response_id',
    );
  });
});
