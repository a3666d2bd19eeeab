/**
 * Descriptions of images, by content, for models that cannot see. They are kept from turn to turn, so that the same
 * conversation gives the same prompt. The images themselves are not kept.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RelayError } from '../../errors.ts';
import { isCurable } from '../routing/health.ts';

/** The most images that are described in one turn. */
const MOST_A_TURN = 8;
/** The most descriptions that are kept; the least recently used is forgotten first. */
const MOST_IMAGES = 2_000;
const MOST_CHARS = 8 * 1024 * 1024;
/** A longer description is cut. */
const LONGEST = 8_000;
const MOST_TURNS = 500;
/** The number of turns after which a description that keeps failing for passing causes is given up. */
const MOST_FAILURES = 3;

interface Failure {
  words: string;
  /** The turns in which it failed, by the client's ids. */
  turns: readonly string[];
  isFinal: boolean;
}

/** An image where it was found, with the hash of its content. */
export interface HashedImage<T> {
  hash: string;
  /** Which turn of the conversation it came in. */
  turn: number;
  image: T;
}

export class ImageWords {
  readonly #described = new LRUCache<string, string>({
    max: MOST_IMAGES,
    maxSize: MOST_CHARS,
    sizeCalculation: ({ length }) => length,
  });
  readonly #failed = new LRUCache<string, Failure>({ max: MOST_IMAGES });
  readonly #running = new Map<string, Promise<void>>();
  /** How many descriptions each turn has asked for so far. */
  readonly #asked = new LRUCache<string, number>({ max: MOST_TURNS });

  /**
   * The images to be described now, each once: the first eight of every turn of the conversation, newest first, up to
   * what is left for the running turn.
   * @param running id of the running turn
   */
  wanted<T>(images: readonly HashedImage<T>[], running: string): HashedImage<T>[] {
    const surplus = surplusOf(images);
    const missing = new Map<string, HashedImage<T>>();
    for (const image of images) {
      if (surplus.has(image) || !this.#isMissing(image.hash, running)) continue;
      // An image that is shown again counts as new again.
      missing.delete(image.hash);
      missing.set(image.hash, image);
    }
    const left = Math.max(0, MOST_A_TURN - (this.#asked.get(running) ?? 0));
    return [...missing.values()].slice(Math.max(0, missing.size - left));
  }

  /** Describes an image, only once however many ask for it. Never rejects: a failure is recorded as well. */
  describe(hash: string, running: string, ask: () => Promise<string>): Promise<void> {
    const already = this.#running.get(hash);
    if (already !== undefined) return already;
    this.#asked.set(running, (this.#asked.get(running) ?? 0) + 1);
    const done = ask()
      .then(
        (text) => this.#note(hash, text),
        (error: unknown) => this.#noteFailure(hash, running, error),
      )
      .finally(() => this.#running.delete(hash));
    this.#running.set(hash, done);
    return done;
  }

  /** The words that replace each image, in order. */
  of(images: readonly HashedImage<unknown>[]): string[] {
    const surplus = surplusOf(images);
    return images.map((image) => (surplus.has(image) ? SURPLUS : this.#wordsOf(image.hash)));
  }

  #isMissing(hash: string, running: string): boolean {
    if (this.#described.has(hash)) return false;
    const failure = this.#failed.get(hash);
    return failure === undefined || !(failure.isFinal || failure.turns.includes(running));
  }

  #note(hash: string, text: string): void {
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} [...]` : text;
    this.#described.set(
      hash,
      `[an image was here; another model describes it:]\n${cut}\n[end of the description]`,
    );
    this.#failed.delete(hash);
  }

  /** The words quote no provider: they must be the same in every request. */
  #noteFailure(hash: string, running: string, error: unknown): void {
    const turns = [...(this.#failed.get(hash)?.turns ?? []), running];
    const code = error instanceof RelayError ? error.code : 'internal_error';
    this.#failed.set(hash, {
      words: `[an image was here; it could not be described (${code})]`,
      turns,
      isFinal: turns.length >= MOST_FAILURES || !(error instanceof RelayError && isCurable(error)),
    });
  }

  #wordsOf(hash: string): string {
    return this.#described.get(hash) ?? this.#failed.get(hash)?.words ?? NOT_YET;
  }
}

const SURPLUS = `[an image was here; only the first ${MOST_A_TURN} images of a turn are described]`;
const NOT_YET = `[an image was here; it is not described yet: at most ${MOST_A_TURN} are in one turn]`;

/** By the content of a data URL, or by the address of any other. 64 hexadecimal digits. */
export function hashOfImage(url: string): string {
  const content = url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : url;
  return createHash('sha256').update(content).digest('hex');
}

/** The images beyond the first eight different ones of their turn; depends on the conversation alone. */
function surplusOf(images: readonly HashedImage<unknown>[]): ReadonlySet<HashedImage<unknown>> {
  const byTurn = new Map<number, Set<string>>();
  const surplus = new Set<HashedImage<unknown>>();
  for (const image of images) {
    const hashes = byTurn.get(image.turn) ?? new Set();
    byTurn.set(image.turn, hashes);
    if (hashes.size < MOST_A_TURN) hashes.add(image.hash);
    else if (!hashes.has(image.hash)) surplus.add(image);
  }
  return surplus;
}
