import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PRIVATE, Trimmer } from './trim.ts';

const SESSION = '01a20273-0f40-7550-a4d4-18067b098ae5';

describe('trimming a recorded request', () => {
  const trim = (body: Parameters<Trimmer['request']>[3], headers = {}) =>
    new Trimmer({
      paths: [['/home/someone/run-x1/workspace', '/workspace']],
      reseal: (sealed) => `opened ${sealed}`,
    }).request('POST', '/v1/responses', headers, body);

  it('replaces ids by the order in which they appear, the same one by the same', () => {
    const { body } = trim({ a: SESSION, b: [{ id: `msg_${SESSION}` }, { id: 'rs_abc' }], c: `${SESSION}:0` });
    const session = '00000000-0000-4000-8000-000000000001';
    assert.deepEqual(body, { a: session, b: [{ id: 'msg_2' }, { id: 'rs_3' }], c: `${session}:0` });
  });

  it('keeps no folder, time or chunk id of the machine', () => {
    const output =
      'Chunk ID: 5d1501\nWall time: 0.0512 seconds\nOutput:\n/home/someone/run-x1/workspace/a.txt';
    const { body } = trim({ input: [{ type: 'function_call_output', output }] });
    const kept = 'Chunk ID: 000000\nWall time: 0.0 seconds\nOutput:\n/workspace/a.txt';
    assert.deepEqual(body, { input: [{ type: 'function_call_output', output: kept }] });
  });

  it('blanks private metadata and drops headers that nobody named', () => {
    const headers = { authorization: 'Bearer secret', 'x-codex-turn-metadata': '{"git":"..."}', cookie: 'a' };
    const { headers: kept, body } = trim({ client_metadata: { b: 'x', a: { deep: 'y' } } }, headers);
    assert.deepEqual(kept, { 'x-codex-turn-metadata': PRIVATE });
    assert.deepEqual(body, { client_metadata: { a: PRIVATE, b: PRIVATE } });
  });

  it('keeps sealed reasoning in a form that can be read', () => {
    const { body } = trim({ input: [{ type: 'reasoning', encrypted_content: 'abc' }] });
    assert.deepEqual(body, { input: [{ type: 'reasoning', encrypted_content: 'opened abc' }] });
  });

  it("cuts Codex's prose, not what a person said", () => {
    const prose = `<skills_instructions>\n${'Use the skills wisely. '.repeat(20)}`;
    const message = (role: string) => ({ role, content: [{ type: 'input_text', text: prose }] });
    const { body } = trim({
      instructions: prose,
      input: [message('developer'), message('user')],
      tools: [{ name: 'a', description: `Runs a command ${prose}`, parameters: { description: 'short' } }],
    });
    const cut = '<skills_instructions> [cut]';
    assert.deepEqual(body, {
      instructions: cut,
      input: [{ role: 'developer', content: [{ type: 'input_text', text: cut }] }, message('user')],
      tools: [{ name: 'a', description: 'Runs a command [cut]', parameters: { description: 'short' } }],
    });
  });
});
