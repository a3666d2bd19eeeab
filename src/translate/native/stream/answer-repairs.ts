/** Tells people what had to be changed in the items of an answer, as `../repairs.ts` does for requests. */
import { NativeCall } from './drafts/call.ts';
import { NativeMessage } from './drafts/message.ts';
import type { NativeDraft } from './drafts/native-draft.ts';
import type { Track } from './tracks.ts';

type NativeTrack = Track<NativeDraft>;

/** Short words for the log and the views, each about one thing that an item may have wrong. */
const REPAIRS: Readonly<Record<string, (track: NativeTrack) => boolean>> = {
  'server-call': ({ draft }) => draft === undefined,
  'item-events': ({ isBegun, isEnded }) => !isBegun || !isEnded,
  'item-text': ({ draft }) => draft instanceof NativeMessage && draft.isMended,
  arguments: ({ draft }) => draft instanceof NativeCall && draft.isMended,
  'tool-name': ({ draft }) => draft instanceof NativeCall && draft.isRenamed,
  'call-id': ({ callId, draft }) => draft instanceof NativeCall && !draft.isVoid && draft.callId !== callId,
};

/** In the order of `REPAIRS`. @param items of an answer that has ended */
export function answerRepairs(items: readonly NativeTrack[]): string[] {
  return Object.entries(REPAIRS).flatMap(([name, applies]) => (items.some(applies) ? [name] : []));
}
