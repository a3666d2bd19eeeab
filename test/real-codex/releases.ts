/**
 * Which releases of Codex the tests run. By default the newest in full and an older one in short;
 * `npm run test:codex -- --all` runs every release in full and writes the matrix in `fixtures/VERSIONS.md`.
 */
import { before, describe, it } from 'mocha';
import { installCodex, NEWEST, RELEASES } from './install.ts';
import { noteResult } from './matrix.ts';

/** The older one: the last of those that speak most differently. Recordings of all of them are replayed anyway. */
const OLDER: string = '0.130.0';

/** The first tested release with `codex debug models`, which shows the catalog as Codex understands it. */
export const DEBUG_MODELS = '0.130.0';

/** Set by `--all`, or by `CODEX_RELAY_TEST_ALL=1`. */
const runsAll = process.argv.includes('--all') || process.env['CODEX_RELAY_TEST_ALL'] === '1';

export interface SceneOptions {
  /** Played with the older release too, when not everything is. */
  isShort?: boolean;
  /** The first release that offers what the scene needs. */
  since?: string;
}

/** Defines a scene for the release under test; `play` gets the path of its executable. */
export type DefineScene = (
  title: string,
  play: (executable: string, release: string) => Promise<void>,
  options?: SceneOptions,
) => void;

/**
 * A suite for each release: scenes that a release does not offer are left out of it.
 * @param subject what the scenes are about, before the release's number
 */
export function describeReleases(subject: string, define: (scene: DefineScene) => void): void {
  for (const release of RELEASES) {
    if (!runsAll && release !== NEWEST && release !== OLDER) continue;
    describe(`${subject} Codex ${release}`, () => {
      let executable = '';
      before(async function () {
        this.timeout(600_000); // the first run downloads the release
        executable = await installCodex(release);
      });
      define((title, play, { isShort = false, since = '0' } = {}) => {
        if (isOlder(release, since)) {
          if (runsAll) noteResult(subject, title, release, 'not offered');
        } else if (runsAll || release === NEWEST || isShort) {
          it(title, async () => {
            if (runsAll) noteResult(subject, title, release, 'fails');
            await play(executable, release);
            if (runsAll) noteResult(subject, title, release, 'passes');
          });
        }
      });
    });
  }
}

/** Whether the first of two release numbers is the older one. */
export function isOlder(release: string, other: string): boolean {
  return release.localeCompare(other, 'en', { numeric: true }) < 0;
}
