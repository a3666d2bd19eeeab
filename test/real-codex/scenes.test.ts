import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { assertChatRules } from '../support/chat-rules.ts';
import { CODEX_RELEASES, installCodex } from './install.ts';
import { playScene, RELAY_TOKEN, type SceneOutcome, UPSTREAM_KEY } from './play.ts';
import { SCENES } from './scenes.ts';

for (const release of CODEX_RELEASES) {
  describe(`the real Codex ${release}`, () => {
    let executable = '';
    before(async function () {
      this.timeout(600_000); // the first run downloads the release
      executable = await installCodex(release);
    });

    for (const scene of SCENES) {
      it(scene.title, async () => {
        await playScene(scene, executable, async (outcome) => {
          await scene.check(outcome);
          assertProviderSide(outcome);
        });
      });
    }
  });
}

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
