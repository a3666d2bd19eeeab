/** Every kind of tool, there and back: declared, lowered, called, streamed, restored, and replayed. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { CALL_KINDS, TOOL_KINDS, toolKindOf } from '../../../src/translate/tools/kinds/index.ts';
import type { InputItem, Tool } from '../../../src/wire/responses.ts';
import { assertEventRules } from '../../support/event-rules.ts';
import { toolCallChunks } from '../../support/scripted-upstream.ts';
import { eventsOf, messagesOf, streamFor, translate } from '../../support/translating.ts';

const KINDS_FOLDER = new URL('../../../src/translate/tools/kinds/', import.meta.url);

/** The Chat calls that a history holds, each with the content of its tool message. */
function replayed(items: InputItem[], tools: Tool[] = []): string[] {
  const { messages } = translate({ input: items, tools }).body;
  const outputs = new Map(
    messages.flatMap((message) =>
      message.role === 'tool' ? [[message.tool_call_id, message.content] as const] : [],
    ),
  );
  return messages
    .flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
    .map((call) => `${call.function.name}(${call.function.arguments}) -> ${outputs.get(call.id)}`);
}

describe('kinds of tools', () => {
  it('are all in the list, one file each', () => {
    const files = readdirSync(KINDS_FOLDER).filter((name) => name !== 'index.ts');
    assert.equal(CALL_KINDS.length, files.length);
  });

  it('share no type and no id prefix', () => {
    const types = CALL_KINDS.flatMap((kind) => [kind.callType, ...kind.outputTypes]);
    assert.equal(new Set(types).size, types.length);
    assert.equal(new Set(TOOL_KINDS.map((kind) => kind.toolType)).size, TOOL_KINDS.length);
    assert.equal(new Set(TOOL_KINDS.map((kind) => kind.idPrefix)).size, TOOL_KINDS.length);
  });

  it('include no tool that the relay cannot lower', () => {
    for (const type of ['namespace', 'web_search', 'local_shell', 'constructor', '']) {
      assert.equal(toolKindOf(type), undefined, type);
    }
  });

  for (const kind of TOOL_KINDS) {
    describe(kind.toolType, () => {
      const tool: Tool = { type: kind.toolType, name: kind.defaultName };
      const args =
        kind.textField === null
          ? '{"query":"é"}'
          : JSON.stringify({ [kind.textField]: 'é\n"quoted", and then some' });
      const reducer = streamFor({ tools: [tool] });
      const events = eventsOf(
        reducer,
        toolCallChunks({ id: 'call_a', name: kind.defaultName, arguments: args }),
      );
      const [item] = reducer.response.output;

      it('comes back as an item of its own type, under an id with its own prefix', () => {
        assertEventRules(events);
        assert.equal(item?.type, kind.callType);
        assert.equal(item?.id, `${kind.idPrefix}_1`);
      });

      it('streams its payload in several events of its own type, and repeats it whole in one', () => {
        const own = events.filter(({ type }) => type === kind.deltaType);
        assert.ok(own.length > 1);
        const done = events.filter(({ type }) => type === kind.deltaType.replace(/delta$/, 'done'));
        assert.equal(done.length, 1);
        const said = own.map((event) => ('delta' in event ? event.delta : '')).join('');
        const whole = done.map((event) => {
          if ('input' in event) return event.input;
          return 'arguments' in event && event.name === kind.defaultName ? event.arguments : undefined;
        });
        assert.deepEqual(whole, [said]);
      });

      it('is replayed to the model as the call that the model made', () => {
        for (const type of kind.outputTypes) {
          const output = { type, call_id: 'call_a', output: 'fine' };
          assert.deepEqual(replayed([{ ...item } as InputItem, output], [tool]), [
            `${kind.defaultName}(${args}) -> fine`,
          ]);
        }
      });
    });
  }

  it('replays a local shell call, which no client declares', () => {
    const action = { type: 'exec', command: ['ls'] };
    const items = [
      { type: 'local_shell_call', call_id: 'a', action },
      { type: 'local_shell_call_output', call_id: 'a', output: 'file' },
    ];
    assert.deepEqual(replayed(items), [`local_shell(${JSON.stringify(action)}) -> file`]);
  });

  it('replays anything as the text of an object: chat templates parse it', () => {
    const ARGUMENTS: [given: InputItem['arguments'], sent: string][] = [
      ['{"a":1}', '{"a":1}'],
      [{ a: 1 }, '{"a":1}'],
      ['', '{}'],
      [' ', '{}'],
      [null, '{}'],
      [undefined, '{}'],
      ['{"a":', '{"malformed_arguments":"{\\"a\\":"}'],
      ['"a":1}', '{"malformed_arguments":"\\"a\\":1}"}'],
      ['[1]', '{"malformed_arguments":"[1]"}'],
      [[1], '{"malformed_arguments":[1]}'],
      [3, '{"malformed_arguments":3}'],
    ];
    for (const type of ['function_call', 'tool_search_call']) {
      for (const [given, sent] of ARGUMENTS) {
        const [message] = messagesOf([{ type, call_id: 'a', name: 'run', arguments: given }]);
        const calls = message?.role === 'assistant' ? message.tool_calls : undefined;
        assert.equal(calls?.[0]?.function.arguments, sent);
      }
    }
  });
});
