/** What changes in a file, line by line, for a person at a terminal. */
import { structuredPatch } from 'diff';

const CONTEXT_LINES = 3;

/** Changed lines with `+` or `-` in front, context lines with a space, and a line of dots between places. */
export function lineDiff(before: string, after: string): string[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', {
    context: CONTEXT_LINES,
    stripTrailingCr: true,
  });
  return hunks.flatMap(({ lines }, index) => {
    const shown = lines.filter((line) => !line.startsWith('\\')).map((line) => `${line[0]} ${line.slice(1)}`);
    return index === 0 ? shown : ['  ...', ...shown];
  });
}
