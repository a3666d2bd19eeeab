/** Names that every JavaScript object has, as names of everything that others may name. */
import assert from 'node:assert/strict';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { parseOverrides } from '../../src/codex/overrides.ts';
import { readSettings } from '../../src/extension/settings.ts';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import { start } from '../../src/index.ts';
import { readModelList } from '../../src/providers/model-list.ts';
import { assertEventRules } from '../support/event-rules.ts';
import { AS_CODEX, allEvents, responseOf, startRig } from '../support/relay-client.ts';
import { streamReply, textChunks } from '../support/scripted-upstream.ts';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'then'];
/** As text, since a literal would set a prototype. */
const POISON = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';

function bodyWith(name: string): string {
  const key = JSON.stringify(name);
  return `{
    "model": ${key}, "stream": true, ${key}: ${POISON}, "metadata": ${POISON}, "prompt_cache_key": ${key},
    "input": [
      {"type": "message", "role": "user", "content": "hi", ${key}: ${POISON}},
      {"type": ${key}, "id": ${key}},
      {"type": "function_call", "call_id": ${key}, "name": ${key}, "arguments": ${JSON.stringify(POISON)}},
      {"type": "function_call_output", "call_id": ${key}, "output": ${JSON.stringify(POISON)}},
      {"type": "custom_tool_call", "call_id": "b${name}", "name": ${key}, "input": "x"},
      {"type": "custom_tool_call_output", "call_id": "b${name}", "output": "x"}
    ],
    "tools": [
      {"type": "function", "name": ${key}, "parameters": {"type": "object", "properties": {${key}: {"type": "string"}}, "required": [${key}], "$defs": ${POISON}}},
      {"type": "namespace", "name": "n${name}", "tools": [{"type": "function", "name": ${key}, "parameters": ${POISON}}]},
      {"type": ${key}}
    ],
    "reasoning": {"effort": ${key}},
    "text": {"format": {"type": ${key}, "name": ${key}, "schema": ${POISON}}},
    "service_tier": ${key}
  }`;
}

describe('prototype pollution', () => {
  afterEach(() => {
    const { polluted } = {} as { polluted?: unknown };
    assert.equal(polluted, undefined);
  });

  for (const name of NAMES) {
    it(`through a request: ${name}`, async () => {
      const rig = await startRig(() =>
        streamReply(
          `data: {"choices":[{"index":0,"delta":${POISON}}],${JSON.stringify(name)}:${POISON},"usage":${POISON}}\n\n`,
          textChunks('hi'),
        ),
      );
      for (const headers of [{}, { ...AS_CODEX, 'thread-id': name }]) {
        const events = await allEvents(await rig.post(bodyWith(name), headers));
        assertEventRules(events);
        assert.equal(events.at(-1)?.type, 'response.completed');
      }
      const [tool] = rig.upstream.chats[0]?.body.tools ?? [];
      assert.match(JSON.stringify(tool), new RegExp(`"properties":\\{"${name}":\\{"type":"string"\\}\\}`));
      await rig.stop();
    });

    it(`through a name of a model that nobody serves: ${name}`, async () => {
      const rig = await startRig(() => streamReply(textChunks('hi')), {
        modelMap: { a: 'b' },
        fallbacks: { a: [] },
      });
      for (const model of [name, `${name}/x`, `x/${name}`]) {
        const response = await responseOf(await rig.post({ model, input: 'x' }));
        assert.equal(response.status, 'completed');
      }
      await rig.stop();
    });

    it(`through the ids of a history: ${name}`, async () => {
      const history = createMemoryStore();
      assert.equal(await history.exchange(name), undefined);
      assert.equal(await history.conversation(name), undefined);
      assert.equal(await history.reasoningByCallId(name), undefined);
      assert.equal(await history.reasoningByFingerprint(name), undefined);
      assert.equal(await history.delete(name), false);
      await history.close();
    });

    it(`through files and settings: ${name}`, async () => {
      for (const text of [
        `[${name}]\npolluted = true\n`,
        `${name} = { ${name} = 1, polluted = true }\n`,
        `[model_providers.${name}]\npolluted = true\n`,
      ]) {
        assert.match(addRelayKeys(text, { port: 4444 }), /polluted = true/);
      }
      parseOverrides(`{${JSON.stringify(name)}:{"contextWindow":1000}}`);
      readModelList(
        JSON.parse(`{"data":[{"id":${JSON.stringify(name)},"architecture":${POISON}},${POISON}]}`),
      );
      const poisoned: unknown = JSON.parse(POISON);
      readSettings(() => poisoned);
      readSettings(
        (setting) => ({ models: { [name]: 'm' }, modelMap: JSON.parse(`{"__proto__":"m"}`) })[setting],
      );
      await assert.rejects(start({ port: 0, provider: name }), /is unknown/);
    });
  }
});
