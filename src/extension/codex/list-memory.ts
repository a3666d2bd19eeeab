/**
 * What each provider listed last, in a file in the extension's global storage, so that a provider that is down for a
 * while, or a start without a network, removes no models from Codex's catalog.
 */
import { readFile } from 'node:fs/promises';
import { asObject, isObject, parseObject } from '../../json.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { ServedUpstream, UpstreamOptions } from '../../relay/options.ts';
import { writeAtomic } from '../../write-atomic.ts';

interface KnownList {
  /** The base URL that the list came from. */
  upstream: string;
  listed: readonly ListedModel[];
}

export class ListMemory {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The same upstreams, with missing lists filled in from memory.
   * @param options with the base URL of each
   */
  async complete(
    served: readonly ServedUpstream[],
    options: readonly UpstreamOptions[],
  ): Promise<ServedUpstream[]> {
    const before = await this.#read();
    const known = new Map(before);
    const completed = served.map((one): ServedUpstream => {
      const { upstream = '' } = options.find(({ id }) => id === one.id) ?? {};
      if (one.listed !== undefined) {
        known.set(one.id, { upstream, listed: one.listed });
        return one;
      }
      const last = known.get(one.id);
      return last?.upstream === upstream ? { ...one, listed: last.listed } : one;
    });
    const text = textOf(known);
    if (text !== textOf(before)) await writeAtomic({ path: this.#file, text, mode: 0o600 });
    return completed;
  }

  async #read(): Promise<Map<string, KnownList>> {
    // Absent at first; an unreadable file is replaced.
    const saved = parseObject(await readFile(this.#file, 'utf8').catch(() => '')) ?? {};
    return new Map(
      Object.entries(saved).flatMap(([id, value]) => {
        const { upstream, listed }: { upstream?: unknown; listed?: unknown } = asObject(value) ?? {};
        if (typeof upstream !== 'string' || !Array.isArray(listed)) return [];
        return [[id, { upstream, listed: listed.filter(isListed) }] as const];
      }),
    );
  }
}

function textOf(known: ReadonlyMap<string, KnownList>): string {
  return JSON.stringify(Object.fromEntries(known));
}

function isListed(value: unknown): value is ListedModel {
  return isObject(value) && typeof value['id'] === 'string';
}
