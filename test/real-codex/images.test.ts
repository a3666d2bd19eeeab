/** Images in the real Codex, for a model that cannot see: another one describes them, and the work goes on. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestReport } from '../../src/index.ts';
import type { ChatRequest } from '../../src/wire/chat.ts';
import {
  errorReply,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { succeeded } from './reading.ts';
import { describeReleases } from './releases.ts';
import { EXEC, type Stage, setStage } from './stage.ts';
import { tinyPng } from './tiny-png.ts';

const RED = 'A red square, 16 pixels wide.';
const GREEN = 'A green square.';
const PICTURES = { 'red.png': [255, 0, 0], 'green.png': [0, 255, 0] } as const;

async function withEye(
  executable: string,
  blind: Script,
  eye: Script,
  onRequest: (report: RequestReport) => void = () => {},
): Promise<Stage> {
  const stage = await setStage({
    executable,
    providers: {
      blind: { script: blind, models: [{ id: 'text-model', context_length: 100_000 }] },
      eye: { script: eye, models: [{ id: 'seeing-model', supports_vision: true }] },
    },
    relay: { visionModel: 'eye/seeing-model', onRequest },
  });
  for (const [name, colour] of Object.entries(PICTURES))
    await writeFile(join(stage.place.workspace, name), tinyPng(16, colour));
  return stage;
}

const answers: Script = () => streamReply(textChunks('I see what I was told.'));
const sees: Script = () => streamReply(textChunks(RED), usageChunk(800, 12));

/** What the model that cannot see was sent, without its instructions. */
function talk({ messages }: ChatRequest): string {
  return JSON.stringify(messages.filter(({ role }) => role !== 'system'));
}

describeReleases('images for a model that cannot see, and the real', (scene) => {
  scene('given with -i: described once, also when the thread is resumed', async (executable) => {
    const reports: RequestReport[] = [];
    await using stage = await withEye(executable, answers, sees, (report) => void reports.push(report));
    const first = await stage.codex('exec', '-i', 'red.png', ...EXEC, '--', 'What is this?');
    succeeded(first);
    assert.equal(first.stdout.trim(), 'I see what I was told.');
    succeeded(await stage.codex('exec', 'resume', '--last', ...EXEC, '--', 'And again?'));
    const [before, after] = stage.chatsOf('blind').map(({ body }) => body);
    assert.ok(before && after);
    for (const body of [before, after]) {
      assert.ok(talk(body).includes(RED), talk(body));
      assert.doesNotMatch(talk(body), /data:image/);
    }
    assert.deepEqual(after.messages.slice(0, before.messages.length), before.messages);
    const [seen, ...more] = stage.chatsOf('eye');
    assert.match(seen?.text ?? '', /"image_url":\{"url":"data:image\/png;base64,iVBOR/);
    assert.deepEqual(more, [], 'the image is described once');
    const described = reports.filter(({ role, state }) => role === 'vision' && state === 'completed');
    assert.deepEqual(
      described.map(({ upstream, usage }) => [upstream, usage?.inputTokens]),
      [['eye', 800]],
    );
  });

  scene('that a tool shows: its output is told in words', async (executable) => {
    const call = { id: 'call_view', name: 'view_image', arguments: { path: 'green.png' } };
    const blind: Script = ({ body }) =>
      body.messages.some(({ role }) => role === 'tool')
        ? streamReply(textChunks('Green it is.'))
        : streamReply(toolCallChunks(call));
    await using stage = await withEye(executable, blind, () => streamReply(textChunks(GREEN)));
    const run = await stage.codex('exec', ...EXEC, '--', 'Look at green.png');
    succeeded(run);
    assert.equal(run.stdout.trim(), 'Green it is.');
    const last = stage.chatsOf('blind').at(-1)?.body;
    assert.ok(last);
    assert.ok(talk(last).includes(GREEN), talk(last));
    assert.equal(stage.chatsOf('eye').length, 1);
  });

  scene('that cannot be described: the turn goes on', async (executable) => {
    const eye: Script = () => errorReply(401, 'Incorrect API key');
    await using stage = await withEye(executable, answers, eye);
    const run = await stage.codex('exec', '-i', 'red.png', ...EXEC, '--', 'What is this?');
    succeeded(run);
    const sent = stage.chatsOf('blind')[0]?.body;
    assert.match(sent ? talk(sent) : '', /could not be described \(upstream_unauthorized\)/);
  });
});
