import assert from 'node:assert/strict';
import { requestRepairs } from '../../../src/translate/native/repairs.ts';
import type { NativeRequest } from '../../../src/translate/native/to-native-request.ts';
import type { ResponsesRequest } from '../../../src/wire/responses.ts';

const REQUEST: ResponsesRequest = {
  model: 'm',
  input: [
    { role: 'user', content: 'hi' },
    { type: 'reasoning', summary: [] },
    { role: 'developer', content: 'Later.' },
    { type: 'additional_tools', role: 'developer', tools: [] },
  ],
  tools: [{ type: 'namespace', name: 'n', tools: [] }, { type: 'custom', name: 'c' }, { type: 'web_search' }],
  reasoning: { effort: 'xhigh' },
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'key',
};
const SAME: NativeRequest = {
  model: 'm',
  input: [
    { type: 'message', role: 'user' },
    { type: 'reasoning' },
    { type: 'message', role: 'developer' },
    { type: 'additional_tools', role: 'developer' },
  ],
  stream: true,
  tools: [{ type: 'namespace' }, { type: 'custom' }, { type: 'web_search' }],
  reasoning: { effort: 'xhigh' },
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'key',
};

describe('the repairs of a request', () => {
  it('are none if everything was sent', () => assert.deepEqual(requestRepairs(REQUEST, SAME), []));

  it('name what was not sent', () => {
    const body: NativeRequest = {
      model: 'm',
      input: [{ type: 'message', role: 'user' }],
      stream: true,
      tools: [{ type: 'function' }],
      reasoning: { effort: 'high' },
    };
    assert.deepEqual(requestRepairs(REQUEST, body), [
      'namespace',
      'custom-tool',
      'web-search',
      'additional-tools',
      'reasoning',
      'late-instructions',
      'effort',
      'include',
      'cache-key',
    ]);
    assert.deepEqual(requestRepairs({ model: 'm', input: 'hi', previous_response_id: 'resp_1' }, body), [
      'history',
    ]);
  });
});
