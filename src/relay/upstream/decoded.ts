/** Bodies that a provider compressed. */
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const DECODERS = new Map<unknown, typeof createGunzip>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Nothing compressed is asked for; gateways that compress all the same are understood. */
export function decoded(body: Readable, encoding: unknown): AsyncIterable<Uint8Array> {
  const create = DECODERS.get(encoding);
  if (create === undefined) return body;
  // Whoever reads the decoder gets the error of either stream: there is no more to say of it here.
  return pipeline(body, create(), () => {});
}
