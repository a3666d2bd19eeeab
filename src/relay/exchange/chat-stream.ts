/** The body of an upstream reply as Chat Completions chunks. */
import { createParser } from 'eventsource-parser';
import { RelayError } from '../../errors.ts';
import { parseObject } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import type { UpstreamReply } from '../upstream/transport.ts';

/** One event, or a whole completion, of this size is none any more: a broken upstream must not fill memory. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024;

export interface ChatStreamReader {
  /** Chunks of the bytes that were read; an empty list for keep-alive comments. */
  feed(bytes: Uint8Array): ChatChunk[];
  /** Chunks that the end of the body completes. */
  end(): ChatChunk[];
  /** True once `[DONE]` was read. */
  readonly isDone: boolean;
}

export function readerFor(reply: UpstreamReply, profile: Profile): ChatStreamReader {
  const contentType = reply.header('content-type') ?? '';
  // Gateways label event streams as text/plain; only these two are certain to be something else.
  if (contentType.includes('json')) return new JsonReader(profile);
  if (contentType.includes('html')) return new PageReader(profile);
  return new SseReader(profile);
}

class SseReader implements ChatStreamReader {
  isDone = false;
  #isEnding = false;
  readonly #profile: Profile;
  readonly #decoder = new TextDecoder();
  #chunks: ChatChunk[] = [];
  readonly #parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ event, data }) => {
      if (event === 'error') this.#readError(data);
      else this.#read(data);
    },
  });

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  feed(bytes: Uint8Array): ChatChunk[] {
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
    return this.#take();
  }

  end(): ChatChunk[] {
    // A last event without its blank line may be complete all the same.
    this.#isEnding = true;
    this.#parser.feed(`${this.#decoder.decode()}\n\n`);
    return this.#take();
  }

  #read(data: string): void {
    if (this.isDone) return;
    if (data === '[DONE]') {
      this.isDone = true;
      return;
    }
    // Some gateways send pings as data.
    if (!data.startsWith('{') && !data.startsWith('[')) return;
    const chunk = parseChunk(data);
    if (chunk !== undefined) this.#chunks.push(chunk);
    // Cut off inside an event: whether the answer was finished before is the reducer's to say.
    else if (!this.#isEnding) throw notJson(this.#profile);
  }

  /** An event that is named `error` is one, in an envelope, in JSON of its own, or in plain words. */
  #readError(data: string): void {
    if (this.isDone || data === '[DONE]') return;
    const said = parseObject(data);
    this.#chunks.push({ error: said?.['error'] ?? said ?? data });
  }

  #take(): ChatChunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}

/** A whole completion, which some gateways answer to a stream request: `message` stands in for `delta`. */
class JsonReader implements ChatStreamReader {
  readonly isDone = false;
  readonly #profile: Profile;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  feed(bytes: Uint8Array): ChatChunk[] {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    if (this.#text.length > MAX_EVENT_CHARS) {
      throw new RelayError('upstream_error', `${this.#profile.name} sent an answer that is too large.`);
    }
    return [];
  }

  end(): ChatChunk[] {
    const text = (this.#text + this.#decoder.decode()).trim();
    if (text === '') return [];
    const chunk = parseChunk(text);
    if (chunk === undefined) throw notJson(this.#profile);
    return [chunk];
  }
}

/** A web page with status 200: a login page of a network, or a base URL that is not the API's. */
class PageReader implements ChatStreamReader {
  readonly isDone = false;
  readonly #profile: Profile;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  feed(): ChatChunk[] {
    return [];
  }

  end(): ChatChunk[] {
    throw new RelayError(
      'invalid_prompt',
      `${this.#profile.name} answered with a web page instead of a completion. Check the base URL and the network.`,
    );
  }
}

function parseChunk(data: string): ChatChunk | undefined {
  try {
    const value: unknown = JSON.parse(data);
    // Gemini, 2026-11: an error arrives as a list of one.
    const chunk: unknown = Array.isArray(value) ? value[0] : value;
    return typeof chunk === 'object' && chunk !== null ? (chunk as ChatChunk) : {};
  } catch {
    // The caller knows whether this is an error or a cut.
    return undefined;
  }
}

function notJson(profile: Profile): RelayError {
  return new RelayError('upstream_error', `${profile.name} sent a chunk that is not JSON.`);
}
