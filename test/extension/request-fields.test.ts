/** The user's last word on request fields: for the chosen provider, or for one by its id. */
import assert from 'node:assert/strict';
import { requestFields } from '../../src/extension/request-fields.ts';
import type { JsonObject } from '../../src/json.ts';

const KNOWN = ['deepseek', 'openrouter', 'own'];
const fieldsOf = (extra: unknown, drop: unknown, id = 'deepseek', isChosen = true) => {
  const written = { upstreamExtraParams: extra, dropUpstreamParams: drop };
  const { extraParams, dropParams } = requestFields(written, { id, isChosen }, KNOWN);
  return [extraParams, dropParams] as const;
};

describe('request fields', () => {
  const EXTRA: [what: string, written: unknown, chosen: JsonObject, other: JsonObject][] = [
    ['nothing', {}, {}, {}],
    ['fields', { top_k: 20, thinking: { type: 'off' } }, { top_k: 20, thinking: { type: 'off' } }, {}],
    [
      'fields by provider',
      { openrouter: { provider: { sort: 'price' } } },
      {},
      { provider: { sort: 'price' } },
    ],
    ['both', { top_k: 20, deepseek: { top_k: 5 }, openrouter: { top_p: 1 } }, { top_k: 5 }, { top_p: 1 }],
    ['a field that is called like a provider', { deepseek: 'x' }, { deepseek: 'x' }, {}],
    [
      'what every request needs',
      { model: 'x', messages: [], stream: false, deepseek: { model: 'x' } },
      {},
      {},
    ],
    ['no object', [1], {}, {}],
    ['a text', 'top_k', {}, {}],
    ['nothing at all', null, {}, {}],
  ];
  for (const [what, written, chosen, other] of EXTRA) {
    it(`are set: ${what}`, () => {
      assert.deepEqual(fieldsOf(written, [])[0], chosen);
      assert.deepEqual(fieldsOf(written, [], 'openrouter', false)[0], other);
    });
  }

  const DROP: [what: string, written: unknown, chosen: string[], other: string[]][] = [
    ['nothing', [], [], []],
    ['names', ['temperature', 'top_p', 'temperature'], ['temperature', 'top_p'], []],
    ['names by provider', { openrouter: ['top_p'] }, [], ['top_p']],
    ['one name', { deepseek: 'top_p' }, ['top_p'], []],
    ['what every request needs', ['model', 'top_p'], ['top_p'], []],
    ['what is no name', ['', 7, null, 'top_p'], ['top_p'], []],
    ['a text', 'top_p', [], []],
    ['nothing at all', null, [], []],
  ];
  for (const [what, written, chosen, other] of DROP) {
    it(`are left out: ${what}`, () => {
      assert.deepEqual(fieldsOf({}, written)[1], chosen);
      assert.deepEqual(fieldsOf({}, written, 'openrouter', false)[1], other);
    });
  }
});
