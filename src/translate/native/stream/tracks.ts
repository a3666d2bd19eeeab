/**
 * Finds the item that an event belongs to. Providers leave out indexes (llama.cpp, 2026-07), change the id of an item
 * from one event to the next (Azure, GitHub Copilot, 2026-08), or never say that an item begins (Zen, 2026-08), so an
 * item is found by whatever its provider does get right.
 */
import type { HostedType } from '../../../wire/responses.ts';
import type { Shape } from './item-shape.ts';
import type { Place } from './read-event.ts';

/** Tools of the provider's own are kept apart by kind. */
export type TrackType = 'message' | 'reasoning' | 'call' | HostedType;

export interface Track<Draft> {
  type: TrackType;
  place: Place;
  /** The provider's id of a call. */
  callId: string | undefined;
  /** Undefined for an item that the client must not see. */
  draft: Draft | undefined;
  /** Whether the provider said that it begins. */
  isBegun: boolean;
  /** Whether the provider said that it ends, and not only the final response holds it. */
  isEnded: boolean;
  /** Whether it is finished. */
  isOver: boolean;
  /** The item as it was finished. */
  end: Shape | undefined;
}

export function trackTypeOf(shape: Shape): TrackType {
  return shape.type === 'hosted' ? shape.fields.type : shape.type;
}

export class Tracks<Draft> {
  readonly all: Track<Draft>[] = [];

  /** The item that begins at this place; undefined if it has not been seen yet. */
  begun(type: TrackType, place: Place, callId: string | undefined): Track<Draft> | undefined {
    const { index, id } = place;
    return this.#couldBe(type, callId).findLast((track) => {
      if (id === undefined || track.place.id === undefined) {
        const isCall = callId !== undefined && track.callId === callId;
        const isHere = index === undefined ? isCall : track.place.index === index;
        return !track.isOver && isHere;
      }
      // MiniMax, 2026-11: ids are made from the response's, so that all messages of a response share one.
      const isNext = isElsewhere(track, index) || (track.isOver && track.isBegun);
      return track.place.id === id && !isNext;
    });
  }

  /** The open item that a delta continues. */
  current(type: TrackType, { index, id }: Place): Track<Draft> | undefined {
    const newest = this.all.at(-1);
    const isNewest = id !== undefined && newest?.place.id === id && !isElsewhere(newest, index);
    if (isNewest && newest.type === type) return newest;
    const own = this.all.filter((track) => track.type === type);
    const named = id === undefined ? [] : own.filter((track) => track.place.id === id);
    const isHere = (track: Track<Draft>) => index !== undefined && track.place.index === index;
    const known = named.length > 0 ? (named.findLast(isHere) ?? named.at(-1)) : own.findLast(isHere);
    if (known !== undefined) return known;
    const last = own.at(-1);
    // A different index means a different item.
    const isOther = index !== undefined && last?.place.index !== undefined;
    return last === undefined || last.isOver || isOther ? undefined : last;
  }

  /** The item that is finished, by its call, id or index, else the open one of its type. */
  finished(shape: Shape, place: Place, callId: string | undefined): Track<Draft> | undefined {
    const { index, id } = place;
    const own = this.#couldBe(trackTypeOf(shape), callId);
    const named = (isIt: (track: Track<Draft>) => boolean) => {
      const free = own.filter((track) => isIt(track) && (!track.isOver || isRepetition(track, index, shape)));
      return free.findLast(({ place: { index: its } }) => its !== undefined && its === index) ?? free.at(-1);
    };
    return (
      named((track) => callId !== undefined && track.callId === callId) ??
      named((track) => id !== undefined && track.place.id === id) ??
      own.find((track) => !track.isOver && !isElsewhere(track, index))
    );
  }

  /**
   * The item at this place of the final response.
   * @param at among all items there
   * @param ordinal among those of its type
   * @param claimed items that stand before it there
   */
  final(
    shape: Shape,
    at: number,
    ordinal: number,
    { callId, id }: { callId: string | undefined; id: string | undefined },
    claimed: ReadonlySet<Track<Draft>>,
  ): Track<Draft> | undefined {
    const own = this.all.filter(({ type }) => type === trackTypeOf(shape));
    const free = own.filter((track) => !claimed.has(track));
    const isIndexed = new Set(this.all.map(({ place }) => place.index)).size === this.all.length;
    const named = (isIt: (track: Track<Draft>) => boolean) =>
      free.find(isIt) ?? own.find((track) => isIt(track) && isRepetition(track, undefined, shape));
    return (
      named((track) => callId !== undefined && track.callId === callId) ??
      named((track) => id !== undefined && track.place.id === id) ??
      (isIndexed ? free.find((track) => track.place.index === at) : undefined) ??
      free.find((track) => track === own[ordinal]) ??
      free[0]
    );
  }

  /** The items of a type that are not known to be a different call. */
  #couldBe(type: TrackType, callId: string | undefined): Track<Draft>[] {
    return this.all.filter(
      (track) =>
        track.type === type &&
        (callId === undefined || track.callId === undefined || track.callId === callId),
    );
  }
}

function isElsewhere({ place }: Track<unknown>, index: number | undefined): boolean {
  return index !== undefined && place.index !== undefined && place.index !== index;
}

/** Whether a finished item is told again, and not another one under the same id. */
function isRepetition(track: Track<unknown>, index: number | undefined, shape: Shape): boolean {
  if (index !== undefined && track.place.index !== undefined) return track.place.index === index;
  return JSON.stringify(track.end) === JSON.stringify(shape);
}
