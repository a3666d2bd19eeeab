/** What the real Codex says where the relay is gone: a sentence and an end, never another provider and never a wait. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyChanges, readCodexFiles } from '../../src/codex/home/codex-files.ts';
import { planRemoval, planWrite } from '../../src/codex/plan.ts';
import { CLOSED, openClosedSign } from '../../src/extension/caretaker/closed-sign.ts';
import { createPlace, runCodex } from './codex.ts';
import { describeReleases } from './releases.ts';

const TOKEN = 'local-token-of-the-test';

describeReleases('without the relay, the real', (scene) => {
  scene('ends with the sentence of the sign on the port', async (executable) => {
    const sign = await openClosedSign(0, TOKEN, 0);
    const place = await createPlace({ baseUrl: `http://127.0.0.1:${sign.port}/v1`, token: TOKEN });
    try {
      const args = ['exec', '--skip-git-repo-check', '--', 'Say hello'];
      const { exitCode, stdout, stderr } = await runCodex({ executable, place, token: TOKEN, args });
      assert.equal(exitCode, 1, stderr);
      assert.ok(`${stdout}${stderr}`.includes(CLOSED), stderr);
    } finally {
      await sign.close();
      await place.remove();
    }
  });

  // Earlier releases read no profile files.
  const orphan = async (executable: string) => {
    const place = await createPlace({ baseUrl: 'http://127.0.0.1:1/v1', token: '' });
    try {
      writeFileSync(join(place.home, 'config.toml'), 'check_for_update_on_startup = false\n');
      const wanted = { config: { port: 1, token: TOKEN }, catalog: '{"models":[]}', makeDefault: false };
      await applyChanges(place.home, planWrite(await readCodexFiles(place.home), wanted).changes);
      const profile = join(place.home, 'codex-relay.config.toml');
      writeFileSync(profile, `${readFileSync(profile, 'utf8')}\n[tui]\nanimations = false\n`);
      await applyChanges(place.home, planRemoval(await readCodexFiles(place.home)).changes);
      const args = ['-p', 'codex-relay', 'exec', '--skip-git-repo-check', '--', 'Say hello'];
      const { exitCode, stderr } = await runCodex({ executable, place, token: '', args });
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, /Model provider `codex-relay` not found/);
    } finally {
      await place.remove();
    }
  };
  scene('says that the provider of an orphaned profile is missing', orphan, { since: '0.134.0' });
});
