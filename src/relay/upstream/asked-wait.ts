/** How long a provider asks to wait, by the headers of its reply. */
import { durationIn } from '../../translate/errors/waits.ts';
import type { UpstreamReply } from '../transport.ts';

/** A count that a provider limits: its headers end in these. */
const LIMITED = ['requests', 'tokens', 'requests-day', 'tokens-minute', 'tokens-day'];
/** Above this a number is a moment, in seconds and in milliseconds since the epoch. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MILLISECONDS = EPOCH_SECONDS * 1000;

/**
 * Seconds, rounded up; undefined where no header says so. `Retry-After` is a number of them or a date, OpenAI and
 * Azure send milliseconds beside it; others only say when what is used up comes back.
 */
export function askedWait(reply: UpstreamReply): number | undefined {
  const milliseconds = Number(reply.headers['retry-after-ms'] || Number.NaN);
  const after = reply.headers['retry-after'] || 'unknown';
  const untilDate = (Date.parse(after) - Date.now()) / 1000;
  const wait = [milliseconds / 1000, Number(after), untilDate].find(Number.isFinite) ?? durationIn(after);
  if (wait !== undefined) return whole(wait);
  return reply.status === 429 ? untilReset(reply) : undefined;
}

function untilReset(reply: UpstreamReply): number | undefined {
  const waits = LIMITED.flatMap((name) => {
    const isUsedUp = Number(reply.headers[`x-ratelimit-remaining-${name}`] || Number.NaN) <= 0;
    return isUsedUp ? [resetIn(reply.headers[`x-ratelimit-reset-${name}`])] : [];
  });
  waits.push(resetIn(reply.headers['x-ratelimit-reset']), resetIn(reply.headers['ratelimit-reset']));
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : whole(Math.max(...known));
}

/** `2m59.5s`, `7`, or a moment. */
function resetIn(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const number = Number(value);
  if (number > EPOCH_MILLISECONDS) return (number - Date.now()) / 1000;
  if (number > EPOCH_SECONDS) return number - Date.now() / 1000;
  if (Number.isFinite(number)) return number;
  const date = Date.parse(value);
  return Number.isFinite(date) ? (date - Date.now()) / 1000 : durationIn(value);
}

function whole(seconds: number): number {
  return Math.max(0, Math.ceil(seconds));
}
