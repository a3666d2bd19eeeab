import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { killLeftovers, startRelayCli } from '../support/cli-process.ts';
import { createPlace, runCodex } from './codex.ts';
import { describeReleases, isOlder } from './releases.ts';

/** What a shell makes of the printed command: words, without the quotes in them. */
function shellWords(command: string): string[] {
  return (command.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

describeReleases('codex-relay --demo with the real', (scene) => {
  after(killLeftovers);

  const title = 'prints a command line with which an unconfigured Codex thinks, runs a command and answers';
  const play = async (executable: string, release: string) => {
    const { cli, url } = await startRelayCli(['--demo']);
    const [command] = await cli.logged(/codex -c .*/);
    const place = await createPlace({ baseUrl: url, token: '' });
    try {
      await rm(join(place.home, 'config.toml'));
      const [, ...options] = shellWords(command);
      const args = ['exec', '--skip-git-repo-check', ...options, 'Say hello'];
      const { exitCode, stdout, stderr } = await runCodex({ executable, place, token: '', args });
      assert.equal(exitCode, 0, stderr);
      // Earlier releases show no thinking of a model that they do not know.
      if (!isOlder(release, '0.145.0')) assert.match(stderr, /this is how thinking looks/);
      assert.match(stderr, /succeeded in .*\nHello from the Codex Relay demo/);
      assert.match(stdout, /> Hello from the Codex Relay demo/);
      assert.match(stdout, /a scripted demo, not a model/);
    } finally {
      await place.remove();
    }
    cli.signal('SIGTERM');
    const { code } = await cli.ended;
    assert.equal(code, 0);
  };
  scene(title, play);
});
