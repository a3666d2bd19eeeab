/** How long a provider asks us to wait, from the headers of its reply. */
import { momentOf } from '../../translate/errors/moments.ts';
import { durationIn, wholeSeconds } from '../../translate/errors/waits.ts';
import type { UpstreamReply } from '../transport.ts';

/** What providers limit: the names of their headers contain these. */
const LIMITED = ['requests', 'tokens', 'requests-day', 'tokens-minute', 'tokens-day'];
/** Anthropic's own names (2026-11), which gateways pass on. */
const ANTHROPIC = ['requests', 'tokens', 'input-tokens', 'output-tokens', 'unified'];
/** Headers that say when the whole allowance is restored. */
const RESETS = ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset', 'x-ratelimit-reset-after'];

/**
 * In seconds, rounded up; undefined if no header says so. `Retry-After` is in seconds or a date, and OpenAI and Azure
 * add milliseconds; others only say when a used-up allowance is restored.
 */
export function askedWait(reply: UpstreamReply): number | undefined {
  const milliseconds = Number(reply.headers['retry-after-ms'] || Number.NaN);
  const wait = Number.isFinite(milliseconds) ? milliseconds / 1000 : waitOf(reply.headers['retry-after']);
  if (wait !== undefined) return wholeSeconds(wait);
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
  waits.push(
    ...RESETS.map((name) => waitOf(reply.headers[name])),
    waitOf(resetInStandard(reply.headers['ratelimit'])),
  );
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : wholeSeconds(Math.max(...known));
}

/**
 * `limit=10, remaining=0, reset=7` and `"minute";r=0;t=7, "day";r=900;t=40000`, two drafts of the same standard. In the
 * later one only the limit counts that is used up, if any is.
 */
function resetInStandard(header = ''): string | undefined {
  const limits = header.split(',');
  const usedUp = limits.find((limit) => /;\s*r=0\b/.test(limit) && /;\s*t=\d/.test(limit));
  return /(?:^|[\s,;])(?:reset|t)=(\d+)/.exec(usedUp ?? header)?.[1];
}

/** `2m59.5s`, `7`, or a moment: a date, or seconds or milliseconds since the epoch. */
function waitOf(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const moment = momentOf(value);
  if (moment !== undefined) return (moment - Date.now()) / 1000;
  const number = Number(value);
  return Number.isFinite(number) ? number : durationIn(value);
}
