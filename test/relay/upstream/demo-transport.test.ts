import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../../../src/json.ts';
import { createDemoTransport } from '../../../src/relay/upstream/demo-transport.ts';
import type { ChatChunk, ChatMessage, ChatRequest } from '../../../src/wire/chat.ts';

const BASE = 'demo:scripted';
const USER: ChatMessage = { role: 'user', content: 'Say hello' };

const EXEC_COMMAND = tool('exec_command', {
  properties: { cmd: { type: 'string' }, workdir: { type: 'string' } },
  required: ['cmd'],
});

function tool(name: string, parameters: JsonObject) {
  return { type: 'function' as const, function: { name, parameters: { type: 'object', ...parameters } } };
}

interface Answer {
  thinking: string;
  text: string;
  calls: { id: string; name: string; arguments: string }[];
  finish: string | null | undefined;
  chunks: ChatChunk[];
}

async function ask(request: Partial<ChatRequest>): Promise<Answer> {
  const transport = createDemoTransport(async () => {});
  const body = Buffer.from(JSON.stringify({ model: 'demo', stream: true, messages: [USER], ...request }));
  const { signal } = new AbortController();
  const reply = await transport({
    method: 'POST',
    url: `${BASE}/chat/completions`,
    headers: {},
    body,
    signal,
  });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], 'text/event-stream');
  return readAnswer(await text(reply.body));
}

function readAnswer(sse: string): Answer {
  const data = sse
    .split('\n\n')
    .filter(Boolean)
    .map((event) => event.replace(/^data: /, ''));
  assert.equal(data.pop(), '[DONE]');
  const chunks = data.map((text): ChatChunk => JSON.parse(text));
  const answer: Answer = { thinking: '', text: '', calls: [], finish: undefined, chunks };
  for (const { delta, finish_reason } of chunks.flatMap(({ choices }) => choices ?? [])) {
    answer.thinking += delta?.reasoning_content ?? '';
    answer.text += delta?.content ?? '';
    answer.finish = finish_reason ?? answer.finish;
    for (const { id, function: called } of delta?.tool_calls ?? []) {
      if (id) answer.calls.push({ id, name: called?.name ?? '', arguments: '' });
      const call = answer.calls.at(-1) ?? assert.fail('arguments before a call');
      call.arguments += called?.arguments ?? '';
    }
  }
  return answer;
}

describe('scripted demo', () => {
  it('lists one model', async () => {
    const { signal } = new AbortController();
    const reply = await createDemoTransport()({ method: 'GET', url: `${BASE}/models`, headers: {}, signal });
    const { data } = JSON.parse(await text(reply.body));
    assert.deepEqual(
      data.map(({ id }: { id: string }) => id),
      ['demo'],
    );
  });

  it('thinks, then says in several chunks that it is a script, not a model', async () => {
    const { thinking, text, calls, finish, chunks } = await ask({});
    assert.match(thinking, /script/);
    assert.match(text, /a script, not a model/);
    assert.deepEqual(calls, []);
    assert.equal(finish, 'stop');
    const withText = chunks.filter(({ choices }) => choices?.[0]?.delta?.content);
    assert.ok(withText.length > 5, `${withText.length} chunks of text`);
  });

  it('ends with the usage, in whole tokens', async () => {
    const { usage, choices } = (await ask({})).chunks.at(-1) ?? assert.fail('no chunk');
    assert.deepEqual(choices, []);
    const { prompt_tokens, completion_tokens, total_tokens } = usage ?? {};
    assert.ok(Number.isInteger(prompt_tokens) && Number.isInteger(completion_tokens));
    assert.equal(total_tokens, Number(prompt_tokens) + Number(completion_tokens));
  });

  const command = 'echo "Hello from the Codex Relay demo"';
  const callable: [name: string, parameters: JsonObject, called: JsonObject][] = [
    ['exec_command', EXEC_COMMAND.function.parameters, { cmd: command }],
    ['shell_command', { properties: { command: { type: 'string' } } }, { command }],
    ['shell', { properties: { command: { type: 'array' } } }, { command: ['bash', '-lc', command] }],
  ];
  for (const [name, parameters, called] of callable) {
    it(`calls ${name} once, in the shape that its schema declares`, async () => {
      const { calls, text, finish } = await ask({ tools: [tool('view_image', {}), tool(name, parameters)] });
      assert.deepEqual(
        calls.map((call) => [call.name, JSON.parse(call.arguments)]),
        [[name, called]],
      );
      assert.ok(text.includes(name), text);
      assert.equal(finish, 'tool_calls');
    });
  }

  const notCallable: [why: string, declared: ReturnType<typeof tool>][] = [
    ['runs no command', tool('write_stdin', { properties: { chars: { type: 'string' } } })],
    ['has an unknown name', tool('delete_all', { properties: { command: { type: 'string' } } })],
    [
      'needs more than the command',
      tool('shell', { properties: { command: {}, host: {} }, required: ['command', 'host'] }),
    ],
    ['declares no parameter', tool('exec_command', {})],
  ];
  for (const [why, declared] of notCallable) {
    it(`calls no tool that ${why}`, async () => {
      const { calls, finish } = await ask({ tools: [declared] });
      assert.deepEqual([calls.length, finish], [0, 'stop']);
    });
  }

  it('tells what the tool returned and ends the turn', async () => {
    const messages: ChatMessage[] = [
      USER,
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'exec_command', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'exit 0\nHello, you' }] },
      { role: 'system', content: 'A late instruction' },
    ];
    const { calls, text, finish } = await ask({ messages, tools: [EXEC_COMMAND] });
    assert.deepEqual([calls.length, finish], [0, 'stop']);
    assert.ok(text.includes('> exit 0\n> Hello, you'), text);
  });

  it('calls the tool again in the next turn of the user, under another id', async () => {
    const first = await ask({ tools: [EXEC_COMMAND] });
    const messages: ChatMessage[] = [USER, { role: 'tool', tool_call_id: 'c', content: 'Hello' }, USER];
    const second = await ask({ messages, tools: [EXEC_COMMAND] });
    assert.equal(second.calls.length, 1);
    assert.notEqual(second.calls[0]?.id, first.calls[0]?.id);
  });

  it('stops between two chunks when the client leaves', async () => {
    const client = new AbortController();
    let pauses = 0;
    const transport = createDemoTransport(async () => {
      if (++pauses === 3) client.abort();
    });
    const reply = await transport({
      method: 'POST',
      url: `${BASE}/chat/completions`,
      headers: {},
      body: Buffer.from(JSON.stringify({ messages: [USER] })),
      signal: client.signal,
    });
    let chunks = 0;
    await assert.rejects(
      async () => {
        for await (const _ of reply.body) chunks++;
      },
      { name: 'AbortError' },
    );
    assert.equal(chunks, 2);
  });

  it('serves nothing else', async () => {
    const { signal } = new AbortController();
    const reply = await createDemoTransport()({ method: 'POST', url: `${BASE}/models`, headers: {}, signal });
    assert.equal(reply.status, 404);
  });
});
