/**
 * The bytes of a body, read by read: everything that has arrived is taken at once, without the promises and iterator
 * results that `for await` spends on each. A source that nobody reads is not asked for more.
 */
import { Readable } from 'node:stream';

export class Reads {
  readonly #source: Readable;
  #error: Error | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param body must not be read by anybody else from here on */
  constructor(body: AsyncIterable<Uint8Array>) {
    const source = body instanceof Readable ? body : Readable.from(body);
    this.#source = source;
    source.on('readable', () => this.#wake?.());
    source.on('error', (error) => this.#end(error));
    source.on('end', () => this.#end(undefined));
    source.on('close', () => this.#end(new Error('The body was cut off.')));
    if (source.destroyed) this.#end(source.errored ?? new Error('The body was cut off.'));
  }

  /** What has arrived since the last call; undefined if nothing has. */
  take(): Uint8Array | undefined {
    return this.#source.read() ?? undefined;
  }

  /**
   * Waits until there may be something to take.
   * @returns false at the end
   * @throws the source's error, or one of its own if the source was cut off
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
