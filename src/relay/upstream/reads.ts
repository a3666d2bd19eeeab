/**
 * The bytes of a body, read by read: all that have come are taken at once, without the promises and the iterator that
 * `for await` spends on each. A source that nobody reads is not asked for more.
 */
import { Readable } from 'node:stream';

export class Reads {
  readonly #source: Readable;
  #error: Error | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param body is read by nobody else from here on */
  constructor(body: AsyncIterable<Uint8Array>) {
    const source = body instanceof Readable ? body : Readable.from(body);
    this.#source = source;
    source.on('readable', () => this.#wake?.());
    source.on('error', (error) => this.#end(error));
    source.on('end', () => this.#end(undefined));
    source.on('close', () => this.#end(new Error('The body was cut off.')));
    if (source.destroyed) this.#end(source.errored ?? new Error('The body was cut off.'));
  }

  /** What has come since the last call; undefined where nothing has. */
  take(): Uint8Array | undefined {
    return this.#source.read() ?? undefined;
  }

  /**
   * Waits until there may be something to take.
   * @returns false at the end
   * @throws the error of the source, or one of its own where it was cut off
   */
  async more(): Promise<boolean> {
    if (!this.#isOver && this.#source.readableLength === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== undefined) throw this.#error;
    return !this.#isOver;
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#wake?.();
  }
}
