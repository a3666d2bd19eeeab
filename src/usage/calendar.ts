/** Days and months by the user's local time. */

const STEP_MS = 15 * 60_000;

/** `2026-11-28`, in local time. */
export function dayOf(time: number): string {
  const date = new Date(time);
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}

/** `2026-11`, in local time. */
export function monthOf(time: number): string {
  return dayOf(time).slice(0, 7);
}

/**
 * `dayOf` for many times. Computes the day only once for each quarter of an hour, because time zones differ by
 * multiples of that.
 */
export function fastDayOf(): (time: number) => string {
  const days = new Map<number, string>();
  let lastStep = Number.NaN;
  let lastDay = '';
  return (time) => {
    const step = Math.floor(time / STEP_MS);
    if (step !== lastStep) {
      lastStep = step;
      lastDay = days.get(step) ?? dayOf(time);
      days.set(step, lastDay);
    }
    return lastDay;
  };
}

/** When the local day or month of a moment began. */
export function startOf(span: 'day' | 'month', time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), span === 'month' ? 1 : date.getDate()).getTime();
}

/**
 * When the local day began that was so many days before a moment's. Not counted from the start of the later day: where
 * clocks go forward at midnight that is one o'clock, and every other day would lose its first hour.
 */
export function startOfDayBefore(time: number, days: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days).getTime();
}

const HOUR_MS = 3_600_000;

/**
 * When a span that ends now began: `24h` counts hours, `7d` and `4w` whole days including today, `2026-11-01` begins
 * with that day, and `all` with 0. Undefined for any other text.
 */
export function startOfSpan(text: string, now: number): number | undefined {
  if (text === 'all') return 0;
  const [, count, unit] = /^([1-9]\d{0,3})([hdw])$/.exec(text) ?? [];
  if (unit === 'h') return now - Number(count) * HOUR_MS;
  if (unit !== undefined) return startOfDayBefore(now, Number(count) * (unit === 'w' ? 7 : 1) - 1);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(day)).getTime();
  return dayOf(start) === text ? start : undefined;
}
