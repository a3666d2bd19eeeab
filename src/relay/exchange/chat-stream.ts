/** The body of an upstream reply as Chat Completions chunks. */
import type { Json, JsonObject } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import { asChatChunk } from '../../wire/chunk-shape.ts';
import { webPage } from '../upstream/failures.ts';
import { DeltaLane } from './delta-lane.ts';
import type { PieceKind } from './piece-kind.ts';
import { StreamReader } from './stream-reader.ts';

/** The keys under which an object that is not a chunk says what went wrong. */
const ERROR_KEY = /err|message|msg|detail|exception|fault/i;
/** The keys that name what an object is, and the words for one that says what went wrong. */
const STATE_KEY = /^(type|status|state|event|object)$/i;
const FAILED = /err|fail|exception/i;

const CHUNKS: PieceKind<ChatChunk> = {
  page: (profile) => webPage(profile, 'a completion'),
  lane: () => new DeltaLane(),
  piece: (value) => asChatChunk(value),
  error: (error) => ({ error }),
  complaint: (value, { choices }) => (choices === undefined ? complaintIn(value) : undefined),
  isLast: () => false,
};

export class ChatStreamReader extends StreamReader<ChatChunk> {
  constructor(profile: Profile) {
    super(profile, CHUNKS);
  }
}

/** An object that is not a chunk, if it complains. */
function complaintIn(value: JsonObject): Json | undefined {
  const complains = Object.entries(value).some(([name, said]) => {
    if (ERROR_KEY.test(name)) return Boolean(said);
    return STATE_KEY.test(name) && typeof said === 'string' && FAILED.test(said);
  });
  return complains ? value : undefined;
}
