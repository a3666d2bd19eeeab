/**
 * Finds the item that an event belongs to. Providers leave out indexes (llama.cpp, 2026-07), change the id of an item
 * from one event to the next (Azure, GitHub Copilot, 2026-08), or never say that an item begins (Zen, 2026-08), so an
 * item is found by whatever its provider does get right.
 */
import type { Shape } from './item-shape.ts';
import type { Place } from './read-event.ts';

export interface Track<Draft> {
  type: Shape['type'];
  place: Place;
  /** The provider's id of a call. */
  callId: string | undefined;
  /** Undefined for an item that the client must not see. */
  draft: Draft | undefined;
  /** Whether the provider said that it is finished. */
  isOver: boolean;
}

export class Tracks<Draft> {
  readonly all: Track<Draft>[] = [];

  /** The item that begins at this place; undefined if it has not been seen yet. */
  begun(type: Shape['type'], { index, id }: Place, callId: string | undefined): Track<Draft> | undefined {
    return this.#couldBe(type, callId).findLast((track) =>
      id === undefined || track.place.id === undefined
        ? !track.isOver && index !== undefined && track.place.index === index
        : track.place.id === id,
    );
  }

  /** The open item that a delta continues. */
  current(type: Shape['type'], { index, id }: Place): Track<Draft> | undefined {
    const newest = this.all.at(-1);
    if (newest?.type === type && id !== undefined && newest.place.id === id) return newest;
    const own = this.all.filter((track) => track.type === type);
    const known =
      (id === undefined ? undefined : own.findLast((track) => track.place.id === id)) ??
      (index === undefined ? undefined : own.findLast((track) => track.place.index === index));
    if (known !== undefined) return known;
    const last = own.at(-1);
    // A different index means a different item.
    const isOther = index !== undefined && last?.place.index !== undefined;
    return last === undefined || last.isOver || isOther ? undefined : last;
  }

  /** The item that is finished, by its call, id or index, else the open one of its type. */
  finished(type: Shape['type'], { index, id }: Place, callId: string | undefined): Track<Draft> | undefined {
    const free = this.#couldBe(type, callId);
    const byCall = callId === undefined ? undefined : free.findLast((track) => track.callId === callId);
    if (byCall !== undefined) return byCall;
    const byId = id === undefined ? undefined : free.findLast((track) => track.place.id === id);
    if (byId !== undefined) return byId;
    const isHere = (track: Track<Draft>) =>
      !track.isOver &&
      (index === undefined || track.place.index === undefined || track.place.index === index);
    return free.find(isHere);
  }

  /**
   * The item at this place of the final response.
   * @param at among all items there
   * @param ordinal among those of its type
   */
  final(
    type: Shape['type'],
    at: number,
    ordinal: number,
    callId: string | undefined,
    id: string | undefined,
  ) {
    const own = this.all.filter((track) => track.type === type);
    const isIndexed = new Set(this.all.map(({ place }) => place.index)).size === this.all.length;
    return (
      (callId === undefined ? undefined : own.find((track) => track.callId === callId)) ??
      (id === undefined ? undefined : own.find((track) => track.place.id === id)) ??
      (isIndexed ? own.find((track) => track.place.index === at) : undefined) ??
      own[ordinal]
    );
  }

  /** The items of a type that are not known to be a different call. */
  #couldBe(type: Shape['type'], callId: string | undefined): Track<Draft>[] {
    return this.all.filter(
      (track) =>
        track.type === type &&
        (callId === undefined || track.callId === undefined || track.callId === callId),
    );
  }
}
