/**
 * The body of an upstream reply as events of the Responses API, as they came: repairing them is left to the reducer.
 */
import type { JsonObject } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import { webPage } from '../upstream/failures.ts';
import { WireRefusal } from '../upstream/wire-refusal.ts';
import { EventLane } from './event-lane.ts';
import type { PieceKind } from './piece-kind.ts';
import { StreamReader } from './stream-reader.ts';

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

function eventsOf(profile: Profile): PieceKind<JsonObject> {
  return {
    page: () => {
      const { code, message, status } = webPage(profile, 'a response');
      return new WireRefusal(code, message, { status });
    },
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
