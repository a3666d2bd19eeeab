/** The scenes once more, with providers whose own Responses API is spoken; and threads that move between the roads. */
import assert from 'node:assert/strict';
import { start } from '../../src/index.ts';
import type { ChatAssistantMessage } from '../../src/wire/chat.ts';
import { assertChatRules } from '../support/chat-rules.ts';
import {
  type ReceivedChat,
  reasoningChunks,
  type Script,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';
import { createPlace, runCodex, SCENE_MODEL } from './codex.ts';
import { nativeBridge } from './native-bridge.ts';
import { playScene, RELAY_TOKEN, UPSTREAM_KEY } from './play.ts';
import { succeeded, textOf } from './reading.ts';
import { describeReleases } from './releases.ts';
import { SCENES } from './scenes.ts';
import { SHAPES } from './shapes.ts';
import { EXEC } from './stage.ts';

/** The endpoint that takes the least, one that takes thinking only in its own seal, and one that takes everything. */
const PRESETS = ['openai-compatible', 'xai', 'openrouter', 'openai'];

describeReleases('on the native road, the real', (scene) => {
  for (const preset of PRESETS) {
    for (const { title, since, ...played } of [...SCENES, ...SHAPES]) {
      const play = async (executable: string) => {
        await playScene(
          { title, ...played },
          executable,
          async (outcome) => {
            await played.check(outcome);
            outcome.requests.forEach(assertChatRules);
            for (const { path, headers, text } of outcome.chats) {
              assert.match(path, /\/responses$/);
              assert.equal(headers.authorization, `Bearer ${UPSTREAM_KEY}`);
              assert.doesNotMatch(`${JSON.stringify(headers)}${text}`, /x-codex|turn_id|client_metadata/);
              assert.ok(
                !`${JSON.stringify(headers)}${text}`.includes(RELAY_TOKEN),
                'the local token stays local',
              );
            }
          },
          { native: preset },
        );
      };
      scene(`${title} (${preset})`, play, since === undefined ? {} : { since });
    }
  }

  for (const [first, second] of [
    ['responses', 'chat'],
    ['chat', 'responses'],
  ] as const) {
    scene(`goes on by ${second} with a thread that began by ${first}`, async (executable) => {
      const script: Script = ({ body }) => {
        const said = body.messages.filter(({ role }) => role === 'user').map(textOf);
        const isSecond = said.at(-1) === 'Which word?';
        if (isSecond) return streamReply(reasoningChunks(['I know it.']), textChunks('It was drawer.'));
        if (body.messages.at(-1)?.role === 'tool') return streamReply(textChunks('Kept: drawer.'));
        const call = { id: 'call_kept', name: 'exec_command', arguments: { cmd: 'echo drawer' } };
        return streamReply(reasoningChunks(['I shall run it.']), toolCallChunks(call));
      };
      await using cleanup = new AsyncDisposableStack();
      const bridged: ReceivedChat[] = [];
      const upstream = await startScriptedUpstream(script, [SCENE_MODEL], nativeBridge(script, bridged));
      cleanup.defer(() => upstream.stop());
      const serve = async (wire: 'chat' | 'responses', port: number) => {
        const options = { port, upstream: upstream.url, apiKey: UPSTREAM_KEY, token: RELAY_TOKEN, wire };
        const relay = await start(options);
        cleanup.defer(() => relay.stop());
        return relay;
      };
      const relay = await serve(first, 0);
      const place = await createPlace({ baseUrl: `${relay.url}/v1`, token: RELAY_TOKEN });
      cleanup.defer(() => place.remove());
      const codex = (...args: string[]) => runCodex({ executable, place, token: RELAY_TOKEN, args });
      succeeded(await codex('exec', ...EXEC, '--', 'Keep a word'));
      await relay.stop();
      await serve(second, relay.port);
      const run = await codex('exec', 'resume', '--last', ...EXEC, '--', 'Which word?');
      succeeded(run);
      assert.equal(run.stdout.trim(), 'It was drawer.');
      assert.deepEqual([bridged.length, upstream.chats.length], first === 'responses' ? [2, 1] : [1, 2]);
      const last = second === 'chat' ? upstream.chats.at(-1)?.body : bridged.at(-1)?.body;
      const [called] = (last?.messages ?? []).filter(
        (message) => 'tool_calls' in message,
      ) as ChatAssistantMessage[];
      assert.equal(called?.tool_calls?.[0]?.function.name, 'exec_command');
      // A summary is what a provider shows of its thinking, not the thinking that another API wants back.
      if (second === 'responses') assert.equal(called.reasoning_content, 'I shall run it.');
      assert.ok(JSON.stringify(last?.messages).includes('drawer'));
      assertChatRules(last ?? { model: '', messages: [], stream: true });
    });
  }
});
