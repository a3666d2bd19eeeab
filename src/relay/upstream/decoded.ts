/** Decoders for `content-encoding`, for requests and replies alike. */
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

/** By name, in lower case. */
export const DECODERS: ReadonlyMap<unknown, () => Transform> = new Map<unknown, () => Transform>([
  ['zstd', () => createZstdDecompress()],
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
]);

/** We never ask for compression, but some gateways compress anyway. */
export function decoded(body: Readable, encoding: unknown): AsyncIterable<Uint8Array> {
  const create = DECODERS.get(encoding);
  if (create === undefined) return body;
  // Errors of either stream reach whoever reads the decoder, so there is nothing to do here.
  return pipeline(body, create(), () => {});
}
