/** Plays one scene: the real Codex on one side, a scripted provider on the other, the relay between them. */
import { start } from '../../src/index.ts';
import type { ChatRequest } from '../../src/wire/chat.ts';
import { type ReceivedChat, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { type CodexPlace, type CodexResult, createPlace, runCodex, SCENE_MODEL } from './codex.ts';
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

/** Plays `scene` with the Codex at `executable`, then hands the outcome to `use` before all is removed again. */
export async function playScene(
  scene: Scene,
  executable: string,
  use: (outcome: SceneOutcome) => void | Promise<void>,
  hop?: Hop,
): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const upstream = await startScriptedUpstream(scene.upstream, [SCENE_MODEL]);
  cleanup.defer(() => upstream.stop());
  const relay = await start({ port: 0, upstream: upstream.url, apiKey: UPSTREAM_KEY, token: RELAY_TOKEN });
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
  const requests = upstream.chats.map(({ body }) => body);
  await use({ runs, chats: upstream.chats, requests, place });
}
