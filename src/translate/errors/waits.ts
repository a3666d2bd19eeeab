/** How long the body of an error asks to wait. */
import { asObject, isObject, type Json, type JsonObject } from '../../json.ts';
import { momentIn, momentOf } from './moments.ts';
import type { SaidError } from './said.ts';

const SECONDS_PER = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** "try again in 2m3.5s" (Groq), "retry in 34.07s" (Gemini), "retry after 20 seconds" (Azure), "wait 5 min". */
const IN_WORDS =
  /(?:try again|retry|wait|resets?|reset|available(?: again)?)(?:ing)?(?: your request| the request)?(?: again)?(?: in| after| for)?:?(?: about| at least| approximately)? ((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*(?:and )?)+)/i;
/** "请在 30 秒后重试", "5分钟后再试" */
const IN_CHINESE = /((?:\d+(?:\.\d+)?\s*(?:毫秒|秒钟?|分钟?|个?小时|天)\s*)+)(?:之|以)?后/;
const ONE_PART = /(\d+(?:\.\d+)?)\s*([a-z]+|毫秒|秒钟?|分钟?|个?小时|天)/gi;
const UNITS: readonly (readonly [pattern: RegExp, unit: keyof typeof SECONDS_PER])[] = [
  [/^(ms|msecs?|milli\w*|毫秒)$/i, 'ms'],
  [/^(s|secs?|seconds?|秒钟?)$/i, 's'],
  [/^(m|mins?|minutes?|分钟?)$/i, 'm'],
  [/^(h|hrs?|hours?|个?小时)$/i, 'h'],
  [/^(d|days?|天)$/i, 'd'],
];

/** The meaning of a field, by its name in lower case, letters only. */
const FIELDS: ReadonlyMap<string, 'milliseconds' | 'seconds' | 'moment'> = new Map([
  ...['retryafterms', 'resetsinms', 'resetinms'].map((name) => [name, 'milliseconds'] as const),
  ...[
    'retryafter',
    'retryafterseconds',
    'resetafter',
    'resetafterseconds',
    'resetsin',
    'resetin',
    'resetsinseconds',
    'resetinseconds',
    'secondsuntilreset',
    // Gemini, 2026-11: `details: [{"@type": "...RetryInfo", "retryDelay": "3.4s"}]`.
    'retrydelay',
    'quotaresetdelay',
  ].map((name) => [name, 'seconds'] as const),
  ...[
    'resetat',
    'resetsat',
    'resettime',
    'resetstime',
    'resettimestamp',
    'quotaresettimestamp',
    'quotaresettime',
    'nextresettime',
    'nextresetat',
    'retryat',
    'availableat',
    // OpenRouter, 2026-11: `metadata: {"headers": {"X-RateLimit-Reset": "1764374400000"}}`.
    'xratelimitreset',
    'ratelimitreset',
  ].map((name) => [name, 'moment'] as const),
]);
const MAX_DEPTH = 3;
const LONGEST_WAIT_SECONDS = 365 * SECONDS_PER.d;

/** What it takes to understand a date. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now: number;
  /** How many hours the provider's time is ahead of UTC; undefined if that is not known. */
  utcOffset: number | undefined;
}

/**
 * In seconds, rounded up; undefined if no wait is named.
 * @param clock without one, dates are not read
 */
export function waitIn({ message, holders }: SaidError, clock?: Clock): number | undefined {
  const fields = holders.flatMap((holder) => fieldsOf(holder, 0));
  const wait =
    fields.map(durationOfField).find((seconds) => seconds !== undefined) ??
    (clock && untilField(fields, clock)) ??
    durationIn(IN_WORDS.exec(message)?.[1] ?? IN_CHINESE.exec(message)?.[1]) ??
    (clock && untilSaid(message, clock));
  return wait === undefined ? undefined : wholeSeconds(wait);
}

/** Rounded up, from 0 to a year: more only means never, and has spellings that no header can carry (`1e+27`). */
export function wholeSeconds(wait: number): number {
  return Math.min(Math.max(0, Math.ceil(wait)), LONGEST_WAIT_SECONDS);
}

type Field = readonly [name: string, value: Json];

/** The fields of an object, of its metadata and headers, and of its details. */
function fieldsOf(holder: JsonObject, depth: number): Field[] {
  return Object.entries(holder).flatMap(([name, value]): Field[] => {
    const plain = name.toLowerCase().replace(/[^a-z]/g, '');
    if (FIELDS.has(plain)) return [[plain, value]];
    if (depth >= MAX_DEPTH || !/^(metadata|headers|details)$/.test(plain)) return [];
    const inner = Array.isArray(value) ? value : [value];
    return inner.filter(isObject).flatMap((object) => fieldsOf(object, depth + 1));
  });
}

function durationOfField([name, value]: Field): number | undefined {
  switch (FIELDS.get(name)) {
    case 'milliseconds': {
      const milliseconds = numberOf(value);
      return milliseconds === undefined ? undefined : milliseconds / 1000;
    }
    case 'seconds':
      return momentOf(value) === undefined ? secondsOf(asObject(value)?.['seconds'] ?? value) : undefined;
    case 'moment':
      // Some give the seconds that are left.
      return momentOf(value) === undefined ? secondsOf(value) : undefined;
    default:
      return undefined;
  }
}

function untilField(fields: readonly Field[], { now }: Clock): number | undefined {
  const moments = fields.flatMap(([, value]) => momentOf(value) ?? []);
  const next = moments.find((moment) => moment > now);
  return next === undefined ? undefined : (next - now) / 1000;
}

function untilSaid(message: string, { now, utcOffset }: Clock): number | undefined {
  const offset = utcOffset === undefined ? undefined : utcOffset * 3_600_000;
  const moment = momentIn(message, now, offset);
  return moment === undefined ? undefined : (moment - now) / 1000;
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

/** `2m3.5s` as seconds; undefined if a unit is not one of time ("3 requests"). */
export function durationIn(text: string | undefined): number | undefined {
  let total: number | undefined;
  for (const [, count, word = ''] of text?.matchAll(ONE_PART) ?? []) {
    const unit = UNITS.find(([pattern]) => pattern.test(word))?.[1];
    if (unit === undefined) return total;
    total = (total ?? 0) + Number(count) * SECONDS_PER[unit];
  }
  return total;
}
