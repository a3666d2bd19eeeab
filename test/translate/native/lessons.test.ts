/** What refusals of Responses endpoints teach, in the words that they were seen in (reports of 2026). */
import assert from 'node:assert/strict';
import { nativeLessonsIn, refusesField, refusesTools } from '../../../src/translate/native/lessons.ts';
import type { NativeRequest } from '../../../src/translate/native/to-native-request.ts';

const BODY: NativeRequest = {
  model: 'm',
  input: [
    { type: 'message', role: 'developer', content: 'Be brief.', id: 'msg_0', status: 'completed' },
    { type: 'reasoning', summary: [], encrypted_content: 'blob' },
    { type: 'function_call', call_id: 'c', name: 'run', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'a' }] },
  ],
  stream: true,
  tools: [
    { type: 'function', name: 'run', strict: false },
    { type: 'custom', name: 'apply_patch' },
    { type: 'web_search' },
  ],
  reasoning: { effort: 'xhigh', summary: 'auto' },
  text: { verbosity: 'low', format: { type: 'json_schema' } },
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'key',
  store: false,
};

/** By what is refused, as the log will say it. */
const CASES: [answer: string, refuses: string[]][] = [
  ['json: unknown field "prompt_cache_key"', ['prompt_cache_key']],
  ["Unsupported parameter: 'include' is not supported with this model in the Responses API", ['include']],
  ['Unknown parameter: reasoning.summary', ['reasoning.summary']],
  ['reasoning_effort: xhigh is not supported, use low, medium or high', ['reasoning.effort']],
  ['Verbosity is not supported', ['text.verbosity']],
  ['tools.2.type: Invalid value web_search', ['web_search']],
  ["Invalid value: 'developer'. Supported values are: 'system', 'user'.", ['developer messages']],
  ['input[1]: unknown variant `reasoning`, expected `message`', ['reasoning in the input']],
  ['Could not decode the compaction blob: invalid', ['reasoning in the input']],
  ["input[0].id: Item with id 'msg_0' not found, not valid", ['ids and states of items']],
  ['input[3].output must be a string, not a list', ['outputs as lists']],
  ['Argument not supported: strict', ['strict']],
  ['InvalidParameter: the request is invalid', ['include', 'prompt_cache_key', 'store']],
  ['The server is on fire', []],
];

const said = (message: string) => JSON.stringify({ error: { message } });

describe('a refusal of a Responses endpoint', () => {
  for (const [answer, refuses] of CASES) {
    it(`teaches from: ${answer}`, () => {
      const lessons = nativeLessonsIn(BODY, said(answer), []);
      assert.deepEqual(
        lessons.map((lesson) => lesson.refuses),
        refuses,
      );
      for (const { change } of lessons) assert.notDeepEqual(change(BODY), BODY);
      assert.ok(
        nativeLessonsIn(BODY, said(answer), lessons).every((lesson) => !refuses.includes(lesson.refuses)),
        'nothing is tried twice',
      );
    });
  }

  it('is about a kind of tool if it names one that the client declared', () => {
    for (const answer of ['tools[1].type: unknown variant `custom`', 'tool type custom is not supported'])
      assert.equal(refusesTools(BODY, said(answer)), true, answer);
    for (const answer of ['Invalid custom header', 'tools[2].type: unknown variant `web_search`', 'custom'])
      assert.equal(refusesTools(BODY, said(answer)), false, answer);
  });

  it('is one of a kind of item where it names one that was sent', () => {
    const item = (type: string): NativeRequest => ({ ...BODY, input: [...BODY.input, { type }] });
    for (const [type, answer] of [
      ['custom_tool_call', 'input[4]: unknown variant `custom_tool_call`, expected `message`'],
      ['agent_message', "Invalid value: 'agent_message'. Supported values are: 'message', 'reasoning'."],
      ['additional_tools', 'unknown item type: additional_tools'],
      ['web_search_call', 'Input tag web_search_call does not match any of the expected tags'],
    ] as const) {
      assert.equal(refusesTools(item(type), said(answer)), true, answer);
      assert.equal(refusesTools(BODY, said(answer)), false, 'it was not sent');
    }
    for (const answer of [
      'input[1]: unknown variant `reasoning`, expected one of `message`, `custom_tool_call`',
      'No tool output found for custom_tool_call c.',
    ])
      assert.equal(refusesTools(item('custom_tool_call'), said(answer)), false, answer);
  });

  it('leaves out for once what its service cannot open, and for good what it does not take', () => {
    const own = { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] };
    const body = { ...BODY, input: [...BODY.input, own] };
    for (const [answer, isPassing, left] of [
      ['The encrypted content for item rs_1 could not be verified.', true, 1],
      ['encrypted content was not issued to this caller', true, 1],
      ['Could not decode the compaction blob: invalid', true, 1],
      ['invalid_encrypted_content: must be valid', true, 1],
      ['input[1].encrypted_content: not supported', undefined, 0],
    ] as const) {
      const [lesson] = nativeLessonsIn(body, said(answer), []);
      assert.equal(lesson?.isPassing, isPassing, answer);
      const sent = lesson?.change(body).input.filter(({ type }) => type === 'reasoning');
      assert.equal(sent?.length, left, answer);
    }
  });

  it('is about a field if it names one, whatever it says about the API', () => {
    assert.equal(refusesField(BODY, said("'include' is not supported in the Responses API")), true);
    assert.equal(refusesField(BODY, said('This model is not supported in the Responses API')), false);
  });
});
