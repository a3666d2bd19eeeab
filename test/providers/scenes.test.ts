/**
 * Multi-turn scenes with tools and thinking, in the real Codex's own requests, against strict upstreams: each
 * refuses what its provider is documented to refuse. Everything goes over HTTP, through `start()`.
 */
import assert from 'node:assert/strict';
import { start } from '../../src/index.ts';
import type { JsonObject } from '../../src/json.ts';
import { BASE_PROFILE } from '../../src/providers/base-profile.ts';
import { PRESETS, presetById, profileFor } from '../../src/providers/index.ts';
import type { RelayHandle } from '../../src/relay/options.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import type { ChatChunk } from '../../src/wire/chat.ts';
import { parseRequest } from '../../src/wire/request-schema.ts';
import type { InputItem, OutputItem, ResponseResource } from '../../src/wire/responses.ts';
import { readFixtures } from '../support/fixtures.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../support/scripted-upstream.ts';
import { FAMILIES } from './strict/index.ts';
import { calling, complaintAbout, refusalOf, type StrictFamily, thinking } from './strict/rules.ts';

const CODEX_HEADERS = { 'content-type': 'application/json', originator: 'codex_exec' };
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'banana'];
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const CODEX_BODY = recordedBody();

describe('scenes at strict upstreams', () => {
  it('cover every preset', () => {
    const covered = FAMILIES.flatMap(({ presets }) => presets);
    const all = PRESETS.map(({ profile }) => profile.id).filter((id) => id !== 'demo');
    assert.deepEqual(covered.toSorted(), all.toSorted());
  });

  it('are strict: most refuse what the careful generic dialect sends', () => {
    const request = parseRequest({
      ...CODEX_BODY,
      reasoning: { effort: 'xhigh' },
      tools: [{ type: 'function', name: '1', parameters: { properties: { a: { $ref: '#/$defs/b' } } } }],
      max_output_tokens: 9,
      tool_choice: { type: 'function', name: '1' },
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: `call_${'x'.repeat(60)}`, name: '1', arguments: '{}' },
        { type: 'function_call_output', call_id: `call_${'x'.repeat(60)}`, output: 'a' },
        { role: 'developer', content: 'More.' },
      ],
    });
    const lenient = FAMILIES.filter((family) => {
      const [model = ''] = family.models;
      const { body } = toChatRequest({ ...request, model }, { profile: BASE_PROFILE, model });
      const chat = { body, headers: {}, path: '', text: '', clientLeft: Promise.resolve(false) };
      return complaintAbout(family, chat) === undefined;
    });
    assert.deepEqual(
      lenient.flatMap(({ presets }) => presets),
      ['xai', 'together', 'vllm', 'openai-compatible'],
    );
  });

  for (const family of FAMILIES) {
    for (const preset of family.presets) {
      for (const model of family.models) describe(`${preset}: ${model}`, () => scenes(family, preset, model));
    }
  }
});

function scenes(family: StrictFamily, preset: string, model: string): void {
  let upstream: ScriptedUpstream;
  let relay: RelayHandle;
  let script: (index: number) => ChatChunk[];
  const complaints: string[] = [];

  before(async () => {
    upstream = await startScriptedUpstream(
      (chat, index) => {
        const complaint = complaintAbout(family, chat);
        if (complaint !== undefined) complaints.push(complaint);
        return complaint === undefined ? streamReply(script(index)) : refusalOf(family, complaint);
      },
      [model],
    );
    relay = await start({ port: 0, upstream: upstream.url, provider: preset, apiKey: 'secret-key', model });
  });

  beforeEach(() => {
    complaints.length = 0;
    script = () => [...thinking(family, 'Thinking.'), ...textChunks('Done.')];
  });

  after(async () => {
    await relay.stop();
    await upstream.stop();
  });

  async function ask(fields: JsonObject): Promise<ResponseResource> {
    const body = { ...CODEX_BODY, model, ...fields };
    const reply = await fetch(`${relay.url}/v1/responses`, {
      method: 'POST',
      headers: CODEX_HEADERS,
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    assert.deepEqual(complaints, []);
    assert.equal(reply.status, 200, text);
    const last = text.split('\n').findLast((line) => line.startsWith('data: {')) ?? '';
    const { response } = JSON.parse(last.slice(6)) as { response: ResponseResource };
    assert.equal(response.status, 'completed', JSON.stringify(response.error));
    return response;
  }

  function lastMessages(): JsonObject[] {
    return (upstream.chats.at(-1)?.body.messages ?? []) as unknown as JsonObject[];
  }

  it('thinks, calls, reads outputs and images, patches, and answers', async () => {
    const input = [...(CODEX_BODY['input'] as unknown as InputItem[])];
    script = () => [
      ...thinking(family, 'First thought.'),
      ...calling(
        family,
        [
          { name: 'exec_command', arguments: { cmd: 'ls' } },
          { name: 'view_image', arguments: { path: 'a.png' } },
        ],
        0,
      ),
    ];
    const first = await ask({});
    const calls = callsOf(first.output);
    assert.deepEqual(
      calls.map(({ name }) => name),
      ['exec_command', 'view_image'],
    );
    input.push(...asInput(first.output));
    input.push({ type: 'function_call_output', call_id: calls[0]?.call_id ?? '', output: 'a.png' });
    input.push({
      type: 'function_call_output',
      call_id: calls[1]?.call_id ?? '',
      output: [{ type: 'input_image', image_url: PIXEL, detail: 'high' }],
    });

    script = () => [
      ...thinking(family, 'Second thought.'),
      ...calling(
        family,
        [{ name: 'apply_patch', arguments: { input: '*** Begin Patch\n*** End Patch' } }],
        2,
      ),
    ];
    const second = await ask({ input: input as never });
    const [patch] = second.output.filter((item) => item.type === 'custom_tool_call');
    assert.equal(patch?.input, '*** Begin Patch\n*** End Patch');
    assertReplayed('First thought.');
    input.push(...asInput(second.output));
    input.push({ type: 'custom_tool_call_output', call_id: patch?.call_id ?? '', output: 'Done!' });

    script = () => [...thinking(family, 'Third thought.'), ...textChunks('All ', 'done.')];
    const third = await ask({ input: input as never });
    assert.equal(textOf(third.output), 'All done.');
    assertReplayed('Second thought.');
    input.push(...asInput(third.output));

    input.push({ role: 'developer', content: [{ type: 'input_text', text: 'Permissions changed.' }] });
    input.push({ role: 'user', content: [{ type: 'input_text', text: 'Thanks. And now?' }] });
    script = () => [...thinking(family, 'Fourth.'), ...textChunks('Nothing.')];
    await ask({ input: input as never });
    assert.ok(JSON.stringify(lastMessages()).includes('Permissions changed.'));
  });

  /** The thought comes with the calls that it led to, if the provider wants it back. */
  function assertReplayed(thought: string): void {
    const { reasoningReplay } = profileFor(presetOf(preset), model);
    if (reasoningReplay.answers === 'never' || family.thinks === false) return;
    const holders = lastMessages().filter((message) =>
      JSON.stringify(message).includes(thought.slice(0, -1)),
    );
    assert.deepEqual(
      holders.map(({ role, tool_calls }) => [role, tool_calls !== undefined]),
      [['assistant', true]],
    );
  }

  for (const effort of EFFORTS) {
    it(`accepts effort ${effort}`, () => ask({ reasoning: { effort, summary: 'auto' } }));
  }

  for (const choice of ['auto', 'none', 'required', { type: 'function', name: 'exec_command' }]) {
    it(`accepts tool_choice ${typeof choice === 'string' ? choice : 'of one function'}`, async () => {
      await ask({ tool_choice: choice });
      await ask({ tool_choice: choice, reasoning: { effort: 'none' } });
    });
  }

  it("continues another provider's conversation", async () => {
    const sealed = 'crr1.foreign';
    const input = [
      { role: 'user', content: 'Hi' },
      { type: 'reasoning', summary: [], content: null, encrypted_content: sealed },
      {
        type: 'function_call',
        call_id: 'functions.exec_command:0',
        name: 'exec_command',
        arguments: '{"cmd":"a"}',
      },
      {
        type: 'function_call',
        call_id: `call_${'x'.repeat(60)}`,
        name: 'exec_command',
        arguments: '{"cmd":"b"}',
      },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Both at once.' }] },
      { type: 'function_call_output', call_id: 'functions.exec_command:0', output: 'a' },
      { type: 'function_call_output', call_id: `call_${'x'.repeat(60)}`, output: 'b' },
      { type: 'function_call', call_id: 'toolu_01', name: 'gone_tool', arguments: '{broken' },
      { type: 'function_call_output', call_id: 'toolu_unknown', output: 'orphan' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'An answer.' }] },
    ];
    await ask({ input });
    assert.ok(!JSON.stringify(lastMessages()).includes(sealed));
  });

  it('keeps going after an image of the user', () =>
    ask({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'See:' },
            { type: 'input_image', image_url: PIXEL },
          ],
        },
      ],
    }));

  it('answers in a given form, with tools and without', async () => {
    const format = {
      type: 'json_schema',
      name: 'codex_output_schema',
      strict: true,
      schema: {
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
        additionalProperties: false,
      },
    };
    await ask({ text: { format } });
    await ask({ text: { format }, tools: [] });
    await ask({ text: { format: { type: 'json_object' } }, tools: [] });
  });

  it('compacts: a history with calls, and no tools', () =>
    ask({
      tools: [],
      parallel_tool_calls: false,
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'call_1', name: 'exec_command', arguments: '{"cmd":"a"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'a' },
        { role: 'user', content: 'CONTEXT CHECKPOINT COMPACTION' },
      ],
    }));

  it('offers tools with every name and schema that MCP servers declare', () => {
    const property = { $ref: '#/$defs/node' };
    const node = { type: 'object', properties: { next: property, kind: { const: 'x' } } };
    const odd = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        tree: property,
        maybe: { type: ['string', 'null'], description: 'd' },
        either: { type: 'string', anyOf: [{ enum: ['a'] }, { pattern: 'b' }] },
        any: {},
        pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }] },
        all: { allOf: [{ type: 'object', properties: { a: { type: 'string' } } }] },
        count: { type: 'integer', exclusiveMinimum: 0, examples: [1] },
      },
      additionalProperties: false,
      $defs: { node },
    };
    const union = {
      oneOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }],
    };
    const tool = (name: string, parameters: unknown) => ({
      type: 'function',
      name,
      parameters,
      strict: false,
    });
    const many = Array.from({ length: 140 }, (_, at) =>
      tool(`tool_${at}`, { type: 'object', properties: {} }),
    );
    return ask({
      tools: [
        tool('odd', odd),
        tool('union', union),
        tool('empty', null),
        tool('3d_print', {}),
        tool('-x.y/z', {}),
        tool('n'.repeat(80), {}),
        { ...tool('strict', { type: 'object', properties: { a: { type: 'string' } } }), strict: true },
        { type: 'web_search', external_web_access: true },
        { type: 'web_search' },
        { type: 'image_generation' },
        ...many,
      ] as never,
    });
  });
}

function presetOf(id: string) {
  const preset = presetById(id);
  assert.ok(preset);
  return preset;
}

/** The first request of a recorded scene whose model has every kind of tool. */
function recordedBody(): JsonObject {
  const fixture = readFixtures().find(({ codex, scene }) => codex === '0.169.0' && scene === 'mcp_tool');
  assert.ok(fixture?.exchanges[0]);
  return fixture.exchanges[0].request.body;
}

function callsOf(output: readonly OutputItem[]) {
  return output.filter((item) => item.type === 'function_call');
}

function textOf(output: readonly OutputItem[]): string {
  const [message] = output.filter((item) => item.type === 'message');
  const [part] = message?.content ?? [];
  return part?.type === 'output_text' ? part.text : '';
}

function asInput(output: readonly OutputItem[]): InputItem[] {
  return output as unknown as InputItem[];
}
