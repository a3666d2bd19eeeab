import assert from 'node:assert/strict';
import { answerFingerprint, callFingerprint } from '../../../src/relay/exchange/answer-fingerprint.ts';
import type { AnswerKey } from '../../../src/translate/request/conversation.ts';

const call = { callId: 'functions.shell:0', name: 'shell', arguments: '{"cmd": "ls", "n": 1.0}' };
const turn: AnswerKey = { text: 'Let me look.', calls: [call] };

describe('turn fingerprint', () => {
  const same: readonly (readonly [what: string, turn: AnswerKey])[] = [
    ['white space around the text', { ...turn, text: '\n Let me look. \n' }],
    ['re-encoded arguments', { ...turn, calls: [{ ...call, arguments: '{"cmd":"ls","n":1}' }] }],
  ];
  for (const [what, other] of same) {
    it(`ignores ${what}`, () => assert.equal(answerFingerprint(other, 'q'), answerFingerprint(turn, 'q')));
  }

  it('ignores the kind of line ends', () => {
    assert.equal(
      answerFingerprint({ text: 'a\r\nb', calls: [] }, 'q\r\n'),
      answerFingerprint({ text: 'a\nb', calls: [] }, 'q'),
    );
  });

  const different: readonly (readonly [what: string, turn: AnswerKey])[] = [
    ['another text', { ...turn, text: 'Let me look' }],
    ['other arguments', { ...turn, calls: [{ ...call, arguments: '{"cmd":"pwd","n":1}' }] }],
    ['broken arguments', { ...turn, calls: [{ ...call, arguments: '{"cmd": "ls"' }] }],
    ['another call id', { ...turn, calls: [{ ...call, callId: 'functions.shell:1' }] }],
    ['another name', { ...turn, calls: [{ ...call, name: 'bash' }] }],
    ['no call', { ...turn, calls: [] }],
    ['a call more', { ...turn, calls: [call, call] }],
    ['text that looks like a call', { text: JSON.stringify([turn.text, [call]]), calls: [] }],
  ];
  for (const [what, other] of different) {
    it(`distinguishes ${what}`, () =>
      assert.notEqual(answerFingerprint(other, 'q'), answerFingerprint(turn, 'q')));
  }

  it('distinguishes questions', () => {
    assert.notEqual(answerFingerprint(turn, 'q'), answerFingerprint(turn, 'another'));
    assert.notEqual(callFingerprint(call, 'q'), callFingerprint(call, 'another'));
    assert.notEqual(callFingerprint(call, 'q'), callFingerprint({ ...call, arguments: '{}' }, 'q'));
  });

  it('never changes, because records on disk are named by it', () => {
    assert.equal(
      answerFingerprint(turn, 'q'),
      '4567e65244bcef5e3589530709e08fd6cca3680d68bb4bc525f3700814b4ef3b',
    );
  });
});
