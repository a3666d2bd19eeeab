import assert from 'node:assert/strict';
import {
  contentAsParts,
  contentAsText,
  emptyTextForNone,
  imagesAsNotes,
  noContentBesideCalls,
  reasoningEverywhere,
  wordForEmpty,
} from '../../../../src/translate/request/lessons/content.ts';
import {
  answerBetween,
  callsInSequence,
  developerAsSystem,
  endWithUser,
  mergeNeighbours,
  systemFirst,
  systemInUser,
  toolsAsText,
} from '../../../../src/translate/request/lessons/order.ts';
import type { Change } from '../../../../src/translate/request/lessons/rules.ts';
import type { ChatMessage, ChatRequest } from '../../../../src/wire/chat.ts';

/**
 * Messages in short: `s:` system, `d:` developer, `u:` user, `a:` assistant, `t1:` output of call 1; a list of
 * numbers before the colon of an assistant message are its calls; `-` is null, `~` no content.
 */
function parse(script: string): ChatMessage[] {
  return script.split(' | ').map((line): ChatMessage => {
    const [head = '', content = ''] = line.split(/:(.*)/s);
    const kind = head[0];
    if (kind === 's') return { role: 'system', content };
    if (kind === 'd') return { role: 'developer', content };
    if (kind === 't') return { role: 'tool', tool_call_id: head.slice(1), content };
    if (kind === 'u') return { role: 'user', content };
    const calls = head.slice(1).split(',').filter(Boolean);
    const said = content === '~' ? {} : { content: content === '-' ? null : content };
    const toolCalls = calls.map((id) => ({
      id,
      type: 'function' as const,
      function: { name: 'run', arguments: '{}' },
    }));
    return { role: 'assistant', ...said, ...(calls.length === 0 ? {} : { tool_calls: toolCalls }) };
  });
}

function print(messages: readonly ChatMessage[]): string {
  const line = (message: ChatMessage) => {
    const { role, content } = message;
    const text =
      content === null
        ? '-'
        : content === undefined
          ? '~'
          : typeof content === 'string'
            ? content
            : JSON.stringify(content);
    if (message.role === 'tool') return `t${message.tool_call_id}:${text}`;
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id).join() : '';
    return `${role[0]}${calls}:${text}`;
  };
  return messages.map(line).join(' | ');
}

const requestOf = (messages: ChatMessage[]): ChatRequest => ({ model: 'm', messages, stream: true });

const CHANGES: [change: Change, before: string, after: string][] = [
  [mergeNeighbours, 's:a | s:b | u:c | u:d | a:e | u:f', 's:a\n\nb | u:c\n\nd | a:e | u:f'],
  [mergeNeighbours, 'u:a | a:b | a:c | u:d', 'u:a | a:b\n\nc | u:d'],
  [mergeNeighbours, 'u:a | a1:- | t1:x | a2:- | t2:y | u:b', 'u:a | a1:- | t1:x | a2:- | t2:y | u:b'],
  [developerAsSystem, 'd:a | u:b', 's:a | u:b'],
  [systemFirst, 's:a | s:b | u:c | s:d | a:e', 's:a\n\nb | u:c | u:d | a:e'],
  [systemFirst, 's:a | u:c', 's:a | u:c'],
  [systemInUser, 's:a | d:b | u:c | a:d', 'u:a\n\nb\n\nc | a:d'],
  [systemInUser, 's:a | a:d', 'u:a | a:d'],
  [systemInUser, 'u:c | s:late | a:d', 'u:c | u:late | a:d'],
  [
    callsInSequence,
    'u:q | a1,2,3:- | t3:z | t1:x | t2:y | u:r',
    'u:q | a1:- | t1:x | a2:- | t2:y | a3:- | t3:z | u:r',
  ],
  [callsInSequence, 'a1,2:said | t1:x | t2:y', 'a1:said | t1:x | a2: | t2:y'],
  [callsInSequence, 'a1,2:~ | t1:x | t2:y | t9:lost', 'a1:~ | t1:x | a2:~ | t2:y | t9:lost'],
  [callsInSequence, 'a1:- | t1:x', 'a1:- | t1:x'],
  [
    toolsAsText,
    'u:q | a1:hm | t1:x | u:r | a:e',
    'u:q | a:hm\n[called run with {}] | u:[output of run]\nx\n\nr | a:e',
  ],
  [
    toolsAsText,
    'u:q | a1,2:- | t1:x | t2:y',
    'u:q | a:[called run with {}]\n[called run with {}] | u:[output of run]\nx\n\n[output of run]\ny',
  ],
  [answerBetween, 'a1:- | t1:x | u:r', 'a1:- | t1:x | a:Understood. | u:r'],
  [endWithUser, 'u:a | a:b', 'u:a | a:b | u:Continue.'],
  [endWithUser, 'u:a', 'u:a'],
  [emptyTextForNone, 'a1:- | a2:~ | a:b', 'a1: | a2: | a:b'],
  [noContentBesideCalls, 'a1: | a2:- | a:b', 'a1:~ | a2:~ | a:b'],
  [wordForEmpty, 'u: | a1:- | t1: | a:b', 'u:(empty) | a1:(empty) | t1:(empty) | a:b'],
  [contentAsText, 'a1:- | u:b', 'a1: | u:b'],
  [
    contentAsParts,
    's:a | u:b | a1:-',
    's:[{"type":"text","text":"a"}] | u:[{"type":"text","text":"b"}] | a1:-',
  ],
];

describe('messages in another form', () => {
  for (const [change, before, after] of CHANGES) {
    it(`${change.name}: ${before}`, () => {
      const body = requestOf(parse(before));
      const changed = change(body);
      assert.equal(print(changed.messages), after);
      assert.equal(print(body.messages), before, 'the request itself stays as it is');
      if (before === after) assert.equal(changed, body, 'nothing to change: the same object');
      else assert.equal(change(changed), changed, 'changed once and for all');
    });

    it(`${change.name} keeps what was sent when the conversation goes on: ${before}`, () => {
      // A user message at the end may be joined with the next one, so it is no longer sent alone.
      const head = parse(`${before} | a:closed`);
      const longer = [...head, ...parse('u:next | a9:- | t9:z')];
      if (change === endWithUser) return;
      const sent = change(requestOf(head)).messages;
      assert.deepEqual(change(requestOf(longer)).messages.slice(0, sent.length), sent);
    });
  }

  const picture = { type: 'image_url' as const, image_url: { url: 'data:,' } };
  const shown = requestOf([{ role: 'user', content: [{ type: 'text', text: 'see' }, picture] }]);

  it('images become notes', () => {
    assert.match(print(imagesAsNotes(shown).messages), /^u:see\n\[an image was here/);
    assert.equal(
      imagesAsNotes(imagesAsNotes(shown)).messages[0]?.content,
      imagesAsNotes(shown).messages[0]?.content,
    );
  });

  it('text instead of lists keeps images', () => assert.equal(contentAsText(shown), shown));

  it('reasoning that is there stays', () => {
    const body = requestOf([{ role: 'assistant', content: 'a', reasoning_content: 'r' }, ...parse('a:b')]);
    const texts = reasoningEverywhere('')(body).messages.map(
      (message) => 'reasoning_content' in message && message.reasoning_content,
    );
    assert.deepEqual(texts, ['r', '']);
  });
});
