import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ask } from '../../src/cli/ask.ts';
import { UsageError } from '../../src/cli/errors.ts';

function terminal(typed: string | null) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  if (typed === null) input.end();
  else input.write(typed);
  return { input, output: Object.assign(new PassThrough(), { isTTY: true }) };
}

describe('a question at the terminal', () => {
  const ANSWERS: [name: string, typed: string | null, isYes: boolean][] = [
    ['y', 'y\r', true],
    ['YES', ' YES \r', true],
    ['n', 'n\r', false],
    ['yellow', 'yellow\r', false],
    ['nothing', '\r', false],
    ['Ctrl-C', '\x03', false],
    ['Ctrl-C after a word', 'y\x03', false],
    ['Ctrl-D', '\x04', false],
    ['the end of the input', null, false],
  ];
  for (const [name, typed, isYes] of ANSWERS) {
    it(`is answered with ${isYes ? 'yes' : 'no'} by ${name}`, async () => {
      assert.equal(await ask('Go on?', terminal(typed)), isYes);
    });
  }

  it('is not asked where nobody could answer', async () => {
    await assert.rejects(ask('Go on?', { input: new PassThrough(), output: new PassThrough() }), UsageError);
  });
});
