import assert from 'node:assert/strict';
import { imagesOf, inWords } from '../../../src/translate/request/seen-images.ts';
import type { InputItem } from '../../../src/wire/responses.ts';

const image = (name: string) => ({ type: 'input_image', image_url: `data:image/png;base64,${name}` });
const text = (value: string) => ({ type: 'input_text', text: value });
const user = (...content: object[]): InputItem => ({ role: 'user', content: content as never });
const ANSWER: InputItem = { type: 'message', role: 'assistant', content: 'Yes.' };
const CALL: InputItem = { type: 'function_call', call_id: 'c', name: 'view_image', arguments: '{}' };

const found = (items: InputItem[]) =>
  imagesOf(items).map(({ image: { image_url }, turn }) => [image_url.url.split(',')[1], turn]);

describe('the images of a conversation', () => {
  const CASES: readonly [what: string, items: InputItem[], expected: [name: string, turn: number][]][] = [
    [
      'stand in messages, in order',
      [user(image('a'), text('and'), image('b'))],
      [
        ['a', 0],
        ['b', 0],
      ],
    ],
    [
      'come in other spellings',
      [user({ type: 'image_url', image_url: { url: 'data:image/png;base64,a' } })],
      [['a', 0]],
    ],
    [
      'stand in the outputs of tools of any kind',
      [
        user(text('Look')),
        CALL,
        { type: 'function_call_output', call_id: 'c', output: [image('a')] as never },
        { type: 'custom_tool_call_output', call_id: 'd', output: [text('x'), image('b')] as never },
      ],
      [
        ['a', 0],
        ['b', 0],
      ],
    ],
    [
      'stand in items that nobody knows',
      [{ type: 'something_new', content: [image('a')] as never, summary: [image('b')] as never }],
      [
        ['a', 0],
        ['b', 0],
      ],
    ],
    [
      'belong to the turn that they came in',
      [
        { role: 'developer', content: [image('0')] as never },
        user(image('a')),
        user(image('b')),
        ANSWER,
        user(image('c')),
        CALL,
        { type: 'function_call_output', call_id: 'c', output: [image('d')] as never },
        ANSWER,
        { role: 'developer', content: 'More.' },
        user(image('e')),
      ],
      [
        ['0', 0],
        ['a', 0],
        ['b', 0],
        ['c', 1],
        ['d', 1],
        ['e', 2],
      ],
    ],
    [
      'are none where there is only text, or something odd',
      [
        { role: 'user', content: 'data:image/png;base64,a' },
        user(text('Hi'), { type: 'input_image', file_id: 'f' }, { type: 'input_image', image_url: null }),
        { type: 'function_call_output', call_id: 'c', output: { image_url: 'x' } },
        { type: 'function_call_output', call_id: 'c', output: [7, null, 'x', ['y'], {}] },
      ],
      [],
    ],
  ];
  for (const [what, items, expected] of CASES) {
    it(what, () => assert.deepEqual(found(items), expected));
  }

  it('become words in their places, and nothing else changes', () => {
    const plain = user(text('Hi'));
    const items = [
      plain,
      user(image('a'), text('and'), image('b')),
      { type: 'function_call_output', call_id: 'c', output: [image('c')] as never },
    ];
    const before = structuredClone(items);
    const told = inWords(items, ['A', 'B', 'C']);
    assert.deepEqual(told, [
      plain,
      user(text('A'), text('and'), text('B')),
      { type: 'function_call_output', call_id: 'c', output: [text('C')] as never },
    ]);
    assert.equal(told[0], plain, 'an item without images is not copied');
    assert.deepEqual(items, before);
    assert.deepEqual(imagesOf(told), []);
  });
});
