/** How long a provider asks to wait, where it says so in the body of an error. */
import { asObject, type Json, type JsonObject } from '../../json.ts';
import type { Said } from './said.ts';

const SECONDS_PER = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** "try again in 2m3.5s" (Groq), "retry in 34.07s" (Gemini), "retry after 20 seconds" (Azure), "wait 5 min". */
const IN_WORDS =
  /(?:try again|retry|wait|resets?|reset|available(?: again)?)(?:ing)?(?: your request| the request)?(?: again)?(?: in| after| for)?:?(?: about| at least| approximately)? ((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*(?:and )?)+)/i;
const ONE_PART = /(\d+(?:\.\d+)?)\s*([a-z]+)/gi;
const UNITS: readonly (readonly [pattern: RegExp, unit: keyof typeof SECONDS_PER])[] = [
  [/^(ms|msecs?|milli\w*)$/i, 'ms'],
  [/^(s|secs?|seconds?)$/i, 's'],
  [/^(m|mins?|minutes?)$/i, 'm'],
  [/^(h|hrs?|hours?)$/i, 'h'],
  [/^(d|days?)$/i, 'd'],
];

/** Seconds, rounded up; undefined where no wait is named. */
export function waitIn({ message, holders }: Said): number | undefined {
  const named = holders.map(waitOfFields).find((wait) => wait !== undefined);
  const wait = named ?? durationIn(IN_WORDS.exec(message)?.[1]);
  return wait === undefined ? undefined : Math.max(0, Math.ceil(wait));
}

function waitOfFields(holder: JsonObject): number | undefined {
  const metadata = asObject(holder['metadata']);
  const own = holder['retry_after_ms'] ?? holder['retryAfterMs'];
  const milliseconds = numberOf(own);
  if (milliseconds !== undefined) return milliseconds / 1000;
  const named = [holder, metadata ?? {}].flatMap((fields) => [
    fields['retry_after'],
    fields['retryAfter'],
    fields['retry_after_seconds'],
    fields['retry-after'],
    fields['reset_after'],
    fields['resets_in_seconds'],
  ]);
  return [...named, retryDelay(holder)].map(secondsOf).find((wait) => wait !== undefined);
}

/** Gemini, 2026-11: `details: [{"@type": "...RetryInfo", "retryDelay": "3.4s"}]`. */
function retryDelay(holder: JsonObject): Json | undefined {
  if (!Array.isArray(holder['details'])) return undefined;
  for (const detail of holder['details']) {
    const delay = asObject(detail)?.['retryDelay'];
    if (delay !== undefined) return asObject(delay)?.['seconds'] ?? delay;
  }
  return undefined;
}

function secondsOf(value: unknown): number | undefined {
  const seconds = numberOf(value);
  if (seconds !== undefined) return seconds;
  return typeof value === 'string' ? durationIn(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** `2m3.5s` as seconds; undefined where a part has a unit that is no time ("3 requests"). */
export function durationIn(text: string | undefined): number | undefined {
  let total: number | undefined;
  for (const [, count, word = ''] of text?.matchAll(ONE_PART) ?? []) {
    const unit = UNITS.find(([pattern]) => pattern.test(word))?.[1];
    if (unit === undefined) return total;
    total = (total ?? 0) + Number(count) * SECONDS_PER[unit];
  }
  return total;
}
