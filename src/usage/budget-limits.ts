/** Parses budgets: `day=5,month=50,deepseek.day=1`, in USD; in VS Code an object with the same names. */

export interface Limit {
  span: 'day' | 'month';
  /** Id of the upstream that it applies to; undefined: all of them together. */
  upstream: string | undefined;
  usd: number;
}

/** Undefined if the text is malformed or sets one limit twice. */
export function parseLimits(text: string): readonly Limit[] | undefined {
  const limits = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseLimit);
  const known = limits.filter((limit) => limit !== undefined);
  const names = new Set(known.map(({ span, upstream = '' }) => `${upstream}.${span}`));
  return known.length > 0 && known.length === limits.length && names.size === known.length
    ? known
    : undefined;
}

/** A limit from its name (`deepseek.day`) and its value; undefined if one of them is unusable. */
export function limitOf(name: string, value: unknown): Limit | undefined {
  const isUsable = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  const limit = isUsable ? parseLimit(`${name}=0`) : undefined;
  return limit && isUsable ? { ...limit, usd: value } : undefined;
}

function parseLimit(text: string): Limit | undefined {
  // Ids of upstreams may contain dots.
  const [, upstream, span, usd = ''] =
    /^(?:([a-z0-9][a-z0-9._-]*)\.)?(day|month)\s*=\s*\$?(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (span !== 'day' && span !== 'month') return undefined;
  return { span, upstream, usd: Number(usd) };
}
