/**
 * The user's choices of wires, and of what Responses endpoints take, by `provider/model`, from flags, settings and
 * files.
 */
import type { Wire } from '../../wire/wire.ts';
import type { UpstreamOptions } from '../options.ts';

/**
 * Keyed by `provider/model`, `provider` (all its models) or `*` (everything); `*` in a model's name stands for any
 * characters.
 */
export type ByModel<T> = Readonly<Record<string, T>>;

/**
 * The part about one upstream, by model; undefined if there is none. What is said about the upstream beats what is said
 * about all.
 * @param id the upstream's
 */
export function partOf<T>(choices: ByModel<T>, id: string): Record<string, T> | undefined {
  const parts = Object.entries(choices).flatMap(([name, value]) => {
    const [owner, model] = splitName(name);
    return owner === id || owner === '*' ? [{ isOwn: owner === id, model, value }] : [];
  });
  if (parts.length === 0) return undefined;
  return Object.fromEntries(
    parts
      .toSorted((one, other) => Number(one.isOwn) - Number(other.isOwn))
      .map(({ model, value }) => [model, value]),
  );
}

/** The upstreams that are named; `*` does not count. */
export function ownersIn(choices: ByModel<unknown>): string[] {
  return [...new Set(Object.keys(choices).map((name) => splitName(name)[0]))].filter(
    (owner) => owner !== '*',
  );
}

/** An entry of the user's file: the API that one model speaks, and what its endpoint takes. */
interface Entry {
  wire?: Wire;
  takes?: NonNullable<UpstreamOptions['native']>[string];
}

/**
 * The choices about one upstream, in the form of its options.
 * @param wires from a flag or a setting; they beat those from the file
 * @param entries from the file
 */
export function choicesFor(
  id: string,
  wires: ByModel<Wire>,
  entries: ByModel<Entry>,
): Pick<UpstreamOptions, 'wire' | 'native'> {
  const named = Object.entries(entries);
  const fileWires = Object.fromEntries(named.flatMap(([name, { wire }]) => (wire ? [[name, wire]] : [])));
  const takes = Object.fromEntries(
    named.flatMap(([name, entry]) => (entry.takes ? [[name, entry.takes]] : [])),
  );
  const wire = partOf({ ...fileWires, ...wires }, id);
  const native = partOf(takes, id);
  return { ...(wire && { wire }), ...(native && { native }) };
}

/** An upstream's id holds no slash; a model's name may. */
function splitName(name: string): [owner: string, model: string] {
  const slash = name.indexOf('/');
  return slash === -1 ? [name, '*'] : [name.slice(0, slash), name.slice(slash + 1)];
}
