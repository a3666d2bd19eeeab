/** The relay dies under a running Codex and is started again on its port: the work is done, and done once. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/wire/chat.ts';
import { killLeftovers, startRelayCli } from '../support/cli-process.ts';
import {
  type BodyStep,
  deltaChunk,
  type ScriptedReply,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';
import { createPlace, runCodex } from './codex.ts';
import { succeeded } from './reading.ts';
import { describeReleases } from './releases.ts';
import { EXEC, TOKEN } from './stage.ts';

/** Leaves a line each time it is run. */
const COMMAND = { id: 'call_line', name: 'exec_command', arguments: { cmd: 'echo a-line >> lines.txt' } };

function hasOutput({ messages }: ChatRequest): boolean {
  return messages.some(({ role }) => role === 'tool');
}

function wholeAnswer(body: ChatRequest): ScriptedReply {
  return streamReply(hasOutput(body) ? textChunks('Done.') : toolCallChunks(COMMAND));
}

/** Where the relay dies: in which request, and after what the provider has said in it. */
const DEATHS: readonly [when: string, request: number, said: readonly BodyStep[]][] = [
  ['before the first word', 0, []],
  ['in the middle of a call', 0, toolCallChunks(COMMAND).slice(0, 2)],
  ['behind a whole call', 0, toolCallChunks(COMMAND).slice(0, 3)],
  ['after the command ran, in the last words', 1, [deltaChunk({ content: 'Do' })]],
];

describeReleases('a relay that is killed and started again under the real', (scene) => {
  after(killLeftovers);

  const play =
    (request: number, said: readonly BodyStep[], webSocket: boolean) => async (executable: string) => {
      const reached = Promise.withResolvers<void>();
      const never = new Promise<void>(() => {});
      const upstream = await startScriptedUpstream(
        ({ body }, index) => {
          if (index !== request) return wholeAnswer(body);
          reached.resolve();
          return { body: [...said, never] };
        },
        ['m'],
      );
      const options = ['--upstream', upstream.url, '--model', 'm', '--usage', 'off', '--token', TOKEN];
      if (webSocket) options.push('--websocket');
      const { cli, url } = await startRelayCli(options);
      const place = await createPlace({ baseUrl: `${url}/v1`, token: TOKEN, webSocket });
      try {
        const running = runCodex({
          executable,
          place,
          token: TOKEN,
          args: ['exec', ...EXEC, '--', 'Write a line'],
        });
        await Promise.race([reached.promise, running]);
        cli.signal('SIGKILL');
        await cli.ended;
        const again = await startRelayCli([...options, '--port', new URL(url).port]);
        const run = await running;
        succeeded(run);
        assert.equal(run.stdout.trim(), 'Done.');
        assert.equal(await readFile(join(place.workspace, 'lines.txt'), 'utf8'), 'a-line\n');
        assert.equal(upstream.chats.length, 3, 'the request that broke, once more');
        again.cli.signal('SIGTERM');
        await again.cli.ended;
      } finally {
        await place.remove();
        await upstream.stop();
      }
    };
  for (const [when, request, said] of DEATHS) {
    const title = `${when}: Codex asks again, the command runs once`;
    scene(title, play(request, said, false));
    if (said.length === 0) continue;
    scene(`over a WebSocket, ${title}`, play(request, said, true), { since: '0.130.0' });
  }
});
