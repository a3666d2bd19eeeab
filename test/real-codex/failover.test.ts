/** A provider that cannot answer, and another that stands in: the work is done, and done once. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/wire/chat.ts';
import {
  type BodyStep,
  CUT,
  deltaChunk,
  errorReply,
  finishChunk,
  type Script,
  type ScriptedReply,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';
import { complaints, succeeded } from './reading.ts';
import { describeReleases } from './releases.ts';
import { EXEC, keyOf, type Stage, setStage } from './stage.ts';

/** Leaves a line each time it is run. */
const COMMAND = { id: 'call_line', name: 'exec_command', arguments: { cmd: 'echo a-line >> lines.txt' } };

/** A model that has the command run once, whoever it is: it looks at what was done so far. */
function worker(name: string): Script {
  return ({ body }) =>
    hasOutput(body) ? streamReply(textChunks(`Done by ${name}.`)) : streamReply(toolCallChunks(COMMAND));
}

function hasOutput({ messages }: ChatRequest): boolean {
  return messages.some(({ role }) => role === 'tool');
}

/** A scripted reply for the first request, and `then` for all others. */
function once(first: ScriptedReply, then: Script): Script {
  return async (chat, index) => {
    if (index === 0) return first;
    const reply = typeof then === 'function' ? await then(chat, index) : then[index];
    return reply ?? errorReply(500, 'asked too often');
  };
}

function withStandIn(executable: string, broken: Script, hear?: (text: string) => void): Promise<Stage> {
  return setStage({
    ...(hear && { hear }),
    executable,
    providers: {
      // A hosted preset: a local one may take its time for the first word.
      broken: { script: broken, models: ['first-model'], preset: 'groq' },
      sound: { script: worker('sound'), models: ['second-model'], preset: 'groq' },
    },
    relay: { fallbacks: { '*': ['sound/second-model'] }, firstOutputMs: 2_000 },
  });
}

async function assertDoneOnce(stage: Stage, ...flags: string[]): Promise<void> {
  const run = await stage.codex('exec', ...EXEC, ...flags, '--', 'Write a line');
  succeeded(run);
  assert.equal(run.stdout.trim(), 'Done by sound.');
  assert.equal(await readFile(join(stage.place.workspace, 'lines.txt'), 'utf8'), 'a-line\n');
  for (const { headers } of stage.chatsOf('sound')) {
    assert.equal(headers.authorization, `Bearer ${keyOf('sound')}`);
  }
}

/** What the first provider does instead of an answer. */
const NOT_ANSWERED: readonly [what: string, reply: ScriptedReply][] = [
  ['refuses the key', errorReply(401, 'Incorrect API key provided', { code: 'invalid_api_key' })],
  ['has no money left', errorReply(402, 'Insufficient Balance')],
  ['asks to wait for an hour', errorReply(429, 'Too many requests', { headers: { 'retry-after': '3600' } })],
  ['is down', errorReply(503, 'Service Unavailable')],
  ['gives an empty answer', streamReply(finishChunk('stop'))],
  ['breaks off before a word', { body: [CUT] }],
  ['says nothing', { body: [new Promise(() => {})] }],
  ['fails in the stream', { body: ['data: {"error":{"message":"engine died","code":500}}\n\n'] }],
];

/** Where the first provider dies in the middle of its answer, and what Codex has been told by then. */
const HALF: readonly [what: string, steps: readonly BodyStep[], told: string][] = [
  ['after its first words', [deltaChunk({ content: 'I will now ' })], 'I will now'],
  ['in the middle of a call', toolCallChunks(COMMAND).slice(0, 2), 'response.output_item.added'],
  ['behind a whole call', toolCallChunks(COMMAND).slice(0, 3), 'function_call_arguments.delta'],
];

describeReleases('a provider that cannot answer, a stand-in, and the real', (scene) => {
  for (const [what, reply] of NOT_ANSWERED) {
    scene(`${what}: the stand-in does the work, and its user sees no error`, async (executable) => {
      await using stage = await withStandIn(executable, () => reply);
      await assertDoneOnce(stage);
      assert.equal(stage.chatsOf('broken').length, 1, 'it is not asked again while it waits');
      assert.deepEqual(
        stage.chatsOf('sound').map(({ body }) => hasOutput(body)),
        [false, true],
      );
    });
  }

  scene('is gone before the turn: the stand-in does the work', async (executable) => {
    await using stage = await withStandIn(executable, []);
    await stage.upstream('broken').stop();
    await assertDoneOnce(stage);
    assert.equal(stage.relay.targets()[0]?.upstream, 'broken');
  });

  for (const [what, steps, word] of HALF) {
    const title = `dies ${what}: Codex asks again, the stand-in answers, the command runs once`;
    scene(title, async (executable) => {
      const given = Promise.withResolvers<void>();
      const hear = (text: string) => {
        if (text.includes(word)) given.resolve();
      };
      const broken = once({ body: [...steps, given.promise, CUT] }, worker('broken'));
      await using stage = await withStandIn(executable, broken, hear);
      await assertDoneOnce(stage);
      assert.equal(stage.chatsOf('broken').length, 1);
    });
  }

  scene('dies after the command ran: the stand-in goes on, nothing runs twice', async (executable) => {
    const broken = once(streamReply(toolCallChunks(COMMAND)), () => errorReply(500, 'down'));
    await using stage = await withStandIn(executable, broken);
    await assertDoneOnce(stage);
    assert.deepEqual([stage.chatsOf('broken').length, stage.chatsOf('sound').length], [2, 1]);
  });

  scene('has no stand-in that works either: one sentence names both and why', async (executable) => {
    await using stage = await setStage({
      executable,
      providers: {
        one: { script: () => errorReply(401, 'Incorrect API key'), models: ['m'], preset: 'groq' },
        two: { script: () => errorReply(402, 'Insufficient Balance'), models: ['n'], preset: 'groq' },
      },
      relay: { fallbacks: { '*': ['two/n'] } },
    });
    const run = await stage.codex('exec', ...EXEC, '--', 'Write a line');
    assert.equal(run.exitCode, 1);
    const errors = new Set(complaints(run).filter((line) => line.startsWith('ERROR')));
    assert.equal(errors.size, 1, run.stderr);
    assert.match([...errors].join(), /one m.*Incorrect API key.*two n.*Insufficient Balance/);
    assert.deepEqual([stage.chatsOf('one').length, stage.chatsOf('two').length], [1, 1]);
  });
});
