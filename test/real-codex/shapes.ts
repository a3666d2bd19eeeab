/** The shapes of requests that a model's catalog entry makes Codex send. The relay's own entries ask for none of them. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { ChatRequest } from '../../src/wire/chat.ts';
import { streamReply, textChunks, toolCallChunks } from '../support/scripted-upstream.ts';
import type { SceneOutcome } from './play.ts';
import { calls, complaints, printed, succeeded, textOf, toolLike } from './reading.ts';
import type { Scene } from './scenes.ts';
import { EXEC, toolNames } from './stage.ts';

const mcpServers = {
  tiny: [process.execPath, fileURLToPath(new URL('tiny-mcp-server.ts', import.meta.url))],
} as const;

/** The first tested release with these fields of an entry. */
const since = '0.145.0';

const exec = (prompt: string) => [['exec', ...EXEC, '--json', '--', prompt]];

const call = (id: string, name: string, args: object) =>
  streamReply(toolCallChunks({ id, name, arguments: args }));

/** The output of a call, as the model was told of it. */
function outputOf(request: ChatRequest | undefined, id: string): string {
  return textOf(request?.messages.find((message) => message.role === 'tool' && message.tool_call_id === id));
}

function assertDone({ runs: [run] }: SceneOutcome): void {
  succeeded(run);
  assert.ok(run);
  assert.deepEqual(complaints({ ...run, stdout: '' }), []);
  assert.equal(printed(run).at(-1), 'Done.');
}

const CODE = [
  'const { output } = await tools.exec_command({ cmd: "echo from-a-script" });',
  'text("It says “" + output.trim() + "”.");',
  '',
].join('\n');

/** Whether it is the sub-agent that is asked. */
function isChild({ messages }: ChatRequest): boolean {
  return messages.some(
    (message) => message.role === 'user' && /message from agent.*Say who you are/s.test(textOf(message)),
  );
}

export const SHAPES: readonly Scene[] = [
  {
    name: 'lite',
    title: 'Lite: the tools in an item of the input are offered, and run',
    since,
    mcpServers,
    entryFields: { use_responses_lite: true },
    commands: exec('Run a command'),
    upstream: ({ body }, index) => {
      if (index === 0) return call('call_1', 'exec_command', { cmd: 'echo lite-output' });
      if (index === 1) return call('call_2', toolLike(body, /echo.back/).function.name, { text: 'drawer' });
      return streamReply(textChunks('Done.'));
    },
    check(outcome) {
      assertDone(outcome);
      const last = outcome.requests[2];
      assert.match(outputOf(last, 'call_1'), /lite-output/);
      assert.match(outputOf(last, 'call_2'), /reward/);
      assert.doesNotMatch(JSON.stringify(last), /additional_tools/);
      assert.ok(toolNames(last).includes('apply_patch'));
    },
  },
  {
    name: 'code_mode',
    title: 'code mode: a script in place of tools runs them',
    since,
    mcpServers,
    entryFields: { use_responses_lite: true, tool_mode: 'code_mode_only' },
    commands: exec('Run a script'),
    upstream: ({ body }, index) => {
      if (index > 0) return streamReply(textChunks('Done.'));
      const tool = toolLike(body, /^exec$/).function;
      const [field = ''] = Object.keys(tool.parameters['properties'] ?? {});
      return call('call_1', tool.name, { [field]: CODE });
    },
    check(outcome) {
      assertDone(outcome);
      const [first, second] = outcome.requests;
      assert.deepEqual(
        toolNames(first).filter((name) => /exec_command|apply_patch|mcp/.test(name)),
        [],
      );
      assert.match(outputOf(second, 'call_1'), /It says “from-a-script”\./);
      const [made] = calls(second?.messages.at(-2));
      assert.deepEqual(Object.values(JSON.parse(made?.function.arguments ?? '{}')), [CODE]);
    },
  },
  {
    name: 'tool_search',
    title: 'tool search: a tool that was found is offered from then on, and called',
    since,
    mcpServers,
    entryFields: { supports_search_tool: true },
    commands: exec('Find a tool'),
    upstream: ({ body }, index) => {
      if (index === 0) return call('call_search', 'tool_search', { query: 'echo back' });
      if (index === 1)
        return call('call_echo', toolLike(body, /echo.back/).function.name, { text: 'drawer' });
      return streamReply(textChunks('Done.'));
    },
    check(outcome) {
      assertDone(outcome);
      const [first, second, third] = outcome.requests;
      assert.ok(!toolNames(first).some((name) => /echo/.test(name)), 'the tool is not offered before');
      // What came before is unchanged: the provider's prompt cache depends on it.
      assert.deepEqual(toolNames(second).slice(0, toolNames(first).length), toolNames(first));
      assert.match(outputOf(second, 'call_search'), /echo.back/);
      assert.match(outputOf(third, 'call_echo'), /reward/);
    },
  },
  {
    name: 'agents',
    title: 'agents of the second kind: the child gets its task, and its parent the answer',
    since,
    mcpServers,
    entryFields: { multi_agent_version: 'v2' },
    commands: exec('Ask a sub-agent'),
    upstream: ({ body, text }) => {
      if (isChild(body)) return streamReply(textChunks('This is the child.'));
      if (!text.includes('call_spawn')) {
        const task = { task_name: 'who', message: 'Say who you are' };
        return call('call_spawn', toolLike(body, /spawn_agent$/).function.name, task);
      }
      if (text.includes('This is the child.')) return streamReply(textChunks('Done.'));
      const id = `call_wait_${body.messages.length}`;
      return call(id, toolLike(body, /wait_agent$/).function.name, { timeout_ms: 20_000 });
    },
    check(outcome) {
      assertDone(outcome);
      const children = outcome.requests.filter(isChild);
      assert.equal(children.length, 1);
      const spawned = children[0]?.messages.flatMap(calls).map(({ id }) => id) ?? [];
      // From 0.169 on the child gets its parent's history, the spawn call included, which has no output yet.
      assert.ok(['', 'call_spawn'].includes(spawned.join()), spawned.join());
      assert.match(JSON.stringify(outcome.requests.at(-1)), /This is the child\./);
    },
  },
];
