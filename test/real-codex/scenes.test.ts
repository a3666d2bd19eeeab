import assert from 'node:assert/strict';
import { assertChatRules } from '../support/chat-rules.ts';
import { playScene, RELAY_TOKEN, type SceneOutcome, UPSTREAM_KEY } from './play.ts';
import { describeReleases } from './releases.ts';
import { SCENES } from './scenes.ts';

/** Those that differ most from release to release. */
const SHORT: ReadonlySet<string> = new Set(['apply_patch', 'mcp_tool', 'reasoning']);

describeReleases('the real', (scene) => {
  for (const { title, ...played } of SCENES) {
    const play = async (executable: string) => {
      await playScene({ title, ...played }, executable, async (outcome) => {
        await played.check(outcome);
        assertProviderSide(outcome);
      });
    };
    scene(title, play, { isShort: SHORT.has(played.name) });
  }
});

/** What holds in every scene: sound requests, our key, and nothing that is Codex's or its user's own business. */
function assertProviderSide({ requests, chats }: SceneOutcome): void {
  requests.forEach(assertChatRules);
  for (const { headers, text } of chats) {
    assert.equal(headers.authorization, `Bearer ${UPSTREAM_KEY}`);
    assert.deepEqual(
      Object.keys(headers).filter((name) => /codex|session|thread|originator/.test(name)),
      [],
    );
    assert.ok(!`${JSON.stringify(headers)}${text}`.includes(RELAY_TOKEN), 'the local token stays local');
    assert.doesNotMatch(text, /x-codex-turn-metadata|turn_id/);
  }
}
