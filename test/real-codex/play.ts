/** Plays one scene: the real Codex on one side, a scripted provider on the other, the relay between them. */
import { start } from '../../src/index.ts';
import type { ChatRequest } from '../../src/wire/chat.ts';
import { type ReceivedChat, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { type CodexPlace, type CodexResult, createPlace, runCodex, SCENE_MODEL } from './codex.ts';
import { nativeBridge } from './native-bridge.ts';
import type { Scene } from './scenes.ts';

/** The key that only the relay and the provider know, and the token that only Codex and the relay know. */
export const UPSTREAM_KEY = 'upstream-key-of-the-scenes';
export const RELAY_TOKEN = 'local-token-of-the-scenes';

export interface SceneOutcome {
  /** One per Codex process, in order. */
  runs: readonly CodexResult[];
  /** What the provider received. */
  chats: readonly ReceivedChat[];
  requests: readonly ChatRequest[];
  place: CodexPlace;
}

/** Something between Codex and the relay, e.g. the recorder. */
export type Hop = (relayUrl: string) => Promise<{ url: string; stop(): Promise<void> }>;

export interface PlayOptions {
  /** Default: none. */
  hop?: Hop;
  /** The preset whose Responses API the provider speaks. Default: it speaks Chat Completions. */
  native?: string;
}

/** Plays `scene` with the Codex at `executable`, then hands the outcome to `use` before all is removed again. */
export async function playScene(
  scene: Scene,
  executable: string,
  use: (outcome: SceneOutcome) => void | Promise<void>,
  { hop, native }: PlayOptions = {},
): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const bridged: ReceivedChat[] = [];
  const upstream =
    native === undefined
      ? await startScriptedUpstream(scene.upstream, [SCENE_MODEL])
      : await startScriptedUpstream([], [SCENE_MODEL], nativeBridge(scene.upstream, bridged));
  cleanup.defer(() => upstream.stop());
  const relay = await start({
    port: 0,
    upstream: upstream.url,
    apiKey: UPSTREAM_KEY,
    token: RELAY_TOKEN,
    ...(native !== undefined && { provider: native, wire: 'responses' }),
  });
  cleanup.defer(() => relay.stop());
  const between = await hop?.(relay.url);
  cleanup.defer(async () => between?.stop());
  const place = await createPlace({
    baseUrl: `${between?.url ?? relay.url}/v1`,
    token: RELAY_TOKEN,
    ...(scene.mcpServers && { mcpServers: scene.mcpServers }),
    ...(scene.entryFields && { entryFields: scene.entryFields }),
  });
  cleanup.defer(() => place.remove());

  await scene.prepare?.(place.workspace);
  const runs: CodexResult[] = [];
  for (const args of scene.commands) {
    runs.push(await runCodex({ executable, place, token: RELAY_TOKEN, args }));
  }
  const chats = native === undefined ? upstream.chats : bridged;
  const requests = chats.map(({ body }) => body);
  await use({ runs, chats, requests, place });
}
