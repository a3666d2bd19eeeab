/** The shapes of requests that a model's catalog entry makes Codex send. The relay's own entries ask for none of them. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/json.ts';
import type { ChatMessage, ChatRequest } from '../../src/wire/chat.ts';
import { type Script, streamReply, textChunks, toolCallChunks } from '../support/scripted-upstream.ts';
import { calls, complaints, printed, succeeded, textOf, toolLike } from './reading.ts';
import { describeReleases, isOlder } from './releases.ts';
import { EXEC, type Stage, setStage, toolNames } from './stage.ts';

const TINY: [string, string] = [
  process.execPath,
  fileURLToPath(new URL('tiny-mcp-server.ts', import.meta.url)),
];

/** The first tested release with these fields of an entry. */
const SINCE = { since: '0.145.0' };

function stageWith(executable: string, entryFields: JsonObject, script: Script): Promise<Stage> {
  const providers = { one: { script, models: ['a-model'] as const } };
  return setStage({ executable, entryFields, providers, mcpServers: { tiny: TINY } });
}

const call = (id: string, name: string, args: object) =>
  streamReply(toolCallChunks({ id, name, arguments: args }));

/** The output of a call, as the model was told of it. */
function outputOf({ messages }: ChatRequest, id: string): string {
  return textOf(messages.find((message) => message.role === 'tool' && message.tool_call_id === id));
}

async function exec(stage: Stage, prompt: string): Promise<void> {
  const run = await stage.codex('exec', ...EXEC, '--json', '--', prompt);
  succeeded(run);
  assert.deepEqual(complaints({ ...run, stdout: '' }), []);
  assert.equal(printed(run).at(-1), 'Done.');
}

describeReleases('the shapes of a catalog entry, and the real', (scene) => {
  scene(
    'Lite: the tools in an item of the input are offered, and run',
    async (executable) => {
      await using stage = await stageWith(executable, { use_responses_lite: true }, ({ body }, index) => {
        if (index === 0) return call('call_1', 'exec_command', { cmd: 'echo lite-output' });
        if (index === 1) return call('call_2', toolLike(body, /echo.back/).function.name, { text: 'drawer' });
        return streamReply(textChunks('Done.'));
      });
      await exec(stage, 'Run a command');
      const [, , last] = stage.chatsOf('one');
      assert.ok(last);
      assert.match(outputOf(last.body, 'call_1'), /lite-output/);
      assert.match(outputOf(last.body, 'call_2'), /reward/);
      assert.doesNotMatch(last.text, /additional_tools/);
      assert.ok(toolNames(last.body).includes('apply_patch'));
    },
    SINCE,
  );

  scene(
    'code mode: a script in place of tools runs them',
    async (executable) => {
      const code = [
        'const { output } = await tools.exec_command({ cmd: "echo from-a-script" });',
        'text("It says “" + output.trim() + "”.");',
        '',
      ].join('\n');
      const fields = { use_responses_lite: true, tool_mode: 'code_mode_only' };
      await using stage = await stageWith(executable, fields, ({ body }, index) => {
        if (index > 0) return streamReply(textChunks('Done.'));
        const tool = toolLike(body, /^exec$/).function;
        const [field = ''] = Object.keys(tool.parameters['properties'] ?? {});
        return call('call_1', tool.name, { [field]: code });
      });
      await exec(stage, 'Run a script');
      const [first, second] = stage.chatsOf('one');
      assert.ok(first && second);
      assert.deepEqual(
        toolNames(first.body).filter((name) => /exec_command|apply_patch|mcp/.test(name)),
        [],
      );
      assert.match(outputOf(second.body, 'call_1'), /It says “from-a-script”\./);
      const [made] = calls(second.body.messages.at(-2));
      assert.deepEqual(Object.values(JSON.parse(made?.function.arguments ?? '{}')), [code]);
    },
    SINCE,
  );

  scene(
    'tool search: a tool that was found is offered from then on, and called',
    async (executable) => {
      await using stage = await stageWith(executable, { supports_search_tool: true }, ({ body }, index) => {
        if (index === 0) return call('call_search', 'tool_search', { query: 'echo back' });
        if (index === 1)
          return call('call_echo', toolLike(body, /echo.back/).function.name, { text: 'drawer' });
        return streamReply(textChunks('Done.'));
      });
      await exec(stage, 'Find a tool');
      const [first, second, third] = stage.chatsOf('one').map(({ body }) => body);
      assert.ok(first && second && third);
      assert.ok(!toolNames(first).some((name) => /echo/.test(name)), 'the tool is not offered before');
      // What stood there before stands there still: the provider's prompt cache depends on it.
      assert.deepEqual(toolNames(second).slice(0, toolNames(first).length), toolNames(first));
      assert.match(outputOf(second, 'call_search'), /echo.back/);
      assert.match(outputOf(third, 'call_echo'), /reward/);
    },
    SINCE,
  );

  scene(
    'agents of the second kind: the child gets its task, and its parent the answer',
    async (executable, release) => {
      const isChild = ({ messages }: ChatRequest) =>
        messages.some(
          ({ role, content }) =>
            role === 'user' &&
            /message from agent.*Say who you are/s.test(textOf({ role, content } as ChatMessage)),
        );
      let asked = 0;
      await using stage = await stageWith(executable, { multi_agent_version: 'v2' }, ({ body, text }) => {
        if (isChild(body)) return streamReply(textChunks('This is the child.'));
        asked += 1;
        if (asked === 1) {
          const task = { task_name: 'who', message: 'Say who you are' };
          return call('call_spawn', toolLike(body, /spawn_agent$/).function.name, task);
        }
        if (!text.includes('This is the child.') && asked < 5)
          return call(`call_wait_${asked}`, toolLike(body, /wait_agent$/).function.name, {
            timeout_ms: 20_000,
          });
        return streamReply(textChunks('Done.'));
      });
      await exec(stage, 'Ask a sub-agent');
      const bodies = stage.chatsOf('one').map(({ body }) => body);
      const children = bodies.filter(isChild);
      assert.equal(children.length, 1);
      const spawned = children[0]?.messages.flatMap(calls).map(({ id }) => id) ?? [];
      // From 0.169 on the child gets its parent's history, the spawn call included, which has no output yet.
      assert.deepEqual(spawned, isOlder(release, '0.169.0') ? [] : ['call_spawn']);
      assert.match(JSON.stringify(bodies.at(-1)), /This is the child\./);
    },
    SINCE,
  );
});
