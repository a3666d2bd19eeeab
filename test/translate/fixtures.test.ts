/**
 * What the real Codex sent, through the translator, against golden files. After a wanted change of the
 * translation, `UPDATE_GOLDEN=1 npm run test:unit` writes them anew: read the diff.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PRIVATE } from '../real-codex/trim.ts';
import { assertChatRules } from '../support/chat-rules.ts';
import { type Fixture, readFixtures, readGolden, writeGolden } from '../support/fixtures.ts';
import { replay, toGolden } from '../support/replay.ts';

const { UPDATE_GOLDEN } = process.env;
const FIXTURES = readFixtures();

describe('recorded requests of the real Codex', () => {
  it('exist for two releases at least', () => {
    assert.ok(new Set(FIXTURES.map(({ codex }) => codex)).size >= 2);
  });

  for (const fixture of FIXTURES) {
    it(`${fixture.codex}: ${fixture.scene}`, () => {
      const replayed = replay(fixture);
      if (UPDATE_GOLDEN) writeGolden(fixture, toGolden(replayed));
      // Through JSON, as a client and a provider see it: a key that is undefined is a key that is not there.
      assert.deepEqual(JSON.parse(JSON.stringify(toGolden(replayed))), readGolden(fixture));

      const chats = replayed.map(({ chat }) => chat);
      chats.forEach(assertChatRules);
      assert.ok(!JSON.stringify(chats).includes(PRIVATE), 'private metadata stays here');
      for (const thread of threadsIn(fixture, chats)) assertPrefixIsKept(fixture, thread);
    });
  }
});

/** The requests of each thread: a sub-agent has its own. */
function threadsIn<T>({ exchanges }: Fixture, chats: readonly T[]): T[][] {
  // Its `prompt_cache_key` is its parent's from 0.169 on.
  const threads = Object.groupBy(chats.keys(), (at) => exchanges[at]?.request.headers['thread-id'] ?? '');
  return Object.values(threads).map((positions = []) => positions.flatMap((at) => chats[at] ?? []));
}

/** A later request of a thread begins with exactly the messages of the earlier one, so that prompt caches keep hitting. */
function assertPrefixIsKept({ scene }: Fixture, chats: readonly { messages: readonly unknown[] }[]): void {
  chats.slice(1).forEach(({ messages }, index) => {
    const earlier = chats[index]?.messages ?? [];
    assert.deepEqual(messages.slice(0, earlier.length), earlier, scene);
  });
}
