/**
 * What the real Codex does through the relay: the table that the tests check and the recorder records. A scene
 * says how Codex is run, what the provider answers, and what must have come of it on all three sides.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChatAssistantMessage } from '../../src/wire/chat.ts';
import {
  errorReply,
  reasoningChunks,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import type { SceneOutcome } from './play.ts';
import { calls, completedItems, printed, succeeded, textOf, toolLike, toolText } from './reading.ts';
import { EXEC } from './stage.ts';
import { tinyPng } from './tiny-png.ts';

export interface Scene {
  /** Name of its fixture. */
  name: string;
  /** What is proven, as the end of "Codex ...". */
  title: string;
  mcpServers?: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** The first release that offers what it needs. Default: all do. */
  since?: string;
  /** Fields that the model's catalog entry gets over the usual ones. */
  entryFields?: object;
  /** Puts files into the workspace. */
  prepare?: (workspace: string) => Promise<void>;
  /** Codex's arguments, one list per process. */
  commands: readonly (readonly string[])[];
  upstream: Script;
  check: (outcome: SceneOutcome) => void | Promise<void>;
}

const exec = (prompt: string, ...flags: string[]) => ['exec', ...EXEC, ...flags, '--', prompt];

const PATCH = `*** Begin Patch
*** Update File: notes.txt
@@
 first line
-second line
+second line, "edited" — by Codex
 third line
*** End Patch
`;

const PICTURE = tinyPng(8, [200, 30, 30]);

export const SCENES: readonly Scene[] = [
  {
    name: 'plain_text',
    title: 'prints the answer, and nothing that worries its user',
    commands: [exec('Say hello')],
    upstream: [streamReply(textChunks('Hello ', 'from the ', 'script ✓'), usageChunk(1200, 34))],
    check({ runs: [run], requests }) {
      succeeded(run);
      assert.equal(run?.stdout.trim(), 'Hello from the script ✓');
      assert.match(run?.stderr ?? '', /tokens used\s+1,234/);
      assert.doesNotMatch(run?.stderr ?? '', /warning|error|metadata/i);
      assert.equal(requests.length, 1);
      assert.equal(textOf(requests[0]?.messages.at(-1)), 'Say hello');
      assert.equal(requests[0]?.stream, true);
    },
  },
  {
    name: 'parallel_commands',
    title: 'runs two commands of one answer and returns both outputs',
    commands: [exec('Run two commands', '--json')],
    upstream: [
      streamReply(
        toolCallChunks(
          { id: 'call_a', name: 'exec_command', arguments: { cmd: 'echo alpha-output' } },
          { id: 'call_b', name: 'exec_command', arguments: { cmd: 'echo beta-output' } },
        ),
      ),
      streamReply(textChunks('Both ran.')),
    ],
    check({ runs: [run], requests }) {
      succeeded(run);
      const commands = completedItems(run, 'command_execution');
      assert.deepEqual(
        commands.map(({ exit_code }) => exit_code),
        [0, 0],
      );
      assert.deepEqual(printed(run), ['Both ran.']);
      assert.equal(requests.length, 2);
      const [turn, ...outputs] = requests[1]?.messages.slice(-3) ?? [];
      assert.deepEqual(
        calls(turn).map(({ id }) => id),
        ['call_a', 'call_b'],
      );
      assert.match(toolText(outputs[0], 'call_a'), /alpha-output/);
      assert.match(toolText(outputs[1], 'call_b'), /beta-output/);
    },
  },
  {
    name: 'apply_patch',
    title: 'edits a file with the freeform apply_patch tool',
    prepare: (workspace) => writeFile(join(workspace, 'notes.txt'), 'first line\nsecond line\nthird line\n'),
    commands: [exec('Edit the notes', '--json')],
    upstream: ({ body }, index) => {
      if (index > 0) return streamReply(textChunks('Edited.'));
      const tool = toolLike(body, /^apply_patch$/);
      const [field = ''] = Object.keys(tool.function.parameters['properties'] ?? {});
      const call = { id: 'call_patch', name: tool.function.name, arguments: { [field]: PATCH } };
      return streamReply(toolCallChunks(call));
    },
    async check({ runs: [run], requests, place }) {
      succeeded(run);
      const edited = 'first line\nsecond line, "edited" — by Codex\nthird line\n';
      assert.equal(await readFile(join(place.workspace, 'notes.txt'), 'utf8'), edited);
      assert.equal(completedItems(run, 'file_change').length, 1);
      const [turn, output] = requests[1]?.messages.slice(-2) ?? [];
      assert.deepEqual(Object.values(JSON.parse(calls(turn)[0]?.function.arguments ?? '{}')), [PATCH]);
      assert.match(toolText(output, 'call_patch'), /Success/);
    },
  },
  {
    name: 'mcp_tool',
    title: 'calls the tool of an MCP server and returns its answer',
    mcpServers: { tiny: [process.execPath, fileURLToPath(new URL('tiny-mcp-server.ts', import.meta.url))] },
    commands: [exec('Echo something', '--json')],
    upstream: ({ body }, index) => {
      if (index > 0) return streamReply(textChunks('Echoed.'));
      const { name } = toolLike(body, /echo.back/).function;
      return streamReply(toolCallChunks({ id: 'call_mcp', name, arguments: { text: 'drawer' } }));
    },
    check({ runs: [run], requests }) {
      succeeded(run);
      const [call] = completedItems(run, 'mcp_tool_call');
      assert.equal(call?.['server'], 'tiny');
      assert.equal(call?.['status'], 'completed');
      const [turn, output] = requests[1]?.messages.slice(-2) ?? [];
      assert.match(calls(turn)[0]?.function.name ?? '', /tiny.*echo/);
      assert.match(toolText(output, 'call_mcp'), /reward/);
    },
  },
  {
    name: 'image',
    title: 'shows the model an image given with -i',
    prepare: (workspace) => writeFile(join(workspace, 'red.png'), PICTURE),
    commands: [exec('What is this?', '-i', 'red.png')],
    upstream: [streamReply(textChunks('A red square.'))],
    check({ runs: [run], requests }) {
      succeeded(run);
      assert.equal(run?.stdout.trim(), 'A red square.');
      const content = requests[0]?.messages.at(-1)?.content;
      assert.ok(Array.isArray(content), 'text and image are parts');
      const [image, ...more] = content.filter((part) => part.type === 'image_url');
      assert.match(JSON.stringify(image), /data:image\/png;base64,iVBOR/);
      assert.deepEqual(more, []);
      assert.match(textOf(requests[0]?.messages.at(-1)), /What is this\?/);
    },
  },
  {
    name: 'reasoning',
    title: 'shows the reasoning and gives it back to the provider with its tool call',
    commands: [exec('Think first', '--json')],
    upstream: [
      streamReply(
        reasoningChunks(['A command ', 'will tell.']),
        toolCallChunks({
          id: 'call_think',
          name: 'exec_command',
          arguments: { cmd: 'echo thought-through' },
        }),
        usageChunk(100, 10, { completion_tokens_details: { reasoning_tokens: 4 } }),
      ),
      streamReply(
        reasoningChunks(['Now it ', 'is clear.']),
        textChunks('Done thinking.'),
        usageChunk(200, 20, {
          prompt_tokens_details: { cached_tokens: 90 },
          completion_tokens_details: { reasoning_tokens: 5 },
        }),
      ),
    ],
    check({ runs: [run], requests }) {
      succeeded(run);
      const shown = completedItems(run, 'reasoning').map(({ text }) => text);
      assert.deepEqual(shown, ['A command will tell.', 'Now it is clear.']);
      assert.deepEqual(printed(run), ['Done thinking.']);
      const usage = run?.events.find(({ type }) => type === 'turn.completed')?.usage;
      assert.partialDeepStrictEqual(usage, { input_tokens: 300, cached_input_tokens: 90, output_tokens: 30 });
      const [turn] = requests[1]?.messages.slice(-2) ?? [];
      assert.equal((turn as ChatAssistantMessage).reasoning_content, 'A command will tell.');
    },
  },
  {
    name: 'resume',
    title: 'continues a session with `exec resume`',
    commands: [exec('Remember the number 42'), ['exec', 'resume', '--last', ...EXEC, '--', 'Which number?']],
    upstream: [
      streamReply(reasoningChunks(['A number.']), textChunks('I will remember 42.')),
      streamReply(textChunks('It was 42.')),
    ],
    check({ runs, requests }) {
      runs.forEach(succeeded);
      assert.deepEqual(
        runs.map(({ stdout }) => stdout.trim()),
        ['I will remember 42.', 'It was 42.'],
      );
      const spoken = requests[1]?.messages.filter(({ role }) => role !== 'system').map(textOf) ?? [];
      const firstTurn = spoken.indexOf('Remember the number 42');
      assert.equal(spoken[firstTurn + 1], 'I will remember 42.');
      assert.equal(spoken.at(-1), 'Which number?');
    },
  },
  {
    name: 'upstream_error',
    title: 'tells its user in one sentence what the provider refused, after one attempt',
    commands: [exec('Say hello')],
    upstream: () => errorReply(401, 'Incorrect API key provided.', { code: 'invalid_api_key' }),
    check({ runs: [run], requests }) {
      assert.equal(run?.exitCode, 1);
      const errors = new Set(run?.stderr.split('\n').filter((line) => line.startsWith('ERROR')));
      assert.equal(errors.size, 1, run?.stderr);
      assert.match([...errors].join(), /^ERROR: [^{}]*Incorrect API key provided\.[^{}]*$/);
      assert.doesNotMatch(run?.stderr ?? '', /reconnecting|exceeded retry limit/i);
      assert.equal(requests.length, 1);
    },
  },
];
