/** The body of an upstream reply as Chat Completions chunks. */
import type { Json, JsonObject } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import { asChatChunk } from '../../wire/chunk-shape.ts';
import { webPage } from '../upstream/failures.ts';
import { DeltaLane } from './delta-lane.ts';
import { type PieceKind, StreamReader } from './stream-reader.ts';

/** The keys under which an object that is not a chunk says what went wrong. */
const ERROR_KEY = /err|message|msg|detail/i;

const CHUNKS: PieceKind<ChatChunk> = {
  page: (profile) => webPage(profile, 'a completion'),
  lane: () => new DeltaLane(),
  piece: (value) => asChatChunk(value),
  error: (error) => ({ error }),
  complaint: (value) => (value['choices'] === undefined ? complaintIn(value) : undefined),
  isLast: () => false,
};

export class ChatStreamReader extends StreamReader<ChatChunk> {
  constructor(profile: Profile) {
    super(profile, CHUNKS);
  }
}

/** The complaint in an object that is not a chunk, as its `message`; undefined where there is none. */
function complaintIn(value: JsonObject): Json | undefined {
  const key = Object.keys(value).find((name) => ERROR_KEY.test(name) && value[name]);
  return key === undefined ? undefined : { ...value, message: value['message'] ?? value[key] ?? null };
}
