import assert from 'node:assert/strict';
import type { Draft, Ending, EventOutput } from '../../../src/translate/stream/drafts/draft.ts';
import { ItemQueue } from '../../../src/translate/stream/item-queue.ts';
import type { OutputItem } from '../../../src/wire/responses.ts';

/** A draft that is a letter, and behaves as the test says. It records what is done with it. */
class Letter implements Draft {
  canOpen = true;
  canClose = true;
  mayEnd = true;
  isWhole = true;
  readonly #letter: string;
  readonly #log: string[];

  constructor(letter: string, log: string[], can: Partial<Omit<Letter, keyof Draft>> & Partial<Draft> = {}) {
    this.#letter = letter;
    this.#log = log;
    Object.assign(this, can);
  }

  canEnd(): boolean {
    return this.mayEnd;
  }

  open(_out: EventOutput, outputIndex: number): void {
    this.#log.push(`open ${this.#letter}${outputIndex}`);
  }

  close(_out: EventOutput, ending: Ending): OutputItem | undefined {
    this.#log.push(`close ${this.#letter} ${ending}`);
    return this.isWhole ? { type: 'reasoning', id: this.#letter, summary: [] } : undefined;
  }
}

describe('ItemQueue', () => {
  let log: string[];
  let finished: OutputItem[];
  let queue: ItemQueue;
  let sequence: number;
  const letter = (name: string, can?: ConstructorParameters<typeof Letter>[2]) => new Letter(name, log, can);

  beforeEach(() => {
    log = [];
    finished = [];
    sequence = 0;
    const out: EventOutput = {
      push: (event) => {
        assert.equal(event.sequence_number, sequence - 1);
        if (event.type === 'response.output_item.done')
          log.push(`done ${event.item.id}${event.output_index}`);
      },
      next: () => sequence++,
    };
    queue = new ItemQueue(out, finished);
  });

  it('makes the first item live, and ends it when the next one begins', () => {
    queue.begin(letter('a'));
    assert.deepEqual(log, ['open a0']);
    queue.begin(letter('b'));
    assert.deepEqual(log, ['open a0', 'close a whole', 'done a0', 'open b1']);
    assert.deepEqual(
      finished.map((item) => item.id),
      ['a'],
    );
  });

  it('lets no item overtake one that cannot end or begin', () => {
    const first = letter('a', { canClose: false });
    const second = letter('b', { canOpen: false });
    queue.begin(first);
    queue.begin(second);
    queue.begin(letter('c'));
    assert.deepEqual(log, ['open a0']);
    first.canClose = true;
    queue.advance();
    assert.deepEqual(log.slice(1), ['close a whole', 'done a0']);
    second.canOpen = true;
    queue.advance();
    assert.deepEqual(log.slice(3), ['open b1', 'close b whole', 'done b1', 'open c2']);
  });

  it('does nothing with an added item before it advances', () => {
    queue.begin(letter('a'));
    queue.add(letter('b'));
    assert.deepEqual(log, ['open a0']);
    queue.advance();
    assert.equal(log.at(-1), 'open b1');
  });

  it('knows the item at its end, as long as that has not ended', () => {
    const [first, second] = [letter('a', { canClose: false }), letter('b')];
    queue.begin(first);
    assert.ok(queue.endsWith(first));
    queue.begin(second);
    assert.deepEqual([queue.endsWith(first), queue.endsWith(second)], [false, true]);
    assert.deepEqual(log, ['open a0']);
    queue.closeAll('whole');
    assert.deepEqual([queue.endsWith(second), queue.isEmpty], [false, true]);
  });

  it('ends all in order, and only the last one is cut', () => {
    for (const name of ['a', 'b', 'c']) queue.begin(letter(name, { canClose: false, canOpen: false }));
    assert.equal(queue.closeAll('cut'), true);
    assert.deepEqual(log, [
      'open a0',
      'close a whole',
      'done a0',
      'open b1',
      'close b whole',
      'done b1',
      'open c2',
      'close c cut',
      'done c2',
    ]);
  });

  it('stops at an item that may not end in this way, without opening it', () => {
    for (const can of [{}, { mayEnd: false, canOpen: false }, {}]) queue.add(letter('x', can));
    assert.equal(queue.closeAll('whole'), false);
    assert.deepEqual(log, ['open x0', 'close x whole', 'done x0']);
    assert.ok(queue.isEmpty);
  });

  it('stops at an incomplete item, which is never done', () => {
    queue.begin(letter('a', { isWhole: false }));
    queue.add(letter('b'));
    assert.equal(queue.closeAll('whole'), false);
    assert.deepEqual(log, ['open a0', 'close a whole']);
    assert.deepEqual(finished, []);
  });

  it('forgets what has not ended', () => {
    queue.begin(letter('a'));
    queue.clear();
    assert.equal(queue.closeAll('whole'), true);
    assert.deepEqual(log, ['open a0']);
  });
});
