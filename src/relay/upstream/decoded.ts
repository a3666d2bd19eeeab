/** Decoders for `content-encoding`, for requests and replies alike. */
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

/** By name, in lower case. */
export const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['zstd', () => createZstdDecompress()],
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
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
