/** Decoders for `content-encoding`, for requests and replies alike. */
import { type Duplex, pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import { Inflate } from './inflate.ts';

/** By name, in lower case. */
export const DECODERS: ReadonlyMap<string, () => Duplex> = new Map<string, () => Duplex>([
  ['zstd', () => createZstdDecompress()],
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => new Inflate()],
  ['br', () => createBrotliDecompress()],
]);

/**
 * The encodings that a `content-encoding` header names, in lower case, in the order in which they were applied.
 * @param header a repeated one as a list
 */
export function encodingsIn(header: string | readonly string[] | undefined): string[] {
  return String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
}

/**
 * We never ask for compression, but some gateways compress anyway. A body in an encoding that is unknown stays as it
 * is.
 */
export function decoded(
  body: Readable,
  header: string | readonly string[] | undefined,
): AsyncIterable<Uint8Array> {
  const decoders = encodingsIn(header).map((name) => DECODERS.get(name));
  if (!decoders.every((create) => create !== undefined)) return body;
  // Errors of either stream reach whoever reads the decoder, so there is nothing to do here.
  return decoders.reduceRight<Readable>((source, create) => pipeline(source, create(), () => {}), body);
}
