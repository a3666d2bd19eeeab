/** A provider that insists on its own reasoning, as DeepSeek's thinking models do, and a relay that comes and goes. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';
import { type RelayHandle, type RelayOptions, start } from '../../src/index.ts';
import type { ChatRequest } from '../../src/wire/chat.ts';
import { recordingLogger } from '../history/support.ts';
import {
  errorReply,
  reasoningChunks,
  type Script,
  type ScriptedReply,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';
import { type CodexPlace, createPlace, runCodex, SCENE_MODEL } from './codex.ts';
import { describeReleases } from './releases.ts';
import { EXEC } from './stage.ts';

const TOKEN = 'local-token';

/** Answers 400 to an assistant turn with tool calls whose reasoning is missing; what else it says is up to `script`. */
function insisting(replies: readonly ScriptedReply[]): Script {
  return ({ body }, index) =>
    reasoningOf(body).includes(undefined)
      ? errorReply(400, 'The `reasoning_content` in the thinking mode must be passed back to the API.')
      : (replies[index] ?? errorReply(500, 'asked too often'));
}

/** Of the turns that called tools, oldest first. */
function reasoningOf({ messages }: ChatRequest): (string | undefined)[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' && message.tool_calls ? [message.reasoning_content] : [],
  );
}

function command(id: string, cmd: string, thought: string): ScriptedReply {
  const call = { id, name: 'exec_command', arguments: { cmd } };
  return streamReply(reasoningChunks([thought]), toolCallChunks(call));
}

interface RestartStage extends AsyncDisposable {
  upstream: ScriptedUpstream;
  place: CodexPlace;
  relay: RelayHandle;
  /** Resolves when the relay has given Codex its first answer. */
  firstAnswer: Promise<void>;
  /** A new relay on the same port, as after an update or a crash. */
  restart(): Promise<void>;
  codex(...args: string[]): ReturnType<typeof runCodex>;
}

async function setRestartStage(
  executable: string,
  script: Script,
  options: (place: CodexPlace) => Promise<RelayOptions>,
) {
  await using stack = new AsyncDisposableStack();
  const upstream = await startScriptedUpstream(script, [SCENE_MODEL]);
  stack.defer(() => upstream.stop());
  let relay: RelayHandle | undefined;
  stack.defer(async () => relay?.stop());
  const { promise: firstAnswer, resolve: answered } = Promise.withResolvers<void>();
  const onRequest: RelayOptions['onRequest'] = ({ state }) => {
    if (state === 'completed') answered();
  };
  const common = { upstream: upstream.url, apiKey: 'key', token: TOKEN, onRequest };
  const startRelay = async (port: number) => start({ port, ...common, ...(await options(place)) });
  const place: CodexPlace = await createPlace({ baseUrl: 'http://127.0.0.1:9/v1', token: TOKEN });
  stack.defer(() => place.remove());
  relay = await startRelay(0);
  const config = join(place.home, 'config.toml');
  await writeFile(config, (await readFile(config, 'utf8')).replace('http://127.0.0.1:9', relay.url));
  const cleanup = stack.move();
  const stage: RestartStage = {
    upstream,
    place,
    firstAnswer,
    get relay() {
      assert.ok(relay);
      return relay;
    },
    async restart() {
      const { port } = stage.relay;
      await stage.relay.stop();
      relay = await startRelay(port);
    },
    codex: (...args) => runCodex({ executable, place, token: TOKEN, args }),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
  return stage;
}

describeReleases('a provider that insists on its reasoning, and the real', (scene) => {
  const stores = {
    memory: async () => ({}),
    disk: async ({ root }: CodexPlace) => ({
      history: await openDiskStore({
        directory: join(root, 'history'),
        limits: DEFAULT_HISTORY_LIMITS,
        logger: recordingLogger(),
      }),
    }),
  };
  for (const [name, options] of Object.entries(stores)) {
    scene(
      `survives a restart of the relay in the middle of a tool round trip (history in ${name})`,
      async (executable) => {
        const waiting = 'while [ ! -e restarted ]; do sleep 0.05; done; echo it-went-on';
        const script = insisting([
          command('call_1', waiting, 'I must wait.'),
          command('call_2', 'echo second', 'Once more.'),
          streamReply(reasoningChunks(['Enough.']), textChunks('All done.')),
          streamReply(textChunks('Still here.')),
        ]);
        await using stage = await setRestartStage(executable, script, options);
        const running = stage.codex('exec', ...EXEC, '--', 'Wait for the relay');
        await stage.firstAnswer; // now Codex runs its command
        await stage.restart();
        await writeFile(join(stage.place.workspace, 'restarted'), '');
        const run = await running;
        assert.equal(run.exitCode, 0, run.stderr);
        assert.equal(run.stdout.trim(), 'All done.');

        await stage.restart();
        const resumed = await stage.codex('exec', 'resume', '--last', ...EXEC, '--', 'Are you there?');
        assert.equal(resumed.exitCode, 0, resumed.stderr);
        assert.equal(resumed.stdout.trim(), 'Still here.');
        assert.deepEqual(
          stage.upstream.chats.map(({ body }) => reasoningOf(body)),
          [[], ['I must wait.'], ['I must wait.', 'Once more.'], ['I must wait.', 'Once more.']],
        );
      },
    );
  }

  scene('goes to no other provider, and comes back when the user switches back', async (executable) => {
    const script: Script = (_, index) =>
      [command('call_1', 'echo one', 'Mine alone.'), streamReply(textChunks('One.'))][index] ??
      streamReply(textChunks('More.'));
    await using stage = await setRestartStage(executable, script, async () => ({}));
    const [own, other] = [{ upstream: stage.upstream.url, apiKey: 'key' }, 'openrouter'];
    const asks = [
      await stage.codex('exec', ...EXEC, '--', 'One'),
      await switched({ ...own, provider: other }, 'Two'),
      await switched(own, 'Three'),
    ];
    for (const { exitCode, stderr } of asks) assert.equal(exitCode, 0, stderr);
    assert.deepEqual(
      stage.upstream.chats.map(({ body }) => reasoningOf(body)),
      [[], ['Mine alone.'], [undefined], ['Mine alone.']],
    );
    assert.ok(!stage.upstream.chats[2]?.text.includes('Mine alone.'));

    function switched(upstream: Parameters<RelayHandle['use']>[0], prompt: string) {
      stage.relay.use(upstream);
      return stage.codex('exec', 'resume', '--last', ...EXEC, '--', prompt);
    }
  });

  scene('is left out of the files of a disk history: Codex itself carries it', async (executable) => {
    const script = insisting([command('call_1', 'echo one', 'Hm.'), streamReply(textChunks('One.'))]);
    await using stage = await setRestartStage(executable, script, stores.disk);
    const run = await stage.codex('exec', ...EXEC, '--', 'One');
    assert.equal(run.exitCode, 0, run.stderr);
    for (const folder of ['sessions', 'reasoning', 'turns']) {
      assert.deepEqual(await readdir(join(stage.place.root, 'history', folder)), []);
    }
  });
});
