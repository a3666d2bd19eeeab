/** Codex's WebSocket mode: the same conversation at the provider, over one connection, with what is new only. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asObject } from '../../src/json.ts';
import type { ChatRequest } from '../../src/wire/chat.ts';
import {
  CUT,
  deltaChunk,
  errorReply,
  reasoningChunks,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { startAppServer } from './app-server.ts';
import { complaints, completedItems, printed, succeeded, textOf, toolLike } from './reading.ts';
import { describeReleases } from './releases.ts';
import { EXEC, type Stage, setStage } from './stage.ts';

/** The first tested release that speaks it to a provider of the user's own. */
const SINCE = { since: '0.130.0' };

/** What went between Codex and the relay. */
interface Line {
  stage: Stage;
  /** How many WebSockets, how many ordinary answers, and how many WebSockets were refused. */
  count(): { sockets: number; streams: number; refused: number };
  /** How many responses were asked for as the continuation of another. */
  continued(): number;
}

async function setLine(executable: string, script: Script, webSocket = true): Promise<Line> {
  let heard = '';
  const hear = (text: string) => {
    heard += text;
  };
  const providers = { one: { script, models: ['a-model'] as const } };
  const stage = await setStage({ executable, providers, hear, relay: { webSocket } });
  const matches = (pattern: RegExp) => heard.match(pattern)?.length ?? 0;
  return {
    stage,
    count: () => ({
      sockets: matches(/HTTP\/1\.1 101 /g),
      streams: matches(/content-type: text\/event-stream/gi),
      refused: matches(/HTTP\/1\.1 426 /g),
    }),
    continued: () => matches(/"type":"response\.created"[^\n]{0,400}?"previous_response_id":"resp_/g),
  };
}

const command = (id: string, cmd: string) => toolCallChunks({ id, name: 'exec_command', arguments: { cmd } });

const twoCommands = (index: number) =>
  [
    streamReply(reasoningChunks(['First this.']), command('call_1', 'echo one')),
    streamReply(reasoningChunks(['Then that.']), command('call_2', 'echo two')),
  ][index] ?? streamReply(textChunks('Both ran.'), usageChunk(900, 50));

/** What differs from run to run in any case. */
function withoutChance({ messages, tools }: ChatRequest): string {
  return JSON.stringify({ messages, tools: tools?.length })
    .replaceAll(/run-\w+/g, 'run')
    .replaceAll(/Chunk ID: \w+|Wall time: [\d.]+|[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
}

/** Older releases open some that they do not use. */
function assertSockets({ sockets, streams }: ReturnType<Line['count']>, least: number): void {
  assert.ok(sockets >= least, `${sockets} WebSockets`);
  assert.equal(streams, 0, 'nothing goes over HTTP');
}

describeReleases('a WebSocket, and the real', (scene) => {
  scene(
    'carries a turn with tools, and the provider gets what it gets over HTTP',
    async (executable) => {
      const sent: string[][] = [];
      for (const webSocket of [true, false]) {
        const { stage, count, continued } = await setLine(
          executable,
          (_, index) => twoCommands(index),
          webSocket,
        );
        await using _ = stage;
        const run = await stage.codex('exec', ...EXEC, '--json', '--', 'Run two commands');
        succeeded(run);
        assert.deepEqual(printed(run), ['Both ran.']);
        const { sockets, streams } = count();
        assert.deepEqual([sockets > 0, streams], webSocket ? [true, 0] : [false, 3]);
        // The two answers with a command, and in newer releases the prewarm.
        assert.ok(webSocket ? continued() >= 2 : continued() === 0, `${continued()}`);
        sent.push(stage.chatsOf('one').map(({ body }) => withoutChance(body)));
      }
      assert.deepEqual(sent[0], sent[1]);
    },
    SINCE,
  );

  scene(
    'is opened anew after an answer that broke off, and the whole is sent once more',
    async (executable) => {
      const script: Script = (_, index) =>
        index === 1
          ? { body: [deltaChunk({ content: 'I beg' }), CUT] }
          : twoCommands(index > 1 ? index - 1 : index);
      const { stage, count } = await setLine(executable, script);
      await using _ = stage;
      const run = await stage.codex('exec', ...EXEC, '--json', '--', 'Run two commands');
      succeeded(run);
      assert.deepEqual(printed(run).at(-1), 'Both ran.');
      assertSockets(count(), 2);
      const [, broken, again] = stage.chatsOf('one').map(({ body }) => withoutChance(body));
      assert.equal(again, broken);
    },
    SINCE,
  );

  scene(
    'tells in one sentence what the provider refused',
    async (executable) => {
      const { stage, count } = await setLine(executable, () =>
        errorReply(400, 'This word is not liked here.'),
      );
      await using _ = stage;
      const run = await stage.codex('exec', ...EXEC, '--', 'Say it');
      assert.equal(run.exitCode, 1);
      const told = new Set(complaints(run).filter((line) => line.includes('not liked')));
      assert.equal(told.size, 1, run.stderr);
      assert.match([...told][0] ?? '', /^ERROR: [^{]*This word is not liked here\.$/);
      assert.equal(stage.chatsOf('one').length, 1);
      assertSockets(count(), 1);
    },
    SINCE,
  );

  // Releases up to 0.145 wait for the end of an answer that they were told to stop.
  scene(
    'lets a turn be stopped, and carries the next ones and a compaction',
    async (executable) => {
      const script: Script = ({ body }) => {
        const last = textOf(body.messages.at(-1));
        if (/CONTEXT CHECKPOINT COMPACTION/.test(last)) return streamReply(textChunks('The story so far.'));
        if (/Never end/.test(last))
          return { body: [deltaChunk({ content: 'I begin, and ' }), new Promise(() => {})] };
        return streamReply(textChunks(`You said: ${last}`), usageChunk(900, 10));
      };
      const { stage, count } = await setLine(executable, script);
      await using _ = stage;
      await using server = startAppServer(executable, stage.place);
      await server.request('initialize', { clientInfo: { name: 'test', title: null, version: '1.0.0' } });
      server.notify('initialized');
      const started = await server.request('thread/start', { cwd: stage.place.workspace });
      const threadId = String(asObject(started['thread'])?.['id']);
      const say = async (text: string) => {
        const from = server.notifications.length;
        const input = [{ type: 'text', text, text_elements: [] }];
        const { turn } = await server.request('turn/start', { threadId, input });
        return { from, turnId: asObject(turn)?.['id'] };
      };
      const ended = async (from: number) =>
        asObject((await server.notified('turn/completed', { from }))['turn'])?.['status'];

      assert.equal(await ended((await say('One')).from), 'completed');
      const endless = await say('Never end');
      await server.notified('item/agentMessage/delta', { from: endless.from });
      await server.request('turn/interrupt', { threadId, turnId: endless.turnId });
      assert.equal(await ended(endless.from), 'interrupted');
      assert.equal(await stage.chatsOf('one').at(-1)?.clientLeft, true);
      assert.equal(await ended((await say('Two')).from), 'completed');
      assert.match(stage.chatsOf('one').at(-1)?.text ?? '', /You said: One.*turn_aborted.*Two/);

      const from = server.notifications.length;
      await server.request('thread/compact/start', { threadId });
      assert.equal(await ended(from), 'completed');
      assert.equal(await ended((await say('Three')).from), 'completed');
      const last = stage.chatsOf('one').at(-1)?.text ?? '';
      assert.match(last, /The story so far\..*Three/);
      assert.doesNotMatch(last, /You said/);
      assertSockets(count(), 2);
    },
    { since: '0.160.0' },
  );

  scene(
    'goes to a sub-agent too',
    async (executable) => {
      const script: Script = ({ body }, index) => {
        if (
          body.messages.some(
            (message) => textOf(message).includes('Say who you are') && message.role === 'user',
          )
        )
          return streamReply(textChunks('This is the child.'));
        const [spawn, wait] = [/spawn_agent$/, /wait_agent$/].map(
          (name) => toolLike(body, name).function.name,
        );
        if (index === 0) {
          const task = { message: 'Say who you are' };
          return streamReply(toolCallChunks({ id: 'call_spawn', name: spawn ?? '', arguments: task }));
        }
        if (!body.messages.some((message) => textOf(message).includes('This is the child.'))) {
          const output = body.messages.map(textOf).find((text) => text.includes('agent_id')) ?? '';
          const [, id = ''] = /"agent_id":\s*"([^"]+)"/.exec(output) ?? [];
          const args = { targets: [id], timeout_ms: 60_000 };
          return streamReply(toolCallChunks({ id: `call_wait_${index}`, name: wait ?? '', arguments: args }));
        }
        return streamReply(textChunks('It has answered.'));
      };
      const { stage, count } = await setLine(executable, script);
      await using _ = stage;
      const run = await stage.codex('exec', ...EXEC, '--', 'Ask a sub-agent');
      succeeded(run);
      assert.equal(run.stdout.trim(), 'It has answered.');
      assertSockets(count(), 2);
    },
    SINCE,
  );

  scene(
    'is not taken by default: Codex goes on over HTTP at once',
    async (executable) => {
      const { stage, count } = await setLine(executable, (_, index) => twoCommands(index), false);
      await using _ = stage;
      const config = join(stage.place.home, 'config.toml');
      const text = await readFile(config, 'utf8');
      await writeFile(config, text.replace('supports_websockets = false', 'supports_websockets = true'));
      const run = await stage.codex('exec', ...EXEC, '--json', '--', 'Run two commands');
      succeeded(run);
      assert.deepEqual(printed(run), ['Both ran.']);
      // Apart from a line in its log, its user does not notice.
      assert.deepEqual(completedItems(run, 'error'), []);
      assert.ok(!run.events.some(({ type }) => type === 'error'));
      const { sockets, streams, refused } = count();
      assert.deepEqual([sockets, streams, refused > 0], [0, 3, true]);
    },
    SINCE,
  );
});
