/** What each program shows: one line per case, `name<TAB>ok` or `name<TAB>what went wrong`. */
import assert from 'node:assert/strict';

export const BASE_URL = `${process.env.RELAY_URL}/v1`;
export const TEXT = 'Hello from the relay.';
export const ANSWER = 'It is 21 degrees in Oslo.';
export const REFUSED = /no such luck/;
export const WEATHER = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

export async function play(cases) {
  for (const [name, run] of Object.entries(cases)) {
    const outcome = await run().then(
      () => 'ok',
      (error) => `${error}`.replace(/\s+/g, ' '),
    );
    process.stdout.write(`${name}\t${outcome}\n`);
  }
}

/** `ask` must reject, and say so. */
export async function expectError(ask, words = /./) {
  let result;
  try {
    result = await ask();
  } catch (error) {
    assert.match(`${error}`, words);
    return;
  }
  assert.fail(`no error, but ${JSON.stringify(result)}`);
}

export async function textOf(pieces) {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
