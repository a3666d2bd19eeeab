/** Logs releases of Codex that the tests have not seen, and unknown things that Codex sends: names only, each once. */
import type { IncomingHttpHeaders } from 'node:http';
import { NEWEST_TESTED, OLDEST_TESTED, outsideTested } from '../../codex/tested-releases.ts';
import { type Unknown, unknownIn } from '../../codex/unknown-wire.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';

/** What the relay does with each. */
const FATE: Readonly<Record<Unknown['what'], string>> = {
  item: 'what it says goes to the model as words of the user',
  'content part': 'only its text goes to the model',
  tool: 'it is left out',
  field: 'it is left out',
  'field of an item': 'it is left out',
  header: 'it is passed over',
  value: 'it changes nothing',
};

export function tellNews(
  request: ResponsesRequest,
  headers: IncomingHttpHeaders,
  warnOnce: (message: string, key?: string) => void,
): void {
  const release = releaseIn(headers);
  const tested = `tested with ${OLDEST_TESTED} to ${NEWEST_TESTED}`;
  const outside = release === undefined ? undefined : outsideTested(release);
  if (outside !== undefined) {
    warnOnce(`Codex ${release} is ${outside} than the releases that this relay was tested with (${tested}).`);
  }
  for (const { what, name } of unknownIn(request, headers)) {
    const message = `Codex ${release ?? 'of an unknown release'} sends the ${what} "${name}", which this relay does not know (${tested}): ${FATE[what]}.`;
    warnOnce(message, `${what} ${name}`);
  }
}

/** `codex_exec/0.171.0 (...)`; undefined for other clients. */
function releaseIn(headers: IncomingHttpHeaders): string | undefined {
  return /^[\w.-]{1,40}\/(\d{1,4}\.\d{1,4}\.\d{1,4})(?![\w.])/.exec(headers['user-agent'] ?? '')?.[1];
}
