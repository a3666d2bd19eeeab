/** Reads headers as Node and undici give them, where a repeated name has a list of values. */
import type { IncomingHttpHeaders } from 'node:http';

export function firstValues(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name, first] as const];
  });
  return Object.fromEntries(entries);
}
