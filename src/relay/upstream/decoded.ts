/** What undoes a `content-encoding`, of requests and of replies alike. */
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

/** Nothing compressed is asked for; gateways that compress all the same are understood. */
export function decoded(body: Readable, encoding: unknown): AsyncIterable<Uint8Array> {
  const create = DECODERS.get(encoding);
  if (create === undefined) return body;
  // Whoever reads the decoder gets the error of either stream: there is no more to say of it here.
  return pipeline(body, create(), () => {});
}
