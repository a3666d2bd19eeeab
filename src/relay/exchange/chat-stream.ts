/**
 * The body of an upstream reply as Chat Completions chunks. What it is, is read from the body itself: gateways
 * label event streams as JSON, completions as event streams, and errors as anything (reports of 2026-11).
 */
import { createParser } from 'eventsource-parser';
import { RelayError } from '../../errors.ts';
import { asObject, isObject, type Json, parseJson } from '../../json.ts';
import type { Profile } from '../../translate/profile.ts';
import type { ChatChunk } from '../../wire/chat.ts';
import { asChatChunk } from '../../wire/chunk-shape.ts';
import { JsonDocuments } from './json-documents.ts';

/** An event, or a whole completion, beyond this size comes from a broken upstream: it must not fill the memory. */
const MAX_EVENT_CHARS = 64 * 1024 * 1024;
/** More of what a provider says outside of chunks is not kept. */
const MAX_WORDS = 2_000;
/** Data that keeps a connection open and means nothing. */
const PING = /^\W*(ping|pong|null|true|ok)?\W*$|keep.?alive|heart.?beat|processing|queued/i;
/** Of an event, and of data that only looks like JSON (Python's spelling of an object). */
const ERROR_EVENT = /error|exception/i;
const ERROR_LIKE = /^[[{\s]*["']?(error|exception|detail|message)\b/i;
/** Where an object that is no chunk says what went wrong. */
const ERROR_KEY = /err|message|msg|detail/i;

interface Framing {
  read(text: string): void;
  end(): void;
}

export class ChatStreamReader {
  /** True once `[DONE]` was read. */
  isDone = false;
  /** Why nothing more can be read. The chunks before it have been given out. */
  problem: RelayError | undefined;
  readonly #profile: Profile;
  readonly #decoder = new TextDecoder();
  /** Undefined until the first character that is not blank. */
  #framing: Framing | undefined;
  #isEnding = false;
  #chunks: ChatChunk[] = [];
  #lastWords: Json | undefined;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Chunks of the bytes that were read; an empty list for keep-alive comments. */
  feed(bytes: Uint8Array): ChatChunk[] {
    this.#read(this.#decoder.decode(bytes, { stream: true }));
    return this.#take();
  }

  /** Chunks that the end of the body completes. */
  end(): ChatChunk[] {
    this.#isEnding = true;
    this.#read(this.#decoder.decode());
    this.#framing?.end();
    return this.#take();
  }

  /**
   * What was said last, outside of any chunk, as a chunk with an error: the reason why an answer ends
   * unfinished. Empty where nothing was said.
   */
  get lastWords(): ChatChunk[] {
    return this.#lastWords === undefined ? [] : [{ error: this.#lastWords }];
  }

  #read(text: string): void {
    this.#framing ??= this.#framingOf(text);
    this.#framing?.read(text);
  }

  #take(): ChatChunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  // ------------------------------------------------------------------------------------- framings

  #framingOf(text: string): Framing | undefined {
    switch (text.trimStart().charAt(0)) {
      case '':
        return undefined;
      case '{':
      case '[':
        return this.#jsonFraming();
      case '<':
        return this.#page();
      default:
        return this.#eventFraming();
    }
  }

  #jsonFraming(): Framing {
    const documents = new JsonDocuments();
    return {
      read: (text) => {
        for (const document of documents.read(text)) this.#data(document, false);
        this.#limit(documents.open.length);
      },
      end: () => {
        if (ERROR_LIKE.test(documents.open)) this.#say(documents.open);
      },
    };
  }

  #eventFraming(): Framing {
    const stray = new JsonDocuments();
    const parser = createParser({
      onEvent: ({ data, event }) => {
        this.#data(data, event !== undefined && ERROR_EVENT.test(event));
        this.#limit(data.length);
      },
      // A line without a field name: a chunk or an error that was written into the stream as it was.
      onError: ({ line = '' }) => {
        if (stray.open === '' && !/[{[]/.test(line)) this.#say(line);
        else for (const document of stray.read(`${line}\n`)) this.#data(document, false);
        this.#limit(stray.open.length);
      },
    });
    // The parser passes over a line that is not whole yet, unless it begins with a field's name.
    let rest = '';
    return {
      read: (text) => {
        const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
        if (end > 0) parser.feed(rest + text.slice(0, end));
        rest = end > 0 ? text.slice(end) : rest + text;
        this.#limit(rest.length);
      },
      end: () => {
        // A last event without its blank line may be complete all the same.
        parser.feed(`${rest}\n\n`);
      },
    };
  }

  /** A web page with status 200: a login page of a network, or a base URL that is not the API's. */
  #page(): Framing {
    this.problem = new RelayError(
      'invalid_prompt',
      `${this.#profile.name} answered with a web page instead of a completion. Check the base URL and the network.`,
    );
    return { read: () => {}, end: () => {} };
  }

  #limit(length: number): void {
    if (length <= MAX_EVENT_CHARS) return;
    this.problem ??= new RelayError(
      'upstream_error',
      `${this.#profile.name} sent an answer that is too large.`,
    );
  }

  // ----------------------------------------------------------------------------------------- data

  #data(data: string, isError: boolean): void {
    if (this.isDone || this.problem !== undefined) return;
    // Proxies that frame what is framed already, 2026-11.
    const text = data.startsWith('data:') ? data.replace(/^(?:data:\s*)+/, '') : data;
    if (text.trim() === '[DONE]') {
      this.isDone = true;
      return;
    }
    const value = parseJson(text);
    if (isObject(value) || Array.isArray(value)) this.#value(value, isError);
    else if (isError) this.#chunks.push({ error: { message: words(value ?? text) } });
    else if (value === undefined && /^\s*[{[]/.test(text)) this.#broken(text);
    else this.#say(words(value ?? text));
  }

  #value(value: Json, isError: boolean): void {
    // Gemini, 2026-11: an error arrives as a list of one.
    if (Array.isArray(value)) for (const entry of value) this.#value(entry, isError);
    const chunk = asObject(value);
    if (chunk === undefined) return;
    this.#lastWords = undefined;
    if (isError && !chunk['error']) {
      this.#chunks.push({ error: chunk });
      return;
    }
    this.#chunks.push(asChatChunk(chunk));
    if (chunk['choices'] === undefined) this.#lastWords = complaintIn(chunk);
  }

  #broken(text: string): void {
    const documents = new JsonDocuments().read(text);
    // Events that no blank line keeps apart.
    const areMany = documents.length > 1 && documents.every(isDocument);
    if (areMany) for (const document of documents) this.#data(document, false);
    else if (ERROR_LIKE.test(text)) this.#chunks.push({ error: { message: text } });
    // Cut off inside an event: whether the answer was finished before is the reducer's to say.
    else if (!this.#isEnding)
      this.problem = new RelayError('upstream_error', `${this.#profile.name} sent a chunk that is not JSON.`);
  }

  #say(said: string): void {
    if (PING.test(said)) return;
    const before = asObject(this.#lastWords)?.['message'];
    const message = typeof before === 'string' ? `${before} ${said}` : said;
    this.#lastWords = { message: message.slice(0, MAX_WORDS) };
  }
}

function isDocument(text: string): boolean {
  return text === '[DONE]' || parseJson(text) !== undefined;
}

function words(value: Json): string {
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

/** An object that is no chunk and has something to say, with that as its `message`. */
function complaintIn(value: { [key: string]: Json }): Json | undefined {
  const key = Object.keys(value).find((name) => ERROR_KEY.test(name) && value[name]);
  return key === undefined ? undefined : { ...value, message: value['message'] ?? value[key] ?? null };
}
