/** The releases of Codex that the tests run, and how others compare. `fixtures/VERSIONS.md` tells what each passes. */

/** A test compares these with the releases in `test/real-codex/`. */
export const OLDEST_TESTED = '0.110.0';
export const NEWEST_TESTED = '0.171.0';

/** Completes a sentence such as "This relay was ...". */
export const TESTED_WITH = `tested with Codex ${OLDEST_TESTED} to ${NEWEST_TESTED}`;

/**
 * Whether a release is newer or older than these; undefined if it is in between, or is not a release. Patch numbers are
 * ignored.
 */
export function outsideTested(release: string): 'newer' | 'older' | undefined {
  const [major, minor] = numbersIn(release);
  if (minor === undefined || !Number.isInteger(minor)) return undefined;
  const count = (text: string) => numbersIn(text)[1] ?? 0;
  if (major !== 0 || minor > count(NEWEST_TESTED)) return 'newer';
  return minor < count(OLDEST_TESTED) ? 'older' : undefined;
}

function numbersIn(release: string): number[] {
  return release.split('.').map(Number);
}
