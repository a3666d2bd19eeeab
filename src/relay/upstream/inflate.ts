import { Duplex, type Transform } from 'node:stream';
import { createInflate, createInflateRaw } from 'node:zlib';

/** The low half of a zlib stream's first byte, which names its method. No raw deflate stream begins with it. */
const ZLIB_METHOD = 8;

/**
 * Decodes `deflate`, which is a zlib stream by the standard, and raw deflate without zlib's head in the hands of many
 * HTTP clients and servers. The first byte tells which.
 */
export class Inflate extends Duplex {
  #decoder: Transform | undefined;

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const [first] = bytes;
    if (first === undefined) {
      done();
      return;
    }
    this.#decoder ??= this.#begin(first);
    // A decoder that fails tells the reader itself.
    this.#decoder.write(bytes, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#decoder === undefined) this.push(null);
    else this.#decoder.end();
    done();
  }

  override _read(): void {
    this.#decoder?.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#decoder?.destroy();
    done(error);
  }

  #begin(first: number): Transform {
    const decoder = (first & 0x0f) === ZLIB_METHOD ? createInflate() : createInflateRaw();
    decoder.on('data', (bytes: Buffer) => {
      // What nobody reads yet must not pile up.
      if (!this.push(bytes)) decoder.pause();
    });
    decoder.on('end', () => this.push(null));
    decoder.on('error', (error) => this.destroy(error));
    return decoder;
  }
}
