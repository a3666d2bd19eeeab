/** What every Responses endpoint may rely on that takes only functions, messages and text, whatever Codex sent. */
import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../src/json.ts';
import type { NativeRequest } from '../../src/translate/native/to-native-request.ts';

const ITEMS = new Set(['message', 'reasoning', 'function_call', 'function_call_output']);
const FIELDS = new Set([
  ...['model', 'instructions', 'input', 'stream', 'tools', 'tool_choice', 'reasoning', 'text', 'store'],
  ...['max_output_tokens', 'parallel_tool_calls', 'temperature', 'top_p'],
]);

/** Fails when a request breaks a rule of the most careful reading (`BASE_NATIVE`). */
export function assertNativeRules({ input, tools = [], ...fields }: NativeRequest): void {
  assert.deepEqual(
    Object.keys(fields).filter((field) => !FIELDS.has(field)),
    [],
    'fields that nobody needs to know',
  );
  assert.deepEqual(
    input.filter(({ type }) => !ITEMS.has(String(type))),
    [],
    'kinds of items',
  );
  assert.deepEqual(input.filter(holdsOthersFields), [], 'what only a server writes');
  assertCallsAreAnswered(input);
  assertInstructions(input);
  assert.deepEqual(
    tools.filter(({ type }) => type !== 'function'),
    [],
  );
  const names = tools.map(({ name }) => String(name));
  assert.deepEqual(
    names.filter((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name)),
    [],
  );
  assert.equal(new Set(names).size, names.length, `duplicate tool names: ${names.join(', ')}`);
}

function holdsOthersFields(item: JsonObject): boolean {
  const isOthers = (field: string, value: Json | undefined) =>
    value === null || ['id', 'status', 'phase'].includes(field);
  return Object.entries(item).some(([field, value]) => isOthers(field, value));
}

/** The calls of an answer are together, directly followed by one output for each. */
export function assertCallsAreAnswered(input: readonly JsonObject[]): void {
  const open: unknown[] = [];
  const used = new Set<unknown>();
  let isClosing = false;
  for (const item of input) {
    const type = String(item['type']);
    // Made and answered by the provider.
    if (type === 'web_search_call') continue;
    const callId = item['call_id'];
    if (type.endsWith('_call_output')) {
      assert.equal(callId, open.shift(), 'an output answers the oldest open call');
      isClosing = true;
    } else {
      if (!type.endsWith('_call') || isClosing)
        assert.equal(open.length, 0, `a ${type} stands before ${open} was answered`);
      isClosing = false;
      if (!type.endsWith('_call')) continue;
      assert.ok(!used.has(callId), `call id ${String(callId)} is used twice`);
      assert.ok(String(callId).length <= 64);
      used.add(callId);
      open.push(callId);
    }
  }
  assert.equal(open.length, 0, `no output answers ${open}`);
}

/** Instructions are one message, the first. */
function assertInstructions(input: readonly JsonObject[]): void {
  const places = input.flatMap(({ role }, at) => (role === 'developer' || role === 'system' ? at : []));
  assert.ok(places.length === 0 || (places.length === 1 && places[0] === 0), `instructions at ${places}`);
}
