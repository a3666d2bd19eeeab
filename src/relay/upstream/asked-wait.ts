/** How long a provider asks to wait, by the headers of its reply. */
import { momentOf } from '../../translate/errors/moments.ts';
import { durationIn } from '../../translate/errors/waits.ts';
import type { UpstreamReply } from '../transport.ts';

/** A count that a provider limits: the names of its headers hold these. */
const LIMITED = ['requests', 'tokens', 'requests-day', 'tokens-minute', 'tokens-day'];
/** Anthropic, 2026-11: its own names, which gateways to it pass on. */
const ANTHROPIC = ['requests', 'tokens', 'input-tokens', 'output-tokens', 'unified'];
/** Headers that say when all of it comes back. */
const RESETS = ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset', 'x-ratelimit-reset-after'];

/**
 * Seconds, rounded up; undefined where no header says so. `Retry-After` is a number of them or a date, OpenAI and
 * Azure send milliseconds beside it; others only say when what is used up comes back.
 */
export function askedWait(reply: UpstreamReply): number | undefined {
  const milliseconds = Number(reply.headers['retry-after-ms'] || Number.NaN);
  const wait = Number.isFinite(milliseconds) ? milliseconds / 1000 : waitOf(reply.headers['retry-after']);
  if (wait !== undefined) return whole(wait);
  return reply.status === 429 ? untilReset(reply) : undefined;
}

function untilReset(reply: UpstreamReply): number | undefined {
  const waits = [
    ...LIMITED.map((name) => [`x-ratelimit-remaining-${name}`, `x-ratelimit-reset-${name}`] as const),
    ...ANTHROPIC.map(
      (name) => [`anthropic-ratelimit-${name}-remaining`, `anthropic-ratelimit-${name}-reset`] as const,
    ),
  ].flatMap(([remaining, reset]) => {
    const isUsedUp = Number(reply.headers[remaining] || Number.NaN) <= 0;
    return isUsedUp ? [waitOf(reply.headers[reset])] : [];
  });
  // `limit=10, remaining=0, reset=7` and `"minute";r=0;t=7`, two drafts of the same standard.
  const standard = /(?:^|[\s,;])(?:reset|t)=(\d+)/.exec(reply.headers['ratelimit'] ?? '')?.[1];
  waits.push(...RESETS.map((name) => waitOf(reply.headers[name])), waitOf(standard));
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : whole(Math.max(...known));
}

/** `2m59.5s`, `7`, or a moment: a date, or seconds or milliseconds since the epoch. */
function waitOf(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const moment = momentOf(value);
  if (moment !== undefined) return (moment - Date.now()) / 1000;
  const number = Number(value);
  return Number.isFinite(number) ? number : durationIn(value);
}

function whole(seconds: number): number {
  return Math.max(0, Math.ceil(seconds));
}
