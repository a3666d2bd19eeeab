/**
 * The body of an upstream reply as events of the Responses API, as they came: repairing them is left to the reducer.
 */
import type { JsonObject } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import { WireRefusal } from '../upstream/wire-refusal.ts';
import { EventLane } from './event-lane.ts';
import { type PieceKind, StreamReader } from './stream-reader.ts';

const TERMINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.failed',
  'response.incomplete',
]);

export class NativeStreamReader extends StreamReader<JsonObject> {
  constructor(profile: Profile) {
    super(profile, eventsOf(profile));
  }
}

function eventsOf({ name }: Profile): PieceKind<JsonObject> {
  return {
    page: () =>
      new WireRefusal(
        'invalid_prompt',
        `${name} answered with a web page instead of a response. Check the base URL and the network.`,
      ),
    lane: () => new EventLane(),
    piece: (value, event) => {
      if (value['type'] === undefined && event?.startsWith('response.')) value['type'] = event;
      return value;
    },
    error: (error) => ({ error }),
    complaint: () => undefined,
    isLast: ({ type }) => TERMINAL.has(type),
  };
}
