/** The format of records in the store: four bytes with the length of the text, then the compressed text. */
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

const HEAD_BYTES = 4;
/** Larger texts are worth another thread; for smaller ones, getting there takes longer than the work. */
const LARGE = 64 * 1024;
/** Smaller texts are not worth compressing. */
const SMALL = 200;
/** Records repeat the same field names, so the fastest level saves nearly as much as the others. */
const OPTIONS = { level: 1 };

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];

export async function pack(text: string): Promise<Buffer> {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(HEAD_BYTES);
  // A length of 0 means uncompressed.
  if (bytes.length < SMALL) return Buffer.concat([head, bytes]);
  head.writeUInt32LE(bytes.length);
  const packed = bytes.length > LARGE ? await deflate(bytes, OPTIONS) : deflateRawSync(bytes, OPTIONS);
  return Buffer.concat([head, packed]);
}

/**
 * Undefined if the bytes are damaged. Small texts are returned at once, because a promise for each of a thousand takes
 * time.
 */
export function unpack(bytes: Buffer): string | undefined | Promise<string | undefined> {
  if (bytes.length < HEAD_BYTES) return undefined;
  const length = bytes.readUInt32LE();
  const packed = bytes.subarray(HEAD_BYTES);
  if (length === 0) return packed.toString();
  // A single output buffer of the right size halves the time.
  const options = { chunkSize: Math.max(SMALL, Math.min(length, LARGE)), maxOutputLength: length };
  if (length > LARGE) {
    return inflate(packed, options).then(
      (text) => text.toString(),
      () => undefined,
    );
  }
  try {
    return inflateRawSync(packed, options).toString();
  } catch {
    return undefined;
  }
}
