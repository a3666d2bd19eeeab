/** Moments in providers' errors at which a limit ends. All times are milliseconds since the epoch. */

/** Numbers from these on are moments, in seconds or in milliseconds since the epoch. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MILLISECONDS = EPOCH_SECONDS * 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\\.?';
const ZONE =
  '(?:\\s*\\(?(?:(z\\b)|(?:utc|gmt)?\\s*([+-])(\\d{1,2}):?(\\d{2})?(?!\\d)|(utc|gmt)|(cst|北京时间|beijing time|china standard time)))?';
const TIME = `(\\d{1,2})\\s*[:时点]\\s*(\\d{2})?(?:\\s*[:分]\\s*(\\d{2})?秒?(?:[.,]\\d+)?)?\\s*(am\\b|pm\\b)?${ZONE}`;
const AFTER_DATE = `(?:\\s*日)?(?:[t\\s,]*(?:at\\s+|的\\s*)?(?:北京时间\\s*)?${TIME})?`;
/** `2026-11-29 07:41:44 +0800`, `2026年11月29日 7:41`; `Nov 29, 2026 at 3:00 PM UTC`; `29 Nov 2026 15:00:00 GMT`. */
const DATES: readonly (readonly [
  pattern: RegExp,
  order: readonly [year: number, month: number, day: number],
])[] = [
  [new RegExp(`(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})\\s*[-/.月]\\s*(\\d{1,2})${AFTER_DATE}`, 'gi'), [1, 2, 3]],
  [new RegExp(`\\b${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})${AFTER_DATE}`, 'gi'), [3, 1, 2]],
  [new RegExp(`\\b(\\d{1,2})\\s+${MONTH}\\s+(\\d{4})${AFTER_DATE}`, 'gi'), [3, 2, 1]],
];
const EPOCH = /(?<![\d.])\d{10}(?:\d{3})?(?![\d.])/g;
/** Only a time, which needs a zone. */
const TIME_ALONE = new RegExp(
  `(?<![\\d:])(\\d{1,2})(?::(\\d{2}))?(?::(\\d{2}))?\\s*(am\\b|pm\\b)?${ZONE}`,
  'gi',
);

/** The words around a date at which something ends. */
const BEFORE =
  /reset|retry|again|available|until|refresh|renew|restor|unlock|recover|lifted|expire|重置|恢复|刷新|重试|再试|解除|更新/i;
const BEHIND = /^.{0,12}?(重置|恢复|刷新|后重试|后再试|后恢复|解除|更新|后可)/;
const CHINESE = /\p{Script=Han}/u;
const BEIJING = 8 * HOUR;

/**
 * @param value seconds or milliseconds since the epoch, or a date, also as text
 * @returns undefined for anything else
 */
export function momentOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) {
    if (number > EPOCH_MILLISECONDS) return number;
    return number > EPOCH_SECONDS ? number * 1000 : undefined;
  }
  return typeof value === 'string' ? datesIn(value, offsetOf(value, 0))[0]?.moment : undefined;
}

/**
 * The moment, named in a sentence, at which a limit ends.
 * @param now only later moments count: a date may be when the limit began, or belong to a zone that is not named
 * @param offset of the zone that the provider means if it names none; undefined if that is not known
 */
export function momentIn(text: string, now: number, offset: number | undefined): number | undefined {
  const named = [...datesIn(text, offsetOf(text, offset)), ...epochsIn(text)];
  const found = named
    .toSorted((left, right) => left.at - right.at)
    .find(({ moment, at, end }) => moment > now && isEnd(text, at, end));
  return named.length === 0 ? nextTimeIn(text, now) : found?.moment;
}

interface NamedMoment {
  moment: number;
  at: number;
  end: number;
}

function datesIn(text: string, offset: number): NamedMoment[] {
  return DATES.flatMap(([pattern, order]) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const [year, month, day] = order.map((group) => match[group] ?? '');
      const index = MONTHS.findIndex((name) => month?.toLowerCase().startsWith(name));
      const date = Date.UTC(Number(year), index === -1 ? Number(month) - 1 : index, Number(day));
      const moment = date + timeOf(match, 4) - (zoneOf(match, 8) ?? offset);
      const end = match.index + match[0].length;
      return Number.isFinite(moment) ? [{ moment, at: match.index, end }] : [];
    }),
  );
}

function epochsIn(text: string): NamedMoment[] {
  return [...text.matchAll(EPOCH)].flatMap(({ 0: number, index: at }) => {
    const moment = momentOf(number);
    return moment === undefined ? [] : [{ moment, at, end: at + number.length }];
  });
}

/** "resets at 10:57 PM GMT-3": the next time that the clock shows this. */
function nextTimeIn(text: string, now: number): number | undefined {
  for (const match of text.matchAll(TIME_ALONE)) {
    const zone = zoneOf(match, 5);
    const hasTime = match[2] !== undefined || match[4] !== undefined;
    if (zone === undefined || !hasTime || !isEnd(text, match.index, text.length)) continue;
    const today = Math.floor((now + zone) / DAY) * DAY;
    const moment = today + timeOf(match, 1) - zone;
    return moment > now ? moment : moment + DAY;
  }
  return undefined;
}

function isEnd(text: string, at: number, end: number): boolean {
  return BEFORE.test(text.slice(Math.max(0, at - 60), at)) || BEHIND.test(text.slice(end, end + 20));
}

/** @param group of the hour; minutes, seconds, and am or pm follow it */
function timeOf(match: RegExpMatchArray, group: number): number {
  const [hour = '0', minute = '0', second = '0', half = ''] = [0, 1, 2, 3].map((at) => match[group + at]);
  const hours = half === '' ? Number(hour) : (Number(hour) % 12) + (/pm/i.test(half) ? 12 : 0);
  return hours * HOUR + Number(minute) * 60_000 + Number(second) * 1000;
}

/** @param group the first of the zone's */
function zoneOf(match: RegExpMatchArray, group: number): number | undefined {
  const [zulu, sign, hours = '0', minutes = '0', utc, china] = [0, 1, 2, 3, 4, 5].map(
    (at) => match[group + at],
  );
  if (zulu !== undefined || utc !== undefined) return 0;
  if (china !== undefined) return BEIJING;
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60_000);
}

function offsetOf(text: string, offset: number | undefined): number {
  if (/北京时间|beijing time/i.test(text)) return BEIJING;
  return offset ?? (CHINESE.test(text) ? BEIJING : 0);
}
