/** Answers and files that are nearly right, and what Codex makes of them behind the relay. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseObject } from '../../src/json.ts';
import type { ChatChunk, ChatRequest } from '../../src/wire/chat.ts';
import { llamaServer } from '../providers/strict/servers/llamacpp.ts';
import type { LocalServer } from '../providers/strict/servers/model.ts';
import { vllmServer } from '../providers/strict/servers/vllm.ts';
import { killLeftovers, runCli } from '../support/cli-process.ts';
import {
  deltaChunk,
  finishChunk,
  type Script,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { completedItems, printed, succeeded, textOf, toolLike } from './reading.ts';
import { DEBUG_MODELS, describeReleases } from './releases.ts';
import { EXEC, type ScriptedProvider, type Stage, setStage } from './stage.ts';

const TINY = fileURLToPath(new URL('tiny-mcp-server.ts', import.meta.url));

const COMMAND = { id: 'call_line', name: 'exec_command', arguments: { cmd: 'echo a-line >> lines.txt' } };

/** The name of a tool as a stream may bring it: the first piece is another declared tool. */
const NAME_IN_PIECES: readonly [how: string, pieces: (short: string, long: string) => string[]][] = [
  ['in fragments', (short, long) => [short, long.slice(short.length)]],
  ['as a growing snapshot', (short, long) => [short, long]],
  ['whole, again and again', (_, long) => [long, long, long]],
];

const LEAKED: readonly [how: string, pieces: readonly string[]][] = [
  ['between tags', ['<think>A secret ', 'thought.</think>', 'The answer.']],
  ['closed but never opened', ['A secret thought.', '</think>', '\n\nThe answer.']],
  ['in other tags', ['<thinking>', 'A secret thought.</thinking>\nThe ', 'answer.']],
];

/** Arguments that make no call. */
const NO_ARGUMENTS: readonly [what: string, text: string][] = [
  ['mere words', 'please run echo'],
  // Codex would take it for the fields, one after the other; in 0.110 the first of them is the command.
  ['a bare list', '["echo a-line >> lines.txt"]'],
  ['nearly an object', '{cmd: echo a-line >> lines.txt}'],
];

function scripted(executable: string, provider: ScriptedProvider, more: object = {}): Promise<Stage> {
  return setStage({ executable, providers: { scripted: provider }, ...more });
}

/** A local server that answers as `script` says, unless it refuses the request or a schema leaves no choice. */
function local(preset: string, server: LocalServer, script: Script): ScriptedProvider {
  return {
    preset,
    models: ['local'],
    routes: server.routes,
    script: async (chat, index) => {
      const own = server.answer(chat);
      const mustAnswer = (own.status ?? 200) >= 400 || chat.body['response_format'] !== undefined;
      const reply = typeof script === 'function' ? await script(chat, index) : script[index];
      return mustAnswer || reply === undefined ? own : reply;
    },
  };
}

function nameChunks(pieces: readonly string[], args: object): ChatChunk[] {
  const deltas = pieces.map((name, at) => ({
    index: 0,
    ...(at === 0 && { id: 'call_named', type: 'function' as const }),
    function: { name, arguments: '' },
  }));
  return [
    ...deltas.map((delta) => deltaChunk({ tool_calls: [delta] })),
    deltaChunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(args) } }] }),
    finishChunk('tool_calls'),
  ];
}

function hasOutput({ messages }: ChatRequest): boolean {
  return messages.some(({ role }) => role === 'tool');
}

function lines({ place }: Stage): Promise<string> {
  return readFile(join(place.workspace, 'lines.txt'), 'utf8');
}

describeReleases('nearly right answers, and the real', (scene) => {
  for (const [how, pieces] of NAME_IN_PIECES) {
    const play = async (executable: string) => {
      const script: Script = ({ body }, index) => {
        if (index > 0) return streamReply(textChunks('Echoed.'));
        const [short, long] = [/echo.back$/, /echo.back.twice$/].map((name) => toolLike(body, name));
        const names = pieces(short?.function.name ?? '', long?.function.name ?? '');
        return streamReply(nameChunks(names, { text: 'drawer' }));
      };
      const mcpServers = { tiny: [process.execPath, TINY, '--twin'] };
      await using stage = await scripted(executable, { script, models: ['m'] }, { mcpServers });
      const run = await stage.codex('exec', ...EXEC, '--json', '--', 'Echo something');
      succeeded(run);
      const called = completedItems(run, 'mcp_tool_call').map(({ tool }) =>
        String(tool).replaceAll('-', '_'),
      );
      assert.deepEqual(called, ['echo_back_twice']);
      assert.match(stage.chatsOf('scripted')[1]?.text ?? '', /reward reward/);
    };
    scene(`runs no other tool than the one that is named ${how}`, play);
  }

  for (const [how, pieces] of LEAKED) {
    scene(`shows no thinking that leaks ${how} as the answer`, async (executable) => {
      const script = [streamReply(textChunks(...pieces))];
      // A name that tells that its template opens the thinking itself.
      await using stage = await scripted(executable, { script, models: ['deepseek-r1'] });
      const run = await stage.codex('exec', ...EXEC, '--json', '--', 'Think');
      succeeded(run);
      assert.deepEqual(
        printed(run)
          .map(String)
          .map((text) => text.trim()),
        ['The answer.'],
      );
      assert.match(JSON.stringify(completedItems(run, 'reasoning')), /A secret thought\./);
    });
  }

  const untold = async (executable: string) => {
    const [, [, pieces] = ['', []]] = LEAKED;
    const script = () => streamReply(textChunks(...pieces));
    await using stage = await scripted(executable, { script, models: ['no-telling-name'] });
    const turns = [
      await stage.codex('exec', ...EXEC, '--', 'Think'),
      await stage.codex('exec', 'resume', '--last', ...EXEC, '--json', '--', 'Think'),
    ] as const;
    for (const turn of turns) succeeded(turn);
    const [first, second] = turns;
    assert.equal(first.stdout.trim(), 'The answer.', 'its last message is the answer alone');
    assert.deepEqual(printed(second).map(String), ['The answer.']);
    assert.match(JSON.stringify(completedItems(second, 'reasoning')), /A secret thought\./);
  };
  scene(
    'answers with the answer where nothing told that thinking was open, and knows it from then on',
    untold,
  );

  for (const [what, text] of NO_ARGUMENTS) {
    const title = `tells the model of arguments that are ${what}, and goes on at a server that refuses such a history`;
    scene(title, async (executable) => {
      const script: Script = (_, index) =>
        [
          streamReply(toolCallChunks({ ...COMMAND, id: 'call_bad', arguments: text })),
          streamReply(toolCallChunks(COMMAND)),
        ][index] ?? streamReply(textChunks('Corrected.'));
      await using stage = await scripted(
        executable,
        local('llamacpp', llamaServer({ model: 'local' }), script),
      );
      const run = await stage.codex('exec', ...EXEC, '--', 'Write a line');
      succeeded(run);
      assert.equal(run.stdout.trim(), 'Corrected.');
      assert.equal(await lines(stage), 'a-line\n');
      const [told] = stage.chatsOf('scripted')[1]?.body.messages.slice(-1) ?? [];
      assert.equal(told?.role, 'tool');
      assert.match(textOf(told), /failed to parse function arguments/);

      const again = await stage.codex('exec', 'resume', '--last', ...EXEC, '--', 'And now?');
      succeeded(again);
      assert.equal(stage.chatsOf('scripted').length, 4);
    });
  }

  for (const [preset, server] of [
    ['llamacpp', llamaServer({ model: 'local' })],
    ['vllm', vllmServer({ model: 'local', window: 65_536, reasoningParser: true })],
  ] as const) {
    scene(
      `runs a command beside --output-schema at ${preset}, where a schema shuts tools off`,
      async (executable) => {
        const script: Script = ({ body }) =>
          hasOutput(body)
            ? streamReply(textChunks('{"title":"A line"}'))
            : streamReply(toolCallChunks(COMMAND));
        await using stage = await scripted(executable, local(preset, server, script));
        const schema = {
          type: 'object',
          properties: { title: { type: 'string' } },
          required: ['title'],
          additionalProperties: false,
        };
        await writeFile(join(stage.place.workspace, 'schema.json'), JSON.stringify(schema));
        const run = await stage.codex(
          'exec',
          ...EXEC,
          '--output-schema',
          'schema.json',
          '--',
          'Write a line',
        );
        succeeded(run);
        assert.equal(await lines(stage), 'a-line\n');
        assert.deepEqual(parseObject(run.stdout), { title: 'A line' });
        assert.match(stage.chatsOf('scripted')[0]?.text ?? '', /\\"title\\"/, 'the schema is told in words');
      },
    );
  }

  for (const [preset, server] of [
    ['llamacpp', llamaServer({ model: 'local', window: 32_768 })],
    ['vllm', vllmServer({ model: 'local', window: 32_768 })],
  ] as const) {
    scene(`knows the window of a ${preset} server, and compacts within it`, async (executable) => {
      const script = [
        streamReply(toolCallChunks(COMMAND), usageChunk(30_000, 100)),
        streamReply(textChunks('The story so far.'), usageChunk(100, 10)),
        streamReply(textChunks('Done.'), usageChunk(200, 10)),
      ];
      await using stage = await scripted(executable, local(preset, server, script));
      const run = await stage.codex('exec', ...EXEC, '--', 'Write a line');
      succeeded(run);
      const asked = stage.chatsOf('scripted').map(({ text }) => /CONTEXT CHECKPOINT COMPACTION/.test(text));
      assert.deepEqual(asked, [false, true, false]);
      assert.equal(await lines(stage), 'a-line\n');
    });
  }

  const full = async (executable: string) => {
    const server = vllmServer({ model: 'local', window: 32_768 });
    const script = [
      streamReply(textChunks('A long').slice(0, -1), finishChunk('length'), usageChunk(11_502, 21_266)),
      streamReply(textChunks('The story so far.'), usageChunk(100, 10)),
      streamReply(textChunks('Done.'), usageChunk(200, 10)),
    ];
    await using stage = await scripted(executable, local('vllm', server, script));
    const run = await stage.codex('exec', ...EXEC, '--', 'Tell a long story');
    assert.match(run.stderr, /ran out of room|context window/);
    succeeded(await stage.codex('exec', 'resume', '--last', ...EXEC, '--', 'Go on'));
    const asked = stage.chatsOf('scripted').map(({ text }) => /CONTEXT CHECKPOINT COMPACTION/.test(text));
    assert.deepEqual(asked, [false, true, false]);
  };
  scene('makes room when the end of the window cut an answer', full);

  scene(
    'answers a stale model name with the chosen model after a switch, and says so once',
    async (executable) => {
      const provider = { script: () => streamReply(textChunks('Alpha.')), models: ['alpha-large'] } as const;
      await using stage = await scripted(executable, provider);
      const beta = await startScriptedUpstream(() => streamReply(textChunks('Beta.')), ['beta-large']);
      try {
        succeeded(await stage.codex('exec', ...EXEC, '-m', 'alpha-large', '--', 'One'));
        stage.relay.use({ upstream: beta.url, model: 'beta-large', provider: 'openai-compatible' });
        await stage.relay.models();
        for (const prompt of ['Two', 'Three']) {
          const args = ['exec', 'resume', '--last', ...EXEC, '-m', 'alpha-large', '--', prompt];
          const run = await stage.codex(...args);
          succeeded(run);
          assert.equal(run.stdout.trim(), 'Beta.');
        }
        assert.deepEqual(
          beta.chats.map(({ body }) => body.model),
          ['beta-large', 'beta-large'],
        );
        const said = stage.warnings.filter((line) => line.includes('alpha-large'));
        assert.equal(said.length, 1, stage.warnings.join('\n'));
        assert.match(said[0] ?? '', /beta-large/);
      } finally {
        await beta.stop();
      }
    },
  );
});

describeReleases('a configuration that is taken out, and the real', (scene) => {
  after(killLeftovers);

  for (const [what, flags] of [
    ['with a catalog', (home: string) => ['--out', home]],
    ['without one', () => []],
  ] as const) {
    const play = async (executable: string) => {
      await using stage = await scripted(executable, { script: [], models: ['m'] });
      const { home } = stage.place;
      const { PATH = '' } = process.env;
      const environment = { PATH: `${dirname(executable)}${delimiter}${PATH}`, CODEX_HOME: home };
      const relay = ['--upstream', stage.upstream('scripted').url, '--model', 'm', '--port', `${stage.port}`];
      const printed = await runCli([...relay, '--print-config', ...flags(home)], { environment });
      assert.equal(printed.code, 0, printed.stderr);
      await writeFile(join(home, 'config.toml'), printed.stdout);
      assert.equal((await stage.codex('debug', 'models')).exitCode, 0);
      for (const command of ['--write-config', '--remove-config']) {
        const done = await runCli([...relay, command, '--yes'], { environment });
        assert.equal(done.code, 0, done.stderr);
        const { exitCode, stderr } = await stage.codex('debug', 'models');
        assert.equal(exitCode, 0, `after ${command}: ${stderr}`);
      }
      const { stdout } = await stage.codex('debug', 'models');
      assert.doesNotMatch(stdout, /codex-relay/, 'its own models are back');
    };
    const title = `leaves a Codex that starts, beside a hand-written configuration ${what}`;
    scene(title, play, { since: DEBUG_MODELS });
  }
});
